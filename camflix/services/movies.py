"""The catalogue as people see it: search, list, one film, a film by what someone typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from camflix.errors import AmbiguousError, NotFoundError
from camflix.importers.text import fold_title, split_year
from camflix.models import Movie, MovieTitle
from camflix.results import MoviePage, MovieSummary
from camflix.services.movie_order import MovieOrder, order_of
from camflix.services.title_search import TitleSearch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from camflix.services.catalogue_memory import CatalogueMemory
    from camflix.services.movie_order import MovieSort

_N_SUGGESTIONS = 5
_N_CANDIDATES = 50
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
_BY_IDS = (
    select(*_COLUMNS).where(Movie.id.in_(bindparam("ids", expanding=True))).order_by(Movie.n_ratings.desc(), Movie.id)
)
_REFERENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(tt[0-9]{7,9})"), "imdb_id"),
    (re.compile(r"tmdb:([0-9]{1,9})"), "tmdb_id"),
    (re.compile(r"ml:([0-9]{1,9})"), "movielens_id"),
    (re.compile(r"id:([0-9]{1,9})"), "id"),
)


class MovieService:
    """The catalogue, with titles in the reader's language."""

    def __init__(self, session: Session, language: str, memory: CatalogueMemory) -> None:
        self._session = session
        self._memory = memory
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
            rows = self._session.execute(_BY_IDS, {"ids": wanted[start : start + _BATCH]})
            result |= {row.id: self._summary(row) for row in rows}
        return result

    def page(self, sort: MovieSort, limit: int, cursor: str | None) -> MoviePage:
        """Return a page of the whole catalogue, in an order that inserts do not disturb.

        Raises:
            InvalidInputError: no list in this order gave the cursor.
        """
        ids, next_cursor = MovieOrder(self._session, order_of(sort, reverse=False), 0).page(limit, cursor)
        found = self.by_ids(ids)
        return MoviePage(tuple(found[movie_id] for movie_id in ids), next_cursor)

    def search(self, query: str, limit: int) -> MoviePage:
        """Return films whose titles answer ``query``: exact first, then by beginning, by word, by likeness.

        Accents, case and punctuation do not matter; "(1995)" at the end keeps only that year. Within a class the
        films rated most often come first.
        """
        title, year = split_year(query)
        conditions = [] if year is None else [Movie.year == year]
        ids = TitleSearch(self._session, self._memory).find(fold_title(title), limit, conditions)
        found = self.by_ids(ids)
        return MoviePage(tuple(found[movie_id] for movie_id in ids), None)

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
        if found := self._titled(folded, None if year is None else Movie.year == year):
            return self._single(reference, _main_title_first(found, title))
        if year is not None:
            near = or_(Movie.year.is_(None), Movie.year.between(year - 1, year + 1))
            if movies := self._titled(folded, near):
                raise _ambiguous(reference, movies)
        raise self._nothing(reference, folded)

    def _single(self, reference: str, movies: Sequence[MovieSummary]) -> MovieSummary:
        if not movies:
            raise self._nothing(reference, "")
        if len(movies) > 1:
            raise _ambiguous(reference, movies)
        return movies[0]

    def _nothing(self, reference: str, folded: str) -> NotFoundError:
        near = self.by_ids(TitleSearch(self._session, self._memory).alike(folded, 3))
        titles = ", ".join(f"{movie.title} ({movie.year or '?'})" for movie in near.values())
        if titles:
            return NotFoundError(
                "No film is called “{film}”.", hint="Near: {titles}.", field="film", film=reference, titles=titles
            )
        return NotFoundError(
            "No film is called “{film}”.", hint="Look for it with: camflix search", field="film", film=reference
        )

    def _titled(self, folded: str, in_years: ColumnElement[bool] | None) -> list[MovieSummary]:
        """Return films of a title, so many at the most; the years are asked for first, not chosen from those found."""
        if not folded:
            return []
        query = Movie.id.in_(select(MovieTitle.movie_id).where(MovieTitle.folded == folded))
        return self._summaries(query if in_years is None else and_(query, in_years), _N_CANDIDATES)

    def _summaries(self, condition: ColumnElement[bool], limit: int | None = None) -> list[MovieSummary]:
        query = select(*_COLUMNS).where(condition).order_by(Movie.n_ratings.desc(), Movie.id).limit(limit)
        return [self._summary(row) for row in self._session.execute(query)]

    def _summary(self, row: Row[*tuple[Any, ...]]) -> MovieSummary:
        id_, title_en, title_fr, title_original, year, tmdb_id, imdb_id, movielens_id, n_ratings = row
        return MovieSummary(
            id=id_,
            title=(title_fr if self._language == "fr" else None) or title_en,
            title_en=title_en,
            title_fr=title_fr,
            title_original=title_original,
            year=year,
            tmdb_id=tmdb_id,
            imdb_id=imdb_id,
            movielens_id=movielens_id,
            n_ratings=n_ratings,
        )


def _main_title_first(movies: list[MovieSummary], title: str) -> list[MovieSummary]:
    """Return the only film spelt exactly so, if there is just one; all otherwise ("Mother!" is not "Mother")."""
    exact = [movie for movie in movies if title.strip() in {movie.title_en, movie.title_fr, movie.title_original}]
    return exact if len(exact) == 1 and len(movies) > 1 and len({movie.year for movie in movies}) == 1 else movies


def told_apart(movies: Sequence[MovieSummary], most: int) -> str:
    """Return the names of the first ``most`` films, with their ids where two of them have the same name and year."""
    names = [f"{movie.title} ({movie.year or '?'})" for movie in movies]
    return ", ".join(
        " ".join((name, f"id:{movie.id}")) if names.count(name) > 1 else name
        for name, movie in zip(names[:most], movies[:most], strict=True)
    )


def _ambiguous(reference: str, movies: Sequence[MovieSummary]) -> AmbiguousError:
    years = {movie.year for movie in movies[:_N_SUGGESTIONS]}
    return AmbiguousError(
        "“{film}” may be any of these: {titles}.",
        hint="Give the year, or an id such as id:{id}." if len(years) > 1 else "Give an id such as id:{id}.",
        candidates=tuple(movies),
        field="film",
        film=reference,
        titles=told_apart(movies, _N_SUGGESTIONS),
        id=movies[0].id,
    )
