"""Imports: rows become ratings in bulk, in the caller's one transaction, and every row is accounted for."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import MINYEAR, UTC
from typing import TYPE_CHECKING, Literal, TypeAlias

from camflix.db.bulk import upsert_ratings
from camflix.db.locks import lock_imports
from camflix.i18n import _
from camflix.importers.rows import FilmRow, Problem, RatingRow
from camflix.models import ImportBatch, Privacy, UserSource
from camflix.results import ImportReport, RowProblem
from camflix.services.catalogue import CatalogueWriter
from camflix.services.chunk_writer import ChunkWriter
from camflix.services.counting import recount
from camflix.services.matching import Match, TitleMatcher
from camflix.services.movies import told_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, tzinfo

    from sqlalchemy.orm import Session

    from camflix.importers.letterboxd import LetterboxdExport
    from camflix.importers.movielens import MovieLensDataset
    from camflix.importers.sample import SampleFilm, SampleRating
    from camflix.results import MovieSummary
    from camflix.services.epoch import EpochService
    from camflix.services.movies import MovieService
    from camflix.services.settings import UserSettingsService
    from camflix.services.users import UserService

Outcome: TypeAlias = Literal["ambiguous", "not_found", "invalid", "skipped_not_film"]
Progress: TypeAlias = "Callable[[int], None]"
_Chunk: TypeAlias = "dict[tuple[str, int], tuple[int, datetime]]"
"""Score and moment by rater and film."""

MAX_PROBLEMS_SHOWN = 1000
_CHUNK = 20_000
_MOVIES_OF_BATCH = (
    "SELECT DISTINCT movie_id FROM rating_change WHERE id BETWEEN :first AND :last AND import_batch_id = :batch_id"
)


@dataclass
class _Tally:
    """What became of the rows so far."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)

    def problem(
        self, file: str, line: int, outcome: Outcome, message: str, candidates: tuple[MovieSummary, ...] = ()
    ) -> None:
        self.counts[outcome] += 1
        self._tell(RowProblem(file, line, outcome, message, candidates))

    def film_problem(self, problem: Problem) -> None:
        """Keep a problem of a film; films are no rows."""
        self.counts["film_problems"] += 1
        self._tell(RowProblem(problem.file, problem.line, "invalid", _(problem.message, **problem.values)))

    def _tell(self, problem: RowProblem) -> None:
        if len(self.problems) < MAX_PROBLEMS_SHOWN:
            self.problems.append(problem)


class _RatingSink:
    """Collects ratings and writes them in chunks; memory does not grow with their number."""

    def __init__(
        self,
        session: Session,
        people: _People,
        tally: _Tally,
        batch: ImportBatch,
        writer: ChunkWriter,
        *,
        is_own: bool = False,
    ) -> None:
        self._session = session
        self._is_own = is_own
        self._people = people
        self._tally = tally
        self._source, self._batch_id, self._started_at = batch.source, batch.id, batch.started_at
        self._writer = writer
        self._chunk: _Chunk = {}
        # Not in the tally: there the thread that writes counts meanwhile, and one of the two could be lost.
        self._n_of_one_moment = 0

    def add(self, username: str, movie_id: int, score: int, rated_at: datetime | None) -> None:
        key, at = (username, movie_id), rated_at or self._started_at
        before = self._chunk.get(key)
        if before is not None and at == before[1]:
            # Of two scores of one moment the last in the file counts, now and the next time.
            self._n_of_one_moment += 1
        elif before is not None or len(self._chunk) == _CHUNK:
            # The same pair of another moment: the rows before it are written first, so that it meets them as it would
            # next time.
            self._hand_over()
        self._chunk[key] = (score, at)

    def finish(self) -> None:
        """Return when all is written."""
        self._hand_over()
        self._writer.wait()
        self._tally.counts["unchanged"] += self._n_of_one_moment

    def _hand_over(self) -> None:
        chunk, self._chunk = self._chunk, {}
        self._writer.write(lambda: self._write(chunk))

    def _write(self, chunk: _Chunk) -> None:
        ids = self._people.ids({username for username, _movie in chunk})
        done = upsert_ratings(
            self._session.connection(),
            [(ids[name], movie_id, score, at) for (name, movie_id), (score, at) in chunk.items()],
            source=self._source,
            batch_id=self._batch_id,
            now=self._started_at,
            keeps_removed=self._is_own,
        )
        self._tally.counts.update(created=done.n_created, updated=done.n_updated, unchanged=done.n_unchanged)


