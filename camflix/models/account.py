"""What people sign in with: sessions, API tokens, codes sent by mail; and the answers of writes that may be repeated.

Secrets are kept as their SHA-256: they are 256 random bits, so nobody can guess them back from it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base


class CodePurpose(StrEnum):
    """What a code sent by mail, or given for a second step, allows."""

    CONFIRM = "confirm"
    PASSWORD = "password"  # noqa: S105 - no password
    EMAIL = "email"
    DELETE = "delete"


class UserSession(Base):
    """A browser that is signed in."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Base):
    """A key that a program or a terminal elsewhere acts with; ``is_login`` where it was made by signing in."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(8))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    is_login: Mapped[bool] = mapped_column(default=False, server_default=false())


class AccountCode(Base):
    """A code that allows one step, once: confirm an address, choose a password, delete the account."""

    __tablename__ = "account_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(8))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AnsweredWrite(Base):
    """The answer of a write that came with an idempotency key, given again when it comes again."""

    __tablename__ = "answered_write"
    __table_args__ = (Index("ix_answered_write_answered_at", "answered_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime]
