"""A user's own ratings, filtered and in an order, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import and_, func, or_, select

from camflix.importers.text import fold_title, split_year
from camflix.models import Movie, Rating
from camflix.queries import parse_query
from camflix.services.cursors import decode_cursor, encode_cursor, moment_of
from camflix.services.filters import FilterConditions
from camflix.services.title_search import TitleSearch

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.queries import MovieFilter
    from camflix.results import RatingPage
    from camflix.services.catalogue_memory import CatalogueMemory
    from camflix.services.predictions import PredictionService
    from camflix.services.ratings import RatingService

RatingSort: TypeAlias = Literal["score", "recent", "title", "year"]


@dataclass(frozen=True, slots=True)
class _Order:
    columns: tuple[Any, ...]
    kinds: tuple[type, ...]
    descending: bool


_ORDERS: dict[str, _Order] = {
    "score": _Order((Rating.score, Rating.updated_at), (int, str), descending=True),
    "recent": _Order((Rating.updated_at,), (str,), descending=True),
    "title": _Order((Movie.title_folded,), (str,), descending=False),
    "year": _Order((func.coalesce(Movie.year, 0),), (int,), descending=True),
}
_YEAR_FROM_THE_OLDEST = func.coalesce(Movie.year, 9999)


class RatingListService:
    """Lists of one user's ratings. A user has thousands, so they are sorted as they come, and their titles all read."""

    def __init__(
        self,
        session: Session,
        ratings: RatingService,
        predictions: Callable[[], PredictionService],
        memory: CatalogueMemory,
    ) -> None:
        self._session = session
        self._ratings = ratings
        self._predictions = predictions
        self._memory = memory

    def page(
        self,
        user_id: int,
        username: str,
        query: str,
        filter_: MovieFilter,
        sort: RatingSort,
        limit: int | None,
        cursor: str | None,
        *,
        reverse: bool = False,
    ) -> RatingPage:
        """Return a page of a user's ratings; all when no limit is given.

        Raises:
            InvalidInputError: a cursor of another list, an unknown genre, a filter that cannot be read.
        """
        words, filter_ = parse_query(query, filter_)
        order = _order_of(sort, reverse=reverse)
        down = order.descending
        columns = (*order.columns, Rating.movie_id)
        wanted = select(Rating, *columns[:-1]).join(Movie, Movie.id == Rating.movie_id).where(Rating.user_id == user_id)
        wanted = wanted.where(*FilterConditions(self._session, self._predictions, user_id).of(filter_))
        if words:
            wanted = wanted.where(Rating.movie_id.in_(self._called(words, user_id)))
        name = f"ratings-{sort}{'-reversed' if reverse else ''}"
        if cursor is not None:
            place = decode_cursor(cursor, name, *order.kinds, int)
            wanted = wanted.where(_beyond(columns, _values(order, place), down=down))
        wanted = wanted.order_by(*(column.desc() if down else column for column in columns))
        rows = self._session.execute(wanted if limit is None else wanted.limit(limit + 1)).all()
        shown = rows if limit is None else rows[:limit]
        more = len(rows) > len(shown)
        next_cursor = encode_cursor(name, *map(_plain, shown[-1][1:]), shown[-1][0].movie_id) if more else None
        return self._ratings.page_of(user_id, username, [row[0] for row in shown], next_cursor)

    def _called(self, words: str, user_id: int) -> list[int]:
        title, year = split_year(words)
        mine = select(Rating.movie_id).where(Rating.user_id == user_id)
        if year is not None:
            mine = mine.join(Movie, Movie.id == Rating.movie_id).where(Movie.year == year)
        return TitleSearch(self._session, self._memory).among_all_of(fold_title(title), mine)


def _order_of(sort: RatingSort, *, reverse: bool) -> _Order:
    """Return an order by its name, turned round or not.

    Films without a year come last either way: no film is so old as the year they get, or none so new.
    """
    order = _ORDERS[sort]
    if not reverse:
        return order
    columns = (_YEAR_FROM_THE_OLDEST,) if sort == "year" else order.columns
    return _Order(columns, order.kinds, descending=not order.descending)


def _beyond(columns: tuple[Any, ...], values: tuple[Any, ...], *, down: bool) -> ColumnElement[bool]:
    """Return the condition that a row comes after the one with these values."""
    later = []
    for place, (column, value) in enumerate(zip(columns, values, strict=True)):
        same = [before == known for before, known in zip(columns[:place], values[:place], strict=True)]
        later.append(and_(*same, column < value if down else column > value))
    return or_(*later)


def _values(order: _Order, place: tuple[object, ...]) -> tuple[object, ...]:
    is_moment = [column is Rating.updated_at for column in order.columns] + [False]
    return tuple(moment_of(value) if moment else value for value, moment in zip(place, is_moment, strict=True))


def _plain(value: Any) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value
