"""What a user wrote last besides ratings, and putting back what was there before.

Whoever writes records here, in the same transaction, the row that was there. An undo puts it back and takes the record
away, so that records are a stack: what an older one knows is what a newer one has put back. Ratings have a history of
their own (rating_change), for it tells more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import msgspec
from sqlalchemy import Date, and_, delete, insert, select

from camflix.db.bulk import upsert_row
from camflix.db.types import UtcDateTime
from camflix.models import FeedAnswer, HiddenMovie, MovieNote, Viewing, WatchlistEntry, WriteRecord
from camflix.models.base import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.orm import Session

WriteKind: TypeAlias = Literal["watchlist", "hidden", "feed", "note", "viewing", "list", "list_film"]

KEPT = 100
"""So many writes of a user can be undone; what a note said before need not stay for ever."""

_OF_FILM = {
    "watchlist": table_of(WatchlistEntry),
    "hidden": table_of(HiddenMovie),
    "feed": table_of(FeedAnswer),
    "note": table_of(MovieNote),
}
"""Tables with one row a user and film."""


@dataclass(frozen=True, slots=True)
class RecordedWrite:
    """A write that can be undone, and the row that was there before; None when there was none. Times in it are text."""

    id: int
    user_id: int
    kind: WriteKind
    movie_id: int | None
    row_id: int | None
    before: dict[str, Any] | None
    written_at: datetime


class JournalService:
    """Records writes, tells the last, and puts back the row of one that is a single row."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def record(
        self,
        user_id: int,
        kind: WriteKind,
        before: Mapping[str, object] | None,
        *,
        movie_id: int | None = None,
        row_id: int | None = None,
    ) -> None:
        """Remember what was there before a write.

        Args:
            user_id: whose write.
            kind: what was written.
            before: the row, by column; None when there was none.
            movie_id: the film; None for a list.
            row_id: the number of the viewing, or of the list.
        """
        row = {
            "user_id": user_id,
            "movie_id": movie_id,
            "kind": kind,
            "row_id": row_id,
            "before": None if before is None else msgspec.json.encode(before).decode(),
            "written_at": self._now(),
        }
        self._session.execute(insert(WriteRecord), row)
        oldest_kept = (
            select(WriteRecord.id)
            .where(WriteRecord.user_id == user_id)
            .order_by(WriteRecord.id.desc())
            .limit(1)
            .offset(KEPT - 1)
        )
        self._delete(WriteRecord.user_id == user_id, WriteRecord.id < oldest_kept.scalar_subquery())

    def last(self, user_id: int) -> RecordedWrite | None:
        """Return the last write that was not undone."""
        mine = select(WriteRecord).where(WriteRecord.user_id == user_id)
        row = self._session.scalar(mine.order_by(WriteRecord.id.desc()).limit(1))
        if row is None:
            return None
        before = None if row.before is None else msgspec.json.decode(row.before, type=dict[str, Any])
        kind = cast("WriteKind", row.kind)
        return RecordedWrite(row.id, user_id, kind, row.movie_id, row.row_id, before, row.written_at)

    def forget(self, record: RecordedWrite) -> None:
        """Take a record away: it was undone."""
        self._delete(WriteRecord.id == record.id)

    def put_back(self, record: RecordedWrite) -> bool:
        """Make the row of a film or a viewing what it was; return whether there is one now."""
        before = record.before
        if record.kind == "viewing":
            return self._put_back_viewing(record, before)
        table = _OF_FILM[record.kind]
        mine = and_(table.c.user_id == record.user_id, table.c.movie_id == record.movie_id)
        if before is not None and record.kind == "note":
            # Whoever has read it meanwhile is told that it changed.
            version = self._session.scalar(select(MovieNote.version).where(mine))
            before = {**before, "version": max(version or 0, before["version"]) + 1}
        if before is None:
            self._session.execute(delete(table).where(mine))
            return False
        row = {"user_id": record.user_id, "movie_id": record.movie_id, **before}
        # Another may write it at the same moment.
        upsert_row(self._session.connection(), table, values_of(table, row))
        return True

    def _put_back_viewing(self, record: RecordedWrite, before: dict[str, Any] | None) -> bool:
        table = table_of(Viewing)
        self._session.execute(delete(table).where(table.c.id == record.row_id, table.c.user_id == record.user_id))
        if before is None:
            return False
        row = {"id": record.row_id, "user_id": record.user_id, "movie_id": record.movie_id, **before}
        self._session.execute(insert(table).values(**values_of(table, row)))
        return True

    def _delete(self, *which: ColumnElement[bool]) -> None:
        statement = delete(WriteRecord).where(*which)
        self._session.execute(statement, execution_options={"synchronize_session": False})


def values_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of JSON as the values of a table's columns."""
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind: object, value: object) -> object:
    if not isinstance(value, str):
        return value
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value
