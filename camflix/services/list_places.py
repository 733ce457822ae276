"""The films of a list in their places: 0, 1, 2 … without gaps. Whoever changes them has locked the list's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from camflix.models import MovieListEntry

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_PLACE = MovieListEntry.position


class ListPlaces:
    """The places of any list."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, list_id: int) -> int:
        """Return how many films are in a list."""
        return self._session.scalar(select(func.count()).where(MovieListEntry.list_id == list_id)) or 0

    def place_of(self, list_id: int, movie_id: int) -> int | None:
        """Return where a film stands, None when it is not in the list."""
        return self._session.scalar(select(_PLACE).where(_entry(list_id, movie_id)))

    def all(self, list_id: int) -> list[tuple[int, int, datetime]]:
        """Return film, place and when it came, by place."""
        query = select(MovieListEntry.movie_id, _PLACE, MovieListEntry.added_at)
        rows = self._session.execute(
            query.where(MovieListEntry.list_id == list_id).order_by(_PLACE, MovieListEntry.movie_id)
        )
        return [(row.movie_id, row.position, row.added_at) for row in rows]

    def insert(self, list_id: int, movie_id: int, place: int, added_at: datetime) -> None:
        """Put a film that is not in the list at a place; those from there on make room."""
        self._shift(list_id, place <= _PLACE, 1)
        self._session.add(MovieListEntry(list_id=list_id, movie_id=movie_id, position=place, added_at=added_at))
        self._session.flush()

    def delete(self, list_id: int, movie_id: int) -> tuple[int, datetime] | None:
        """Take a film out; return its place and when it came, None when it was not there."""
        gone = delete(MovieListEntry).where(_entry(list_id, movie_id)).returning(_PLACE, MovieListEntry.added_at)
        before = self._session.execute(gone).one_or_none()
        if before is None:
            return None
        self._shift(list_id, before.position < _PLACE, -1)
        return before.position, before.added_at

    def move(self, list_id: int, movie_id: int, old: int, new: int) -> None:
        """Move a film from one place to another; those between make room."""
        if new > old:
            self._shift(list_id, and_(old < _PLACE, new >= _PLACE), -1)
        elif new < old:
            self._shift(list_id, and_(new <= _PLACE, old > _PLACE), 1)
        self._session.execute(update(MovieListEntry).where(_entry(list_id, movie_id)).values(position=new))

    def _shift(self, list_id: int, which: ColumnElement[bool], difference: int) -> None:
        self._session.execute(
            update(MovieListEntry)
            .where(MovieListEntry.list_id == list_id, which)
            .values(position=_PLACE + difference)
            .execution_options(synchronize_session=False)
        )


def _entry(list_id: int, movie_id: int) -> ColumnElement[bool]:
    return and_(MovieListEntry.list_id == list_id, MovieListEntry.movie_id == movie_id)