class ImportService:
    """Brings in data sets and people's own histories."""

    def __init__(
        self,
        session: Session,
        users: UserService,
        movies: MovieService,
        epochs: EpochService,
        settings: UserSettingsService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._users = users
        self._movies = movies
        self._epochs = epochs
        self._settings = settings
        self._now = now

    def movielens(self, dataset: MovieLensDataset, file_name: str, user_id: int, progress: Progress) -> ImportReport:
        """Bring in a MovieLens data set: films, and ratings of users named ``ml-<number>``.

        Args:
            dataset: the files.
            file_name: what the batch is remembered by.
            user_id: who imports, and may undo it.
            progress: told how many rating rows have been read so far.
        """
        began = time.perf_counter()
        batch, tally = self._begin("movielens", file_name, user_id), _Tally()
        writer = CatalogueWriter(self._session, self._now)
        films = _Films(dataset.films(), tally)
        people = _People(self._users, UserSource.MOVIELENS)
        with ChunkWriter(self._session) as chunks:
            writer.write(films, chunks)
            sink = _RatingSink(self._session, people, tally, batch, chunks)
            n_rows = _take_ratings(dataset, writer, sink, tally, progress)
            sink.finish()
        progress(n_rows)
        return self._finish(batch, tally, n_rows, began, films.n, writer.n_created, people.n_created)

    def letterboxd(self, export: LetterboxdExport, file_name: str, user_id: int, progress: Progress) -> ImportReport:
        """Bring in one person's Letterboxd ratings, films matched by title and year."""
        began = time.perf_counter()
        batch, tally = self._begin("letterboxd", file_name, user_id), _Tally()
        username = self._users.username_of(user_id)
        people = _People(self._users, UserSource.LOCAL)
        sink = _RatingSink(self._session, people, tally, batch, ChunkWriter(None), is_own=True)
        matcher = TitleMatcher(self._session)
        meant: dict[int, tuple[str, int | None]] = {}
        n_rows = 0
        for block in _blocks(_in_zone(export.ratings(), self._settings.time_zone(user_id))):
            good = [row for row in block if isinstance(row, RatingRow)]
            matches = iter(matcher.match([(row.title, row.year) for row in good]))
            for row in block:
                n_rows += 1
                if isinstance(row, Problem):
                    tally.problem(row.file, row.line, "invalid", _(row.message, **row.values))
                else:
                    self._take(row, next(matches), export.ratings_name, username, tally, sink, meant)
            progress(n_rows)
        sink.finish()
        return self._finish(batch, tally, n_rows, began, 0, 0, 0)

    def sample(self, films: Iterable[SampleFilm], ratings: Iterable[SampleRating], user_id: int) -> ImportReport:
        """Bring in the sample community that ships with CamFlix."""
        began = time.perf_counter()
        batch, tally = self._begin("sample", "sample", user_id), _Tally()
        writer = CatalogueWriter(self._session, self._now)
        rows = [_sample_film(line, film) for line, film in enumerate(films, 2)]
        writer.write(rows)
        people = _People(self._users, UserSource.SAMPLE)
        sink = _RatingSink(self._session, people, tally, batch, ChunkWriter(None))
        n_rows = 0
        for n_rows, row in enumerate(ratings, 1):  # noqa: B007 - counted for the report
            movie_id = writer.movie_id("tmdb_id", row.tmdb_id)
            assert movie_id is not None
            sink.add(row.username, movie_id, row.score, row.rated_at)
        sink.finish()
        return self._finish(batch, tally, n_rows, began, len(rows), writer.n_created, people.n_created)

    def _take(
        self,
        row: RatingRow,
        match: Match,
        file: str,
        username: str,
        tally: _Tally,
        sink: _RatingSink,
        meant: dict[int, tuple[str, int | None]],
    ) -> None:
        """Put one matched row where it belongs: into the sink, or among the problems."""
        wanted = (row.title, row.year)
        if match.movie_id is not None and meant.setdefault(match.movie_id, wanted) == wanted:
            sink.add(username, match.movie_id, row.score, row.rated_at)
            return
        candidates = match.candidates if match.movie_id is None else (match.movie_id,)
        movies = tuple(self._movies.by_ids(candidates).values())
        name = f"{row.title} ({row.year})" if row.year else row.title
        if match.movie_id is not None:
            message = _("“{film}” is the film of another row, {titles}", film=name, titles=told_apart(movies, 1))
        elif movies:
            message = _("“{film}” may be any of these: {titles}", film=name, titles=told_apart(movies, 3))
        else:
            message = _("“{film}” is not in the catalogue", film=name)
        tally.problem(file, row.line, "ambiguous" if movies else "not_found", message, movies)

    def _begin(self, source: str, file_name: str, user_id: int) -> ImportBatch:
        lock_imports(self._session.connection(), patience_seconds=None)
        name = file_name[-255:].encode(errors="replace").decode()  # bytes that are no text have no place in a database
        batch = ImportBatch(source=source, file_name=name, user_id=user_id, started_at=self._now())
        batch.first_change_id = self._epochs.last_change_id() + 1
        self._session.add(batch)
        self._session.flush()
        return batch

    def _finish(
        self,
        batch: ImportBatch,
        tally: _Tally,
        n_rows: int,
        began: float,
        films_read: int,
        films_created: int,
        users_created: int,
    ) -> ImportReport:
        n = tally.counts
        if n["created"] or n["updated"]:
            batch.last_change_id = self._epochs.last_change_id()
            values = {"batch_id": batch.id, "first": batch.first_change_id, "last": batch.last_change_id}
            recount(self._session, _MOVIES_OF_BATCH, **values)
            self._epochs.advance()
        outcomes = ("created", "updated", "unchanged", "ambiguous", "not_found", "invalid", "skipped_not_film")
        batch.n_rows, batch.finished_at = n_rows, self._now()
        for outcome in outcomes:
            setattr(batch, f"n_{outcome}", n[outcome])
        self._session.flush()
        n_problems = n["ambiguous"] + n["not_found"] + n["invalid"] + n["skipped_not_film"] + n["film_problems"]
        return ImportReport(
            source=batch.source,
            batch_id=batch.id,
            rows=n_rows,
            **{outcome: n[outcome] for outcome in outcomes},
            films_read=films_read,
            films_created=films_created,
            users_created=users_created,
            seconds=round(time.perf_counter() - began, 3),
            problems=tuple(tally.problems),
            n_problems_left_out=n_problems - len(tally.problems),
        )


class _Films:
    """The good films of a data set; the bad ones become problems of the report (they are no rating rows)."""

    def __init__(self, rows: Iterator[FilmRow | Problem], tally: _Tally) -> None:
        self._rows = rows
        self._tally = tally
        self.n = 0

    def __iter__(self) -> Iterator[FilmRow]:
        for row in self._rows:
            self.n += 1
            if isinstance(row, FilmRow):
                yield row
            else:
                self._tally.film_problem(row)


class _People:
    """The raters of a data set, made as they turn up."""

    def __init__(self, users: UserService, source: UserSource) -> None:
        self._users = users
        self._source = source
        self._ids: dict[str, int] = {}
        self.n_created = 0

    def ids(self, usernames: set[str]) -> dict[str, int]:
        """Return the ids of all raters so far, these among them."""
        unknown = sorted(usernames - self._ids.keys())
        known = self._users.ids_of(unknown)
        new = [name for name in unknown if name not in known]
        self._ids |= known | self._users.add_many(new, source=self._source, privacy=Privacy.PUBLIC)
        self.n_created += len(new)
        return self._ids


def _take_ratings(
    dataset: MovieLensDataset, films: CatalogueWriter, sink: _RatingSink, tally: _Tally, progress: Progress
) -> int:
    """Put each rating of a data set into the sink, or among the problems; return how many rows there are."""
    n_rows = 0
    for n_rows, row in enumerate(dataset.ratings(), 1):
        if isinstance(row, Problem):
            tally.problem(row.file, row.line, "invalid", _(row.message, **row.values))
        elif (movie_id := films.movie_id("movielens_id", row.movielens_id)) is None:
            tally.problem(
                dataset.ratings_name,
                row.line,
                "not_found",
                _("the data set has no film with the number {id}", id=row.movielens_id),
            )
        else:
            sink.add(f"ml-{row.user}", movie_id, row.score, row.rated_at)
        if n_rows % _CHUNK == 0:
            progress(n_rows)
    return n_rows


def _in_zone(rows: Iterable[RatingRow | Problem], zone: tzinfo) -> Iterator[RatingRow | Problem]:
    """Yield rows whose days, midnight UTC, are the owner's: farther west the same day begins later."""
    for row in rows:
        if isinstance(row, RatingRow) and row.rated_at is not None and row.rated_at.year > MINYEAR:
            yield row._replace(rated_at=max(row.rated_at, row.rated_at.replace(tzinfo=zone).astimezone(UTC)))
        else:
            yield row


def _blocks(rows: Iterator[RatingRow | Problem], size: int = 500) -> Iterator[list[RatingRow | Problem]]:
    block: list[RatingRow | Problem] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _sample_film(line: int, film: SampleFilm) -> FilmRow:
    return FilmRow(
        line=line,
        title=film.title,
        year=film.year,
        genres=film.genres,
        movielens_id=film.movielens_id,
        imdb_id=film.imdb_id,
        tmdb_id=film.tmdb_id,
        title_fr=film.title_fr,
        title_original=film.title_original,
        language=film.language,
        release_date=film.release_date,
        runtime_minutes=film.runtime,
        directors=film.directors,
    )
