"""The catalogue as people see it: search, list, one film, a film by what someone typed."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select

from camflix.errors import AmbiguousError, InvalidInputError, NotFoundError
from camflix.importers.text import fold_title, split_year
from camflix.models import Movie, MovieTitle
from camflix.results import MoviePage, MovieSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

MovieSort: TypeAlias = Literal["ratings", "title", "year"]

_LAST = chr(0x10FFFF)
_LEAST_LIKENESS = 0.7
_N_SUGGESTIONS = 5
_BATCH = 500
_COLUMNS = (
    Movie.id,
    Movie.title_en,
    Movie.title_fr,
    Movie.title_original,
    Movie.year,
    Movie.tmdb_id,
    Movie.imdb_id,
    Movie.movielens_id,
    Movie.n_ratings,
)
_REFERENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(tt[0-9]{7,9})"), "imdb_id"),
    (re.compile(r"tmdb:([0-9]{1,9})"), "tmdb_id"),
    (re.compile(r"ml:([0-9]{1,9})"), "movielens_id"),
    (re.compile(r"id:([0-9]{1,9})"), "id"),
)


class MovieService:
    """The catalogue, with titles in the reader's language."""

    def __init__(self, session: Session, language: str) -> None:
        self._session = session
        self._language = language

    def get(self, movie_id: int) -> MovieSummary:
        """Return one film.

        Raises:
            NotFoundError: there is none with this id.
        """
        found = self.by_ids([movie_id])
        if not found:
            raise NotFoundError("There is no film number {id}.", field="movie_id", id=movie_id)
        return found[movie_id]

    def by_ids(self, ids: Iterable[int]) -> dict[int, MovieSummary]:
        """Return the films with these ids that exist."""
        wanted = list(dict.fromkeys(ids))
        result: dict[int, MovieSummary] = {}
        for start in range(0, len(wanted), _BATCH):
            condition = Movie.id.in_(wanted[start : start + _BATCH])
            result |= {movie.id: movie for movie in self._summaries(condition)}
        return result

    def page(self, sort: MovieSort, limit: int, cursor: str | None) -> MoviePage:
        """Return a page of the whole catalogue, in an order that inserts do not disturb."""
        key = {"ratings": Movie.n_ratings, "title": Movie.title_folded, "year": Movie.year}[sort]
        descending = sort != "title"
        query = select(*_COLUMNS, key.label("key")).limit(limit + 1)
        # Both columns in one direction, so that an index read backwards gives the order.
        query = query.order_by(*((key.desc(), Movie.id.desc()) if descending else (key, Movie.id)))
        if sort == "year":
            query = query.where(Movie.year.is_not(None))
        if cursor is not None:
            value, last_id = _decode_cursor(cursor, sort)
            beyond, after = (key < value, Movie.id < last_id) if descending else (key > value, Movie.id > last_id)
            query = query.where(or_(beyond, and_(key == value, after)))
        rows = self._session.execute(query).all()
        more = len(rows) > limit
        movies = tuple(self._summary(row) for row in rows[:limit])
        next_cursor = _encode_cursor(sort, rows[limit - 1].key, rows[limit - 1].id) if more else None
        return MoviePage(movies, next_cursor)

    def search(self, query: str, limit: int) -> MoviePage:
        """Return films whose titles answer ``query``: exact first, then by prefix, by word, by likeness.

        Accents, case and punctuation do not matter; "(1995)" at the end keeps only that year. Within a class the
        films rated most often come first.
        """
        title, year = split_year(query)
        folded = fold_title(title)
        if not folded:
            return MoviePage((), None)
        conditions = (
            MovieTitle.folded == folded,
            and_(MovieTitle.folded >= folded, MovieTitle.folded < folded + _LAST),
            MovieTitle.folded.contains(" " + folded, autoescape=True),
            and_(*(MovieTitle.folded.contains(word, autoescape=True) for word in folded.split())),
        )
        found: dict[int, MovieSummary] = {}
        for condition in conditions:
            if len(found) < limit:
                found |= {movie.id: movie for movie in self._titled(condition, year, limit) if movie.id not in found}
        if not found:
            found = self._alike(folded, year, limit)
        return MoviePage(tuple(found.values())[:limit], None)

    def resolve(self, reference: str) -> MovieSummary:
        """Return the one film that someone means: "Heat (1995)", "Heat", tt0113277, tmdb:949, ml:6, id:12.

        Raises:
            NotFoundError: none fits; the hint names near titles.
            AmbiguousError: several fit, or the year is one off; they come with it.
        """
        for pattern, column in _REFERENCES:
            if match := pattern.fullmatch(reference.strip()):
                value = match[1] if column == "imdb_id" else int(match[1])
                return self._single(reference, self._summaries(getattr(Movie, column) == value))
        title, year = split_year(reference)
        folded = fold_title(title)
        same_title = self._titled(MovieTitle.folded == folded, None, 50) if folded else []
        in_year = [movie for movie in same_title if year is None or movie.year == year]
        if in_year:
            return self._single(reference, _main_title_first(in_year, title))
        near = [movie for movie in same_title if movie.year is None or abs(movie.year - (year or 0)) <= 1]
        if near:
            raise _ambiguous(reference, near)
        raise self._nothing(reference, folded)

    def _single(self, reference: str, movies: Sequence[MovieSummary]) -> MovieSummary:
        if not movies:
            raise self._nothing(reference, "")
        if len(movies) > 1:
            raise _ambiguous(reference, movies)
        return movies[0]

    def _nothing(self, reference: str, folded: str) -> NotFoundError:
        near = self._alike(folded, None, 3) if folded else {}
        titles = ", ".join(f"{movie.title} ({movie.year})" for movie in near.values())
        if titles:
            return NotFoundError(
                "No film is called “{film}”.", hint="Near: {titles}.", field="film", film=reference, titles=titles
            )
        return NotFoundError(
            "No film is called “{film}”.", hint="Look for it with: camflix search", field="film", film=reference
        )

    def _titled(self, condition: ColumnElement[bool], year: int | None, limit: int) -> list[MovieSummary]:
        query = Movie.id.in_(select(MovieTitle.movie_id).where(condition))
        return self._summaries(query if year is None else and_(query, Movie.year == year), limit)

    def _alike(self, folded: str, year: int | None, limit: int) -> dict[int, MovieSummary]:
        """Return films whose titles are nearly this, the likest first; letters swapped count as one slip."""
        from rapidfuzz import process  # noqa: PLC0415 - only when nothing was found otherwise
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - the same

        query = select(MovieTitle.movie_id, MovieTitle.folded)
        if year is not None:
            query = query.join(Movie, Movie.id == MovieTitle.movie_id).where(Movie.year == year)
        rows = self._session.execute(query.order_by(MovieTitle.movie_id)).all()
        matches = process.extract(
            folded,
            [row.folded for row in rows],
            scorer=OSA.normalized_similarity,
            limit=limit,
            score_cutoff=_LEAST_LIKENESS,
        )
        found = self.by_ids(rows[position].movie_id for _, _, position in matches)
        return {rows[position].movie_id: found[rows[position].movie_id] for _, _, position in matches}

    def _summaries(self, condition: ColumnElement[bool], limit: int | None = None) -> list[MovieSummary]:
        query = select(*_COLUMNS).where(condition).order_by(Movie.n_ratings.desc(), Movie.id).limit(limit)
        return [self._summary(row) for row in self._session.execute(query)]

    def _summary(self, row: object) -> MovieSummary:
        values = {column.key: getattr(row, column.key) for column in _COLUMNS}
        title = (values["title_fr"] if self._language == "fr" else None) or values["title_en"]
        return MovieSummary(title=title, **values)


