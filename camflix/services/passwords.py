"""Passwords: argon2id, so many at a time; which ones are refused."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from camflix.errors import InvalidInputError, TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_CHARACTERS = 10
_WAIT_SECONDS = 10.0
_RETRY_SECONDS = 5


class Passwords:
    """Hashes and verifies. Each takes 64 MiB and an eighth of a second, so only as many run at once as there are cores.

    Args:
        hasher: other costs than argon2-cffi's (RFC 9106, low memory).
        n_at_once: how many may run at the same time.
    """

    def __init__(self, hasher: PasswordHasher | None = None, n_at_once: int | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(n_at_once or os.cpu_count() or 1)
        self._nobodys: str | None = None

    def hash(self, password: str) -> str:
        """Return what is stored for a password.

        Raises:
            TooManyRequestsError: too many are waiting already.
        """
        with self._turn():
            return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Return whether the password is the stored one; where none is stored it takes as long and is never right.

        Raises:
            TooManyRequestsError: too many are waiting already.
        """
        against = stored or self._of_nobody()
        with self._turn():
            try:
                self._hasher.verify(against, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def _of_nobody(self) -> str:
        if self._nobodys is None:
            self._nobodys = self.hash(os.urandom(16).hex())
        return self._nobodys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=_WAIT_SECONDS):
            raise TooManyRequestsError(
                "Too many people are signing in at this moment.",
                hint="Try again in {retry_after} seconds.",
                retry_after=_RETRY_SECONDS,
            )
        try:
            yield
        finally:
            self._room.release()


def check_new_password(password: str, *names: str | None) -> None:
    """Refuse a password that is too short, one character over and over, among the commonest, or one's own name.

    Raises:
        InvalidInputError: naming the field.
    """
    if len(password) < MIN_CHARACTERS:
        raise InvalidInputError("password: give at least {least} characters.", field="password", least=MIN_CHARACTERS)
    plain = password.casefold()
    own = {name.casefold() for name in names if name}
    own |= {name.partition("@")[0] for name in own}
    if len(set(plain)) <= 2 or plain in common_passwords() or any(plain.strip("0123456789!?.") == name for name in own):  # noqa: PLR2004 - "aaaaaaaaaa", "abababab"
        raise InvalidInputError(
            "password: this is among the first that anyone would try.",
            hint="Take a few words that belong together for you only.",
            field="password",
        )


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the commonest passwords that are long enough, folded; read when first asked for, in a millisecond."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))
