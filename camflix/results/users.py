"""What CamFlix answers about the people it knows, to who administers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UserSummary:
    """A user as an administrator sees them in a list."""

    id: int
    username: str
    email: str | None
    source: str
    privacy: str
    is_active: bool
    n_ratings: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserList:
    """Users as an administrator sees them; ``next_cursor`` asks for the next page, null at the end."""

    users: tuple[UserSummary, ...]
    next_cursor: str | None
