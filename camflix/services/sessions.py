"""Browsers that are signed in; each can be ended by itself, or all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from camflix.errors import NotFoundError
from camflix.models import User, UserSession
from camflix.results import SessionList, SessionSummary
from camflix.services.secrets import hash_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.results import Scope

LIFETIME = timedelta(days=30)
_MAX_AGENT, _MAX_ADDRESS = 200, 64
# Made once: putting a statement together takes longer than running it, and this one runs at every request.
_IDENTITY = (
    select(UserSession.id, User.id, User.username, User.language, User.is_admin)
    .join(User, User.id == UserSession.user_id)
    .where(UserSession.secret_hash == bindparam("hash"), UserSession.expires_at > bindparam("now"), User.is_active)
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a session or a token stands for, and what it allows."""

    user_id: int
    username: str
    language: str
    is_admin: bool
    scope: Scope
    session_id: int | None = None
    token_id: int | None = None


class SessionService:
    """Sessions of browsers."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def open(self, user_id: int, user_agent: str, address: str) -> str:
        """Sign a browser in; return the secret that its cookie holds."""
        secret, now = new_secret(), self._now()
        self._session.add(
            UserSession(
                user_id=user_id,
                secret_hash=hash_of(secret),
                user_agent=user_agent[:_MAX_AGENT],
                address=address[:_MAX_ADDRESS],
                created_at=now,
                expires_at=now + LIFETIME,
            )
        )
        self._session.flush()
        return secret

    def identity(self, secret: str) -> Identity | None:
        """Return whom a cookie's secret stands for; None when it is unknown, expired, ended, or they are disabled."""
        row = self._session.execute(_IDENTITY, {"hash": hash_of(secret), "now": self._now()}).first()
        if row is None:
            return None
        session_id, user_id, username, language, is_admin = row
        return Identity(user_id, username, language, is_admin, "admin", session_id=session_id)

    def all(self, user_id: int, current_id: int | None) -> SessionList:
        """Return a user's sessions that are still good, newest first."""
        rows = self._session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user_id, UserSession.expires_at > self._now())
            .order_by(UserSession.id.desc())
        )
        return SessionList(
            tuple(
                SessionSummary(
                    row.id, row.user_agent, row.address, row.created_at, row.expires_at, row.id == current_id
                )
                for row in rows
            )
        )

    def revoke(self, user_id: int, session_id: int) -> int:
        """End one of a user's sessions; return 1.

        Raises:
            NotFoundError: they have no such session.
        """
        if not self.revoke_own(user_id, session_id):
            raise NotFoundError("You have no session {session_id}.", field="session_id", session_id=session_id)
        return 1

    def revoke_own(self, user_id: int, session_id: int | None) -> int:
        """End a session if it is there; return how many were."""
        return self._delete(UserSession.user_id == user_id, UserSession.id == session_id)

    def revoke_all(self, user_id: int, *, but: int | None = None) -> int:
        """End all of a user's sessions, or all but one; return how many."""
        return self._delete(UserSession.user_id == user_id, UserSession.id != (but or 0))

    def drop_expired(self) -> int:
        """Delete sessions that are good no more; return how many."""
        return self._delete(UserSession.expires_at <= self._now())

    def _delete(self, *conditions: ColumnElement[bool]) -> int:
        done: Any = self._session.execute(delete(UserSession).where(*conditions))
        return int(done.rowcount)
