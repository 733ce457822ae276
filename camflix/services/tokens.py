"""API tokens: hashed, scoped, expiring, shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from camflix.errors import ConflictError, NotFoundError
from camflix.models import ApiToken, User
from camflix.results import NewToken, TokenList, TokenSummary
from camflix.services.secrets import hash_of, new_secret
from camflix.services.sessions import Identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.results import Scope

PREFIX = "cfx_"
MAX_TOKENS = 50
# Made once: putting a statement together takes longer than running it, and this one runs at every request.
_IDENTITY = (
    select(ApiToken.id, ApiToken.scope, User.id, User.username, User.language, User.is_admin)
    .join(User, User.id == ApiToken.user_id)
    .where(ApiToken.secret_hash == bindparam("hash"), ApiToken.expires_at > bindparam("now"), User.is_active)
)


class TokenService:
    """API tokens."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def create(self, user_id: int, name: str, scope: Scope, days: int) -> NewToken:
        """Make a token, good for so many days.

        Raises:
            ConflictError: there are fifty already, those made by signing in aside.
        """
        n = len(self._good(user_id, is_login=False))
        if n >= MAX_TOKENS:
            raise ConflictError("You have {n} tokens already.", hint="Revoke one that you do not use.", n=n)
        return self._add(user_id, name, scope, days, is_login=False)

    def log_in(self, user_id: int, name: str, scope: Scope, days: int) -> NewToken:
        """Make a token for who signs in; of fifty such the oldest ends, so that nobody is shut out."""
        oldest = self._good(user_id, is_login=True)[: -MAX_TOKENS + 1]
        self._delete(ApiToken.id.in_(oldest))
        return self._add(user_id, name, scope, days, is_login=True)

    def _good(self, user_id: int, *, is_login: bool) -> list[int]:
        """Return a user's tokens of a kind that are not expired, oldest first."""
        # One user's tokens are made one after another, so that no more are made than may be.
        self._session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        mine = (ApiToken.user_id == user_id, ApiToken.is_login.is_(is_login), ApiToken.expires_at > self._now())
        return list(self._session.scalars(select(ApiToken.id).where(*mine).order_by(ApiToken.id)))

    def _add(self, user_id: int, name: str, scope: Scope, days: int, *, is_login: bool) -> NewToken:
        secret, now = new_secret(PREFIX), self._now()
        token = ApiToken(
            user_id=user_id,
            name=name,
            scope=scope,
            secret_hash=hash_of(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
            is_login=is_login,
        )
        self._session.add(token)
        self._session.flush()
        username = self._session.execute(select(User.username).where(User.id == user_id)).scalar_one()
        return NewToken(token.id, name, username, scope, secret, token.expires_at)

    def identity(self, secret: str) -> Identity | None:
        """Return whom a token stands for; None when it is unknown, expired, revoked, or they are disabled."""
        row = self._session.execute(_IDENTITY, {"hash": hash_of(secret), "now": self._now()}).first()
        if row is None:
            return None
        token_id, scope, user_id, username, language, is_admin = row
        return Identity(user_id, username, language, is_admin, _scope(scope), token_id=token_id)

    def all(self, user_id: int, current_id: int | None) -> TokenList:
        """Return a user's tokens that are still good, newest first."""
        rows = self._session.scalars(
            select(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.expires_at > self._now())
            .order_by(ApiToken.id.desc())
        )
        return TokenList(
            tuple(
                TokenSummary(row.id, row.name, _scope(row.scope), row.created_at, row.expires_at, row.id == current_id)
                for row in rows
            )
        )

    def revoke(self, user_id: int, token_id: int) -> int:
        """Revoke one of a user's tokens; return 1.

        Raises:
            NotFoundError: they have no such token.
        """
        if not self.revoke_own(user_id, token_id):
            raise NotFoundError("You have no token {token_id}.", field="token_id", token_id=token_id)
        return 1

    def revoke_own(self, user_id: int, token_id: int | None) -> int:
        """Revoke a token if it is there; return how many were."""
        return self._delete(ApiToken.user_id == user_id, ApiToken.id == token_id)

    def revoke_all(self, user_id: int, *, but: int | None = None) -> int:
        """Revoke all of a user's tokens, or all but one; return how many."""
        return self._delete(ApiToken.user_id == user_id, ApiToken.id != (but or 0))

    def drop_expired(self) -> int:
        """Delete tokens that are good no more; return how many."""
        return self._delete(ApiToken.expires_at <= self._now())

    def _delete(self, *conditions: ColumnElement[bool]) -> int:
        done: Any = self._session.execute(delete(ApiToken).where(*conditions))
        return int(done.rowcount)


def _scope(text: str) -> Scope:
    # What a newer CamFlix wrote allows the least.
    return text if text in {"read", "rate", "admin"} else "read"  # type: ignore[return-value]
