"""The orders in which films are listed: page by page by a cursor, or any window of the whole by its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, func, or_, select

from camflix.db.ids import among
from camflix.models import DataVersion, Movie, Rating
from camflix.services.catalogue_memory import CatalogueMemory, Places
from camflix.services.cursors import decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from camflix.services.catalogue_memory import CatalogueState

MovieSort: TypeAlias = Literal["ratings", "title", "year", "popularity", "score", "predicted"]
Conditions: TypeAlias = "Sequence[ColumnElement[bool]]"

_CHUNK = 500
_STATE = select(
    select(func.max(Movie.id)).scalar_subquery().label("newest"),
    select(func.max(DataVersion.epoch)).scalar_subquery().label("epoch"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of films by one column, then by id. Both go in one direction, so that an index gives it either way.

    ``may_be_null`` puts films without a value at the end, whichever the direction.
    """

    name: str
    column: InstrumentedAttribute[Any]
    kind: type
    descending: bool
    may_be_null: bool = False


_ORDERS = {
    "ratings": Order("ratings", Movie.n_ratings, int, descending=True),
    "title": Order("title", Movie.title_folded, str, descending=False),
    "year": Order("year", Movie.year, int, descending=True, may_be_null=True),
    "popularity": Order("popularity", Movie.popularity, float, descending=True),
    "score": Order("score", Rating.score, int, descending=True),
}


def order_of(sort: str, *, reverse: bool) -> Order:
    """Return an order by its name, turned round or not."""
    order = _ORDERS[sort]
    name = f"{sort}-reversed" if reverse else sort
    return Order(name, order.column, order.kind, order.descending != reverse, order.may_be_null)


