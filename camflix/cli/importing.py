"""The importers of the terminal app: files looked at here, taken into this machine's database or sent to a server."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from camflix.cli.session import local_profile_name, open_camflix
from camflix.client.imports import check_file, import_file
from camflix.errors import CamFlixError, InvalidFileError
from camflix.i18n import N_, _
from camflix.importers.fields import Refused, plain_rating
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.mapping import ScoreMapping
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import Problem
from camflix.tui.importing import GivenScore, Mapped, Preview, SampleRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from camflix.client import Client
    from camflix.importers.rows import RatingRow
    from camflix.results import ImportReport, ImportSource, RowProblem, ScaleChoice

_N_SAMPLE = 4
_N_LOOKED_AT = 2000
_N_COUNTED = 200_000
FORMATS: tuple[tuple[str, str, Callable[..., Any], bool], ...] = (
    ("letterboxd", N_("Letterboxd: your ratings"), LetterboxdExport, False),
    ("movielens", N_("MovieLens: a data set of a community"), MovieLensDataset, True),
)
"""Id, words, what reads it, whether it holds other people's ratings. Tried in this order."""


class FileImporter:
    """Looks at files; who takes them is said by those who derive from it."""

    def look(self, path: Path) -> Preview:
        """Return what a file holds, by the first format that can read it."""
        errors: list[CamFlixError] = []
        for name, words, read, is_community in FORMATS:
            try:
                source = read(path)
            except InvalidFileError as error:
                errors.append(error)
                continue
            counts = Counter(plain_rating(text) or "" for text in islice(source.written(), _N_COUNTED))
            mapped = tuple(Mapped(written, None, n) for written, n in sorted(counts.items(), key=_by_rating))
            n_rows = source.count_ratings()
            preview = Preview(
                path, name, _(words), n_rows, is_community, (), mapped, counts.total(), "auto", source.scale.highest, {}
            )
            return self.mapped(preview, "auto", {})
        raise errors[0]

    def mapped(self, preview: Preview, scale: ScaleChoice, scores: Mapping[str, int]) -> Preview:
        """Return the preview by another mapping; only the first rows of the file are read again."""
        mapping = ScoreMapping(scale, scores)
        source = _reader(preview.format)(preview.path, mapping)
        shown = tuple(SampleRow(_film_words(row), source.written_in(row.raw), row.score) for row in _first_rows(source))

        def score_of(written: str) -> int | None:
            with suppress(Refused):
                return mapping.score_of(written, source.scale)
            return None

        return replace(
            preview,
            rows=shown,
            mapping=tuple(
                replace(each, score=score_of(each.written), is_own=each.written in scores) for each in preview.mapping
            ),
            scale=scale,
            highest=source.scale.highest if scale == "auto" else int(scale),
            scores=dict(scores),
        )

    def score_of(self, preview: Preview, problem: RowProblem) -> GivenScore | None:
        """Return the score that stands in the line of a row that was not taken."""
        for row in _source(preview).ratings():
            if row.line == problem.line:
                return None if isinstance(row, Problem) else GivenScore(row.score, row.rated_at)
        return None


class LocalImporter(FileImporter):
    """Takes files into the database of this machine.

    Args:
        username: for whom; None for the local profile.
    """

    def __init__(self, username: str | None) -> None:
        self._username = username

    def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
        """Take a file in one transaction, then learn tastes anew."""
        source = _source(preview)
        with open_camflix() as camflix:
            with camflix.transaction(writes=True) as services:
                user_id = (
                    services.users.id_of(self._username)
                    if self._username
                    else services.users.local_profile(local_profile_name())
                )
            with camflix.transaction(writes=True) as services:
                take = getattr(services.imports, preview.format)
                report: ImportReport = take(source, preview.path.name, user_id, progress)
            if report.created or report.updated:
                camflix.refresh_engine(wait=True)
        return report


class ServerImporter(FileImporter):
    """Sends files to the server that one is signed in to.

    Args:
        connect: opens a client of it.
    """

    def __init__(self, connect: Callable[[], AbstractContextManager[Client]]) -> None:
        self._connect = connect

    def look(self, path: Path) -> Preview:
        """Return what a file holds; one that a server does not take is refused before anybody maps its scores."""
        check_file(path)
        return super().look(path)

    def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
        """Send a file and follow its import to the end."""
        with self._connect() as client:
            return import_file(
                client,
                cast("ImportSource", preview.format),
                preview.path,
                lambda n_rows, _n_all=None: progress(n_rows),
                scale=preview.scale,
                score_map=[f"{written}={score}" for written, score in preview.scores.items()],
            )


def _reader(name: str) -> Callable[..., Any]:
    return next(read for known, _words, read, _is_community in FORMATS if known == name)


def _source(preview: Preview) -> Any:
    """Return the file by the mapping of its preview."""
    return _reader(preview.format)(preview.path, ScoreMapping(preview.scale, preview.scores))


def _by_rating(count: tuple[str, int]) -> float:
    return float(count[0] or "inf")


def _first_rows(source: Any) -> list[RatingRow]:
    """Return the first rows that can be taken, sought among the first of a file."""
    rows = (row for row in islice(source.ratings(), _N_LOOKED_AT) if not isinstance(row, Problem))
    return list(islice(rows, _N_SAMPLE))


def _film_words(row: RatingRow) -> str:
    if row.title:
        return f"{row.title} ({row.year})" if row.year else row.title
    return f"ml:{row.movielens_id}"
