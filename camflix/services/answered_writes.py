"""Writes that may come twice: the second time the first answer is given, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from camflix.errors import ConflictError
from camflix.models import AnsweredWrite
from camflix.models.base import table_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Executable
    from sqlalchemy.orm import Session

KEPT = timedelta(days=30)
_TABLE = table_of(AnsweredWrite)
_MINE = (_TABLE.c.user_id == bindparam("whose"), _TABLE.c.key == bindparam("which"))
_FIND = select(_TABLE.c.request_hash, _TABLE.c.answer).where(*_MINE)
_KEEP = update(_TABLE).where(*_MINE).values(answer=bindparam("given"))


class AnsweredWriteService:
    """Answers by idempotency key, kept in the transaction of the write itself: both are there, or neither."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def begin(self, user_id: int, key: str, request_hash: str) -> bytes | None:
        """Take a key; return the answer if its write was done before.

        A second request with the key waits here until the first has ended.

        Raises:
            ConflictError: the key was used for another request.
        """
        connection = self._session.connection()
        row = {"user_id": user_id, "key": key, "request_hash": request_hash, "answer": b"", "answered_at": self._now()}
        if connection.execute(_taking(connection.dialect.name), row).first() is not None:
            return None
        before = connection.execute(_FIND, {"whose": user_id, "which": key}).one()
        if before.request_hash != request_hash:
            raise ConflictError("This idempotency key was used for another request.", field="Idempotency-Key")
        return bytes(before.answer)

    def keep(self, user_id: int, key: str, answer: bytes) -> None:
        """Keep the answer of a write that was begun in this transaction."""
        self._session.connection().execute(_KEEP, {"whose": user_id, "which": key, "given": answer})

    def drop_old(self) -> int:
        """Forget answers after 30 days; return how many."""
        done: Any = self._session.execute(delete(AnsweredWrite).where(AnsweredWrite.answered_at <= self._now() - KEPT))
        return int(done.rowcount)


@lru_cache(maxsize=2)
def _taking(dialect: str) -> Executable:
    """Return the statement that takes a key unless it is taken."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - only the dialect in use
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415 - the same
    statement = insert(_TABLE).on_conflict_do_nothing(index_elements=["user_id", "key"])
    return statement.returning(_TABLE.c.key)
