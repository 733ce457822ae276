"""Writes that may come twice: the second time the first answer is given, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from camflix.errors import ConflictError
from camflix.models import AnsweredWrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

KEPT = timedelta(days=30)


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
        if self._session.get_bind().dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - only the dialect in use
        else:
            from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415 - the same
        row = {"user_id": user_id, "key": key, "request_hash": request_hash, "answer": b"", "answered_at": self._now()}
        statement = insert(AnsweredWrite).values(row).on_conflict_do_nothing(index_elements=["user_id", "key"])
        if self._session.execute(statement.returning(AnsweredWrite.key)).first() is not None:
            return None
        before = self._session.execute(
            select(AnsweredWrite.request_hash, AnsweredWrite.answer).where(
                AnsweredWrite.user_id == user_id, AnsweredWrite.key == key
            )
        ).one()
        if before.request_hash != request_hash:
            raise ConflictError("This idempotency key was used for another request.", field="Idempotency-Key")
        return bytes(before.answer)

    def keep(self, user_id: int, key: str, answer: bytes) -> None:
        """Keep the answer of a write that was begun in this transaction."""
        self._session.execute(
            update(AnsweredWrite)
            .where(AnsweredWrite.user_id == user_id, AnsweredWrite.key == key)
            .values(answer=answer)
        )

    def drop_old(self) -> int:
        """Forget answers after 30 days; return how many."""
        done: Any = self._session.execute(delete(AnsweredWrite).where(AnsweredWrite.answered_at <= self._now() - KEPT))
        return int(done.rowcount)
