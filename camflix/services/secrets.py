"""Secrets that are handed out once and kept as their hash."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as text."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. No salt, no slowness: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
