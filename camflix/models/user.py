"""Users: people with an account, local profiles, and the raters that a data set brings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base


class Privacy(StrEnum):
    """Who may see a profile."""

    PUBLIC = "public"
    MEMBERS = "members"
    PRIVATE = "private"


class UserSource(StrEnum):
    """Where a user came from."""

    LOCAL = "local"
    MOVIELENS = "movielens"
    SAMPLE = "sample"
    PENDING = "pending"  # signed up, the address not yet confirmed


class User(Base):
    """A user. ``password_hash`` is null for those who cannot sign in: local profiles and imported raters."""

    __tablename__ = "user_account"  # "user" is a reserved word in PostgreSQL
    __table_args__ = (
        CheckConstraint("privacy IN ('public', 'members', 'private')", name="privacy"),
        CheckConstraint("length(username) BETWEEN 1 AND 64", name="username_length"),
        # No number is given twice: what a model or a kept write says of somebody is not said of another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    bio: Mapped[str] = mapped_column(Text, default="", server_default="")
    avatar: Mapped[str] = mapped_column(String(500), default="", server_default="")
    language: Mapped[str] = mapped_column(String(2), default="fr", server_default="fr")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris", server_default="Europe/Paris")
    privacy: Mapped[str] = mapped_column(String(8), default=Privacy.PRIVATE, server_default="private")
    contributes_anonymously: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=false())
    score_display: Mapped[str] = mapped_column(String(5), default="100", server_default="100")
    # Rates without having seen predictions and averages.
    blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    source: Mapped[str] = mapped_column(String(16), default=UserSource.LOCAL, server_default="local", index=True)
    created_at: Mapped[datetime]
