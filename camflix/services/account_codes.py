"""Codes that allow one step, once: mailed, or given for a second thought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from camflix.errors import NotFoundError
from camflix.models import AccountCode, CodePurpose
from camflix.services.secrets import hash_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

LIFETIMES = {
    CodePurpose.CONFIRM: timedelta(days=3),
    CodePurpose.EMAIL: timedelta(days=1),
    CodePurpose.PASSWORD: timedelta(hours=1),
    CodePurpose.DELETE: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class GivenCode:
    """What a code stands for."""

    user_id: int
    purpose: CodePurpose
    email: str | None


class AccountCodeService:
    """Makes codes and takes them."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def create(self, user_id: int, purpose: CodePurpose, email: str | None = None) -> tuple[str, datetime]:
        """Make a code in place of earlier ones for the same step; return it, and until when it is good."""
        self._session.execute(delete(AccountCode).where(AccountCode.user_id == user_id, AccountCode.purpose == purpose))
        code, now = new_secret(), self._now()
        expires_at = now + LIFETIMES[purpose]
        self._session.add(
            AccountCode(
                user_id=user_id,
                purpose=purpose,
                secret_hash=hash_of(code),
                email=email,
                created_at=now,
                expires_at=expires_at,
            )
        )
        self._session.flush()
        return code, expires_at

    def look_at(self, code: str, *purposes: CodePurpose) -> GivenCode:
        """Return what a code stands for.

        Raises:
            NotFoundError: it is unknown, used, expired, or for another step.
        """
        row = self._session.execute(
            select(AccountCode.user_id, AccountCode.purpose, AccountCode.email).where(
                AccountCode.secret_hash == hash_of(code),
                AccountCode.purpose.in_(purposes),
                AccountCode.expires_at > self._now(),
            )
        ).first()
        if row is None:
            raise self._unknown()
        return GivenCode(row.user_id, CodePurpose(row.purpose), row.email)

    def take(self, code: str, *purposes: CodePurpose) -> GivenCode:
        """Return what a code stands for; it is good no more, whoever comes with it at the same moment.

        Raises:
            NotFoundError: as ``look_at``.
        """
        given = self.look_at(code, *purposes)
        done: Any = self._session.execute(delete(AccountCode).where(AccountCode.secret_hash == hash_of(code)))
        if not done.rowcount:
            raise self._unknown()
        return given

    def drop(self, user_id: int, *purposes: CodePurpose) -> None:
        """Delete a user's codes for these steps."""
        mine = AccountCode.user_id == user_id
        self._session.execute(delete(AccountCode).where(mine, AccountCode.purpose.in_(purposes)))

    def drop_expired(self) -> int:
        """Delete codes that are good no more; return how many."""
        done: Any = self._session.execute(delete(AccountCode).where(AccountCode.expires_at <= self._now()))
        return int(done.rowcount)

    def _unknown(self) -> NotFoundError:
        return NotFoundError("This code is not good, or not any more.", hint="Ask for a new one.", field="code")
