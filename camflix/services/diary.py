"""When a user saw films; and the films they saw and have not rated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select

from camflix.errors import InvalidInputError, NotFoundError
from camflix.models import Rating
from camflix.models import Viewing as Row
from camflix.results import Diary, Viewing
from camflix.services.cursors import decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.journal import JournalService
    from camflix.services.movies import MovieService
    from camflix.services.settings import UserSettingsService

_DIARY = "diary"
_UNDATED = date.min


class DiaryService:
    """One user's viewings. Days are those of the user's own calendar, in their time zone."""

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        settings: UserSettingsService,
        journal: JournalService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._movies = movies
        self._settings = settings
        self._journal = journal
        self._now = now

    def add(self, user_id: int, movie_id: int, seen_on: str | None, is_rewatch: bool | None) -> Viewing:  # noqa: FBT001
        """Write down that a film was seen; whether for another time is found out when it is not said.

        Raises:
            NotFoundError: there is no such film.
            InvalidInputError: the day is none, or is still to come.
        """
        self._movies.get(movie_id)
        day = self._day(user_id, seen_on)
        again = self._knows(user_id, movie_id, day) if is_rewatch is None else is_rewatch
        row = Row(user_id=user_id, movie_id=movie_id, seen_on=day, is_rewatch=again, created_at=self._now())
        self._session.add(row)
        self._session.flush()
        self._journal.record(user_id, "viewing", None, movie_id=movie_id, row_id=row.id)
        return self._described(user_id, [row])[0]

    def edit(self, user_id: int, viewing_id: int, seen_on: str | None, is_rewatch: bool | None) -> Viewing:  # noqa: FBT001
        """Correct what is not null.

        Raises:
            NotFoundError: one has no such viewing.
            InvalidInputError: the day is none, or is still to come.
        """
        row = self._own(user_id, viewing_id)
        before = _columns(row)
        if seen_on is not None:
            row.seen_on = self._day(user_id, seen_on)
        if is_rewatch is not None:
            row.is_rewatch = is_rewatch
        self._session.flush()
        if _columns(row) != before:
            self._journal.record(user_id, "viewing", before, movie_id=row.movie_id, row_id=row.id)
        return self._described(user_id, [row])[0]

    def remove(self, user_id: int, viewing_id: int) -> Viewing:
        """Remove a viewing; return what it was.

        Raises:
            NotFoundError: one has no such viewing.
        """
        row = self._own(user_id, viewing_id)
        removed = self._described(user_id, [row])[0]
        self._journal.record(user_id, "viewing", _columns(row), movie_id=row.movie_id, row_id=row.id)
        self._session.execute(delete(Row).where(Row.id == viewing_id))
        self._session.expunge(row)
        return removed

    def page(
        self, user_id: int, year: int | None, month: int | None, movie_id: int | None, limit: int, cursor: str | None
    ) -> Diary:
        """Return a page of the viewings, newest first; those without a day come last, and not at all in a year.

        Raises:
            InvalidInputError: a month without a year, or a cursor of another list.
        """
        if month is not None and year is None:
            raise InvalidInputError("month: give the year too.", field="month")
        wanted = [Row.user_id == user_id]
        if year is not None:
            first = date(year, month or 1, 1)
            last = date(year, month or 12, 31 if month is None else _days_in(year, month))
            wanted.append(Row.seen_on.between(first, last))
        if movie_id is not None:
            wanted.append(Row.movie_id == movie_id)
        day = func.coalesce(Row.seen_on, _UNDATED)
        query = select(Row).where(*wanted)
        if cursor is not None:
            value, last_id = decode_cursor(cursor, _DIARY, str, int)
            at = _parsed(value, "cursor")
            query = query.where(or_(day < at, and_(day == at, Row.id < last_id)))
        rows = self._session.scalars(query.order_by(day.desc(), Row.id.desc()).limit(limit + 1)).all()
        shown, more = rows[:limit], len(rows) > limit
        return Diary(
            viewings=self._described(user_id, shown),
            n_viewings=self._session.scalar(select(func.count()).select_from(Row).where(*wanted)) or 0,
            next_cursor=encode_cursor(_DIARY, (shown[-1].seen_on or _UNDATED).isoformat(), shown[-1].id)
            if more
            else None,
        )

    def queue(self, user_id: int, limit: int, cursor: str | None) -> Diary:
        """Return the last viewing of each film that was seen and never rated, last written down first.

        Raises:
            InvalidInputError: no such list gave the cursor.
        """
        last_ones = select(func.max(Row.id)).where(Row.user_id == user_id).group_by(Row.movie_id)
        rated = exists().where(Rating.user_id == user_id, Rating.movie_id == Row.movie_id)
        wanted: list[ColumnElement[bool]] = [Row.id.in_(last_ones), ~rated]
        query = select(Row).where(*wanted)
        if cursor is not None:
            (last_id,) = decode_cursor(cursor, "queue", int)
            query = query.where(Row.id < last_id)
        rows = self._session.scalars(query.order_by(Row.id.desc()).limit(limit + 1)).all()
        shown, more = rows[:limit], len(rows) > limit
        n = self._session.scalar(select(func.count()).select_from(Row).where(*wanted)) or 0
        return Diary(self._described(user_id, shown), n, encode_cursor("queue", shown[-1].id) if more else None)

    def _day(self, user_id: int, text: str | None) -> date | None:
        if text is None:
            return None
        day = _parsed(text, "seen_on")
        if day > self._settings.today(user_id):
            raise InvalidInputError("seen_on: the day {day} is still to come.", field="seen_on", day=text)
        return day

    def _knows(self, user_id: int, movie_id: int, day: date | None) -> bool:
        """Return whether the film was seen before that day, or rated on an earlier one."""
        seen = select(Row.id).where(Row.user_id == user_id, Row.movie_id == movie_id)
        if day is not None:
            seen = seen.where(or_(Row.seen_on <= day, Row.seen_on.is_(None)))
        return self._session.scalar(seen.limit(1)) is not None

    def _own(self, user_id: int, viewing_id: int) -> Row:
        row = self._session.scalar(select(Row).where(Row.id == viewing_id, Row.user_id == user_id))
        if row is None:
            raise NotFoundError("Your diary has no entry number {id}.", field="viewing_id", id=viewing_id)
        return row

    def _described(self, user_id: int, rows: Sequence[Row]) -> tuple[Viewing, ...]:
        ids = [row.movie_id for row in rows]
        movies = self._movies.by_ids(ids)
        query = select(Rating.movie_id, Rating.score).where(Rating.user_id == user_id, Rating.movie_id.in_(ids))
        scores = dict(self._session.execute(query).all())
        return tuple(
            Viewing(
                id=row.id,
                movie=movies[row.movie_id],
                seen_on=row.seen_on,
                is_rewatch=row.is_rewatch,
                created_at=row.created_at,
                score=scores.get(row.movie_id),
            )
            for row in rows
        )


def _columns(row: Row) -> dict[str, object]:
    return {"seen_on": row.seen_on, "is_rewatch": row.is_rewatch, "created_at": row.created_at}


def _parsed(value: object, field: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidInputError(
            "{name}: “{value}” is no day.", hint="Write it as 2026-11-23.", field=field, name=field, value=value
        ) from error


def _days_in(year: int, month: int) -> int:
    from calendar import monthrange  # noqa: PLC0415 - strptime's tables, for this question only

    return monthrange(year, month)[1]
