"""What CamFlix answers about accounts: who one is, tokens, sessions, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from camflix.results.people import ExportDocument

Scope = Literal["read", "rate", "admin"]
"""What a token must be good for: to look, to change what is one's own, to administer."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who one is here, and what the token or session at hand allows: ``read``, ``rate`` or ``admin`` (everything)."""

    username: str
    email: str | None
    language: str
    is_admin: bool
    scope: Scope
    version: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request was taken; whether a mail follows is told to nobody but its reader."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. ``secret`` is shown this once; only its hash is kept."""

    id: int
    name: str
    username: str
    scope: Scope
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenSummary:
    """A token as its owner sees it later."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class TokenList:
    """One's tokens that are still good, newest first."""

    tokens: tuple[TokenSummary, ...]


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A browser that is signed in."""

    id: int
    user_agent: str
    address: str
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SessionList:
    """One's sessions that are still good, newest first."""

    sessions: tuple[SessionSummary, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many sessions and tokens are good no more."""

    n_sessions: int
    n_tokens: int


@dataclass(frozen=True, slots=True)
class DeletionOffer:
    """What leaving takes away, to be kept first: with ``code`` the account is deleted, until ``expires_at``."""

    code: str
    expires_at: datetime
    data: ExportDocument


@dataclass(frozen=True, slots=True)
class DeletedAccount:
    """An account that is gone, with all its rows."""

    username: str
    n_ratings: int