def _main_title_first(movies: list[MovieSummary], title: str) -> list[MovieSummary]:
    """Return the only film spelt exactly so, if there is just one; all otherwise ("Mother!" is not "Mother")."""
    exact = [movie for movie in movies if title.strip() in {movie.title_en, movie.title_fr, movie.title_original}]
    return exact if len(exact) == 1 and len(movies) > 1 and len({movie.year for movie in movies}) == 1 else movies


def _ambiguous(reference: str, movies: Sequence[MovieSummary]) -> AmbiguousError:
    titles = ", ".join(f"{movie.title} ({movie.year or '?'})" for movie in movies[:_N_SUGGESTIONS])
    return AmbiguousError(
        "“{film}” may be any of these: {titles}.",
        hint="Give the year, or an id such as id:{id}.",
        candidates=tuple(movies),
        field="film",
        film=reference,
        titles=titles,
        id=movies[0].id,
    )


def _encode_cursor(sort: str, value: object, movie_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, value, movie_id]).encode()).decode().rstrip("=")


def _is_key(value: object, kind: type) -> bool:
    """Return whether a value can be compared with a column of this kind."""
    if isinstance(value, str):
        return kind is str and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
    return kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31


def _decode_cursor(cursor: str, sort: str) -> tuple[object, int]:
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        cursor_sort, value, movie_id = decoded
        known = _is_key(value, str if sort == "title" else int) and _is_key(movie_id, int)
    except (ValueError, TypeError):
        known, cursor_sort = False, sort
    if not known or cursor_sort != sort:
        raise InvalidInputError(
            "cursor: this is not one that a list in this order gave.", hint="Start without a cursor.", field="cursor"
        )
    return value, movie_id
