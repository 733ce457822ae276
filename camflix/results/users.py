"""What CamFlix answers about the people it knows, to who administers it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class UserSummary(Struct, frozen=True):
    """A user as an administrator sees them in a list."""

    id: int
    username: str
    email: str | None
    source: str
    privacy: str
    is_active: bool
    n_ratings: int
    created_at: datetime


class UserList(Struct, frozen=True):
    """Users as an administrator sees them; ``next_cursor`` asks for the next page, null at the end."""

    users: tuple[UserSummary, ...]
    next_cursor: str | None
