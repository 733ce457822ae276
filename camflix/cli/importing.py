"""The importer of the terminal app: this machine's formats, through bootstrap and services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from camflix.cli.session import local_profile_name, open_camflix
from camflix.errors import CamFlixError, InvalidFileError
from camflix.i18n import N_, _
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import Problem
from camflix.tui.importing import Preview, SampleRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.importers.rows import RatingRow
    from camflix.results import ImportReport, RowProblem

_N_SAMPLE = 8
_N_LOOKED_AT = 2000
FORMATS: tuple[tuple[str, str, Callable[[Path], Any], bool], ...] = (
    ("letterboxd", N_("Letterboxd: your ratings"), LetterboxdExport, False),
    ("movielens", N_("MovieLens: a data set of a community"), MovieLensDataset, True),
)
"""Id, words, what reads it, whether it holds other people's ratings. Tried in this order."""


class LocalImporter:
    """Takes files into the database of this machine.

    Args:
        username: for whom; None for the local profile.
    """

    def __init__(self, username: str | None) -> None:
        self._username = username

    def look(self, path: Path) -> Preview:
        """Return what a file holds, by the first format that can read it."""
        errors: list[CamFlixError] = []
        for name, words, read, is_community in FORMATS:
            try:
                source = read(path)
            except InvalidFileError as error:
                errors.append(error)
                continue
            rows = _first_rows(source)
            mapping = sorted({(_written(row), row.score) for row in rows}, key=lambda pair: pair[1])
            shown = tuple(SampleRow(_film_words(row), _written(row), row.score) for row in rows[:_N_SAMPLE])
            return Preview(path, name, _(words), source.count_ratings(), is_community, shown, tuple(mapping))
        raise errors[0]

    def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
        """Take a file in one transaction, then learn tastes anew."""
        source = _reader(preview.format)(preview.path)
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
                camflix.refresh_engine()
        return report

    def score_of(self, preview: Preview, problem: RowProblem) -> int | None:
        """Return the score that stands in the line of a row that was not taken."""
        for row in _reader(preview.format)(preview.path).ratings():
            if row.line == problem.line:
                return None if isinstance(row, Problem) else row.score
        return None


def _reader(name: str) -> Callable[[Path], Any]:
    return next(read for known, _words, read, _is_community in FORMATS if known == name)


def _first_rows(source: Any) -> list[RatingRow]:
    """Return the rows that can be taken among the first of a file."""
    rows: list[RatingRow] = []
    for number, row in enumerate(source.ratings()):
        if number == _N_LOOKED_AT:
            break
        if not isinstance(row, Problem):
            rows.append(row)
    return rows


def _film_words(row: RatingRow) -> str:
    if row.title:
        return f"{row.title} ({row.year})" if row.year else row.title
    return f"ml:{row.movielens_id}"


def _written(row: RatingRow) -> str:
    """Return the rating as the file has it: the last field, or the score where the row was not kept."""
    return row.raw[-1].strip() if row.raw else str(row.score)