class MovieOrder:
    """Films in one order, those that fulfil some conditions.

    Args:
        session: the transaction.
        order: the order.
        user_id: by whose scores, where it is by scores.
        conditions: what must hold of the films.
        memory: what windows of the whole catalogue remember of its size.
    """

    def __init__(
        self,
        session: Session,
        order: Order,
        user_id: int,
        conditions: Conditions = (),
        memory: CatalogueMemory | None = None,
    ) -> None:
        self._session = session
        self._order = order
        self._user_id = user_id
        self._conditions = conditions
        self._memory = CatalogueMemory() if memory is None else memory

    def page(self, limit: int, cursor: str | None) -> tuple[list[int], str | None]:
        """Return the ids of a page and the cursor of the next; films added meanwhile disturb neither.

        Raises:
            InvalidInputError: no list in this order gave the cursor.
        """
        order = self._order
        value, last = decode_cursor(cursor, order.name, order.kind, int) if cursor is not None else (None, None)
        rows: list[Any] = []
        for query, is_dated in self._segments(value, last):
            if len(rows) <= limit:
                rows += [(row.id, row.key if is_dated else None) for row in self._fetch(query, limit + 1 - len(rows))]
        more = len(rows) > limit
        ids = [movie_id for movie_id, _key in rows[:limit]]
        return ids, encode_cursor(order.name, rows[limit - 1][1], ids[-1]) if more else None

    def window(self, offset: int, limit: int) -> tuple[list[int], int]:
        """Return the ids at the places from ``offset`` on, and how many films there are.

        What lies in the second half is counted from the end: an index is walked through half its length at the most.
        """
        # Before anything is counted: what is remembered may be newer than it says, never older.
        state = self._state()
        n_all, n_dated = self._sizes(state)
        if self._remembers_places and offset + limit <= n_dated:
            return self._near_a_place(offset, limit, n_dated, state), n_all
        ids: list[int] = []
        start = 0
        for query, size in zip(self._whole(), (n_dated, n_all - n_dated), strict=False):
            first, last = max(offset, start) - start, min(offset + limit, start + size) - start
            if first < last:
                ids += [row.id for row in self._places(query, first, last, size)]
            start += size
        return ids, n_all

    @property
    def _remembers_places(self) -> bool:
        """Return whether places found are worth remembering: those of the whole catalogue, the same for everybody."""
        return not self._conditions and self._order.column.class_ is Movie

    def _near_a_place(self, offset: int, limit: int, size: int, state: CatalogueState) -> list[int]:
        """Return the ids at some places, counted from the nearest of the places met before, or from an end."""
        places = self._memory.places.setdefault(self._order.name, Places())
        value, last, start = places.before(offset, state)
        rows: Sequence[Any] = ()
        if last is not None and offset - start <= size - offset - limit:
            query = next(query for query, is_dated in self._segments(value, last) if is_dated)
            rows = self._session.execute(self._sorted(query).offset(offset - start - 1).limit(limit)).all()
            if len(rows) < limit:
                places.forget()
        if len(rows) < limit:
            rows = self._places(next(self._whole()), offset, offset + limit, size)
        if rows:
            places.remember(offset + len(rows) - 1, rows[-1].key, rows[-1].id, state)
        return [row.id for row in rows]

    def _state(self) -> CatalogueState:
        newest, epoch = self._session.execute(_STATE).one()
        return self._memory.state(newest or 0, epoch or 0)

    def _sizes(self, state: CatalogueState) -> tuple[int, int]:
        """Return how many films there are, and how many have a value; as they were lately where that is remembered.

        Counting a million films takes longer than finding some of them.
        """
        remembered = self._memory.sizes.get(self._order.column.key)
        if remembered is not None and remembered[0] == state:
            return remembered[1], remembered[2]
        n_all = self._session.scalar(select(func.count()).select_from(self._base().subquery())) or 0
        dated = self._base().where(self._order.column.is_not(None)).subquery()
        n_dated = (
            (self._session.scalar(select(func.count()).select_from(dated)) or 0) if self._order.may_be_null else n_all
        )
        self._memory.sizes[self._order.column.key] = (state, n_all, n_dated)
        return n_all, n_dated

    def _places(self, query: Select[Any], first: int, last: int, size: int) -> Sequence[Any]:
        if first <= size - last:
            return self._session.execute(self._sorted(query).offset(first).limit(last - first)).all()
        backwards = self._sorted(query, turned=True).offset(size - last).limit(last - first)
        return self._session.execute(backwards).all()[::-1]

    def _base(self) -> Select[Any]:
        query = select(Movie.id, self._order.column.label("key"))
        if self._order.column.class_ is Rating:
            query = query.join(Rating, and_(Rating.movie_id == Movie.id, Rating.user_id == self._user_id))
        return query.where(*self._conditions)

    def _whole(self) -> Iterator[Select[Any]]:
        column = self._order.column
        if not self._order.may_be_null:
            yield self._base()
            return
        yield self._base().where(column.is_not(None))
        yield self._base().where(column.is_(None))

    def _segments(self, value: object, last: object) -> Iterator[tuple[Select[Any], bool]]:
        column, down = self._order.column, self._order.descending
        for query, is_dated in zip(self._whole(), (True, False), strict=False):
            if last is None:
                yield query, is_dated
            elif value is None:
                if not is_dated:
                    yield query.where(Movie.id < last if down else Movie.id > last), is_dated
            elif is_dated:
                # The first condition says where in the index to begin; the second alone would not.
                within, beyond, after = (
                    (column <= value, column < value, Movie.id < last)
                    if down
                    else (column >= value, column > value, Movie.id > last)
                )
                yield query.where(within, or_(beyond, after)), is_dated
            else:
                yield query, is_dated

    def _sorted(self, query: Select[Any], *, turned: bool = False) -> Select[Any]:
        column = self._order.column
        if self._order.descending != turned:
            return query.order_by(column.desc(), Movie.id.desc())
        return query.order_by(column, Movie.id)

    def _fetch(self, query: Select[Any], limit: int) -> Sequence[Any]:
        return self._session.execute(self._sorted(query).limit(limit)).all()


class PredictedOrder:
    """Films by predicted score, highest first unless turned round; only those that a score is predicted for."""

    def __init__(
        self, session: Session, scores: list[tuple[int, float]], conditions: Conditions = (), *, reverse: bool = False
    ) -> None:
        self._session = session
        self._conditions = conditions
        self._name = "predicted-reversed" if reverse else "predicted"
        sign = 1 if reverse else -1
        self._places = sorted((sign * score, movie_id) for movie_id, score in scores)

    def page(self, limit: int, cursor: str | None) -> tuple[list[int], str | None]:
        """Return the ids of a page and the cursor of the next.

        Raises:
            InvalidInputError: no list in this order gave the cursor.
        """
        places = self._places
        if cursor is not None:
            last = decode_cursor(cursor, self._name, float, int)
            places = [place for place in places if place > last]
        found: list[tuple[float, int]] = []
        for start in range(0, len(places), _CHUNK):
            chunk = places[start : start + _CHUNK]
            query = select(Movie.id).where(among(self._session, Movie.id, [movie_id for _score, movie_id in chunk]))
            fitting = set(self._session.scalars(query.where(*self._conditions)))
            found += [place for place in chunk if place[1] in fitting]
            if len(found) > limit:
                break
        more = len(found) > limit
        return [movie_id for _score, movie_id in found[:limit]], (
            encode_cursor(self._name, *found[limit - 1]) if more else None
        )
