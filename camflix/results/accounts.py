"""What CamFlix answers about accounts: who one is, tokens, sessions, leaving."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from camflix.results.people import ExportDocument

Scope = Literal["read", "rate", "admin"]
"""What a token must be good for: to look, to change what is one's own, to administer."""


class Account(Struct, frozen=True):
    """Who one is here, and what the token or session at hand allows: ``read``, ``rate`` or ``admin`` (everything)."""

    username: str
    email: str | None
    language: str
    is_admin: bool
    scope: Scope
    version: str


class Accepted(Struct, frozen=True):
    """The request was taken; whether a mail follows is told to nobody but its reader."""

    accepted: bool


class NewToken(Struct, frozen=True):
    """A token just made. ``secret`` is shown this once; only its hash is kept."""

    id: int
    name: str
    username: str
    scope: Scope
    secret: str
    expires_at: datetime


class TokenSummary(Struct, frozen=True):
    """A token as its owner sees it later."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    is_current: bool


class TokenList(Struct, frozen=True):
    """One's tokens that are still good, newest first."""

    tokens: tuple[TokenSummary, ...]


class SessionSummary(Struct, frozen=True):
    """A browser that is signed in."""

    id: int
    user_agent: str
    address: str
    created_at: datetime
    expires_at: datetime
    is_current: bool


class SessionList(Struct, frozen=True):
    """One's sessions that are still good, newest first."""

    sessions: tuple[SessionSummary, ...]


class Revoked(Struct, frozen=True):
    """How many sessions and tokens are good no more."""

    n_sessions: int
    n_tokens: int


class DeletionOffer(Struct, frozen=True):
    """What leaving takes away, to be kept first: with ``code`` the account is deleted, until ``expires_at``."""

    code: str
    expires_at: datetime
    data: ExportDocument


class DeletedAccount(Struct, frozen=True):
    """An account that is gone, with all its rows."""

    username: str
    n_ratings: int
