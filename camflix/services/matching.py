"""Which film of the catalogue a title and a year mean; the rule and its measured errors are in docs/matching.md.

Exact folded title in the same year, main titles before others. A year one off is never taken by itself: it is
"ambiguous", with the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix.importers.text import fold_title
from camflix.models import Movie, MovieTitle, TitleKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

_MAX_YEARS_OFF = 1
_BLOCK = 400


@dataclass(frozen=True, slots=True)
class Match:
    """The film meant, or the candidates when it can't be told; neither when there is none."""

    movie_id: int | None = None
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Titled:
    movie_id: int
    year: int | None
    kind: str
    title: str
    n_ratings: int


class TitleMatcher:
    """Matches titles in blocks, one query a block."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def match(self, wanted: Sequence[tuple[str, int | None]]) -> list[Match]:
        """Return the match of each (title, year), in order."""
        folded = [fold_title(title) for title, _ in wanted]
        index = self._index(set(folded))
        return [_decide(index.get(key, []), title, year) for key, (title, year) in zip(folded, wanted, strict=True)]

    def _index(self, keys: Iterable[str]) -> dict[str, list[_Titled]]:
        ordered = sorted(keys)
        index: dict[str, list[_Titled]] = {}
        for start in range(0, len(ordered), _BLOCK):
            query = (
                select(MovieTitle.folded, Movie.id, Movie.year, MovieTitle.kind, MovieTitle.title, Movie.n_ratings)
                .join(Movie, Movie.id == MovieTitle.movie_id)
                .where(MovieTitle.folded.in_(ordered[start : start + _BLOCK]))
            )
            for key, movie_id, year, kind, title, n_ratings in self._session.execute(query):
                index.setdefault(key, []).append(_Titled(movie_id, year, kind, title, n_ratings))
        return index


def _decide(titled: list[_Titled], title: str, year: int | None) -> Match:
    same_year = [film for film in titled if year is not None and film.year == year]
    for films in ([film for film in same_year if film.kind == TitleKind.MAIN], same_year):
        ids = {film.movie_id for film in films}
        if len(ids) > 1:
            # Several films of one year fold alike: only the exact spelling tells them apart ("Mother!", "Mother").
            ids = {film.movie_id for film in films if film.title == title}
            return Match(ids.pop()) if len(ids) == 1 else Match(None, _by_popularity(films))
        if ids:
            return Match(ids.pop())
    near = [film for film in titled if year is None or film.year is None or abs(film.year - year) <= _MAX_YEARS_OFF]
    return Match(None, _by_popularity(near))


def _by_popularity(films: list[_Titled]) -> tuple[int, ...]:
    ordered = sorted(films, key=lambda film: (-film.n_ratings, film.movie_id))
    return tuple(dict.fromkeys(film.movie_id for film in ordered))
