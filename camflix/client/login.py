"""To which server one is signed in, and the token for it: a file that only its owner reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from camflix.errors import InvalidInputError, NotAllowedError, StorageError, Word

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "login.json"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Login:
    """A server, who one is there, and the token; an empty token asks as nobody."""

    url: str
    username: str = ""
    token: str = ""

    def folder(self, state: Path) -> Path:
        """Return where what belongs to this person on this server is kept."""
        import hashlib  # noqa: PLC0415 - most people are signed in nowhere, and the terminal app reads this at its start

        return state / "remote" / hashlib.sha256(f"{self.url}\0{self.username}".encode()).hexdigest()[:16]


def load_login(state: Path) -> Login | None:
    """Return the login that was saved; None when there is none.

    Raises:
        StorageError: the file cannot be read, or is damaged.
    """
    file = state / _NAME
    try:
        saved = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(
            "{file} cannot be read: {reason}.",
            hint="Give yourself the right to read it, or move it away.",
            file=str(file),
            reason=Word(error.strerror or error),
        ) from error
    import msgspec  # noqa: PLC0415 - as above

    try:
        return msgspec.json.decode(saved, type=Login)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StorageError(
            "{file} is damaged.", hint="Remove it, then sign in again: camflix login URL", file=str(file)
        ) from error


def acts_as_nobody_else(login: Login) -> NotAllowedError:
    """Return the refusal of acting as another user than the one who is signed in."""
    return NotAllowedError(
        "You are signed in to {url} as {name}; there you act as nobody else.",
        hint="Go back to this machine with: camflix logout",
        url=login.url,
        name=login.username,
    )


def save_login(state: Path, login: Login) -> None:
    """Keep a login, readable by nobody else from its first byte on.

    Raises:
        StorageError: it cannot be kept.
    """
    import msgspec  # noqa: PLC0415 - as above

    building = state / f".{_NAME}.{os.getpid()}"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        building.unlink(missing_ok=True)
        descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(login))
            file.flush()
            os.fsync(file.fileno())
        building.replace(state / _NAME)
    except OSError as error:
        raise StorageError(
            "{file} cannot be written: {reason}.",
            hint="Make room there, or get the right to write.",
            file=str(state / _NAME),
            reason=Word(error.strerror or error),
        ) from error


def forget_login(state: Path) -> None:
    """Remove the login."""
    (state / _NAME).unlink(missing_ok=True)


def server_url(text: str, *, insecure: bool = False) -> str:
    """Return the address of a server as it was meant: HTTPS unless said, no path at its end.

    Raises:
        InvalidInputError: it is none, or a token would travel in the clear.
    """
    url = (text if "://" in text else f"https://{text}").strip().rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        usable = usable and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInputError(
            "“{url}” is not the address of a server.", hint="Write https://films.example.org", field="url", url=text
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not insecure:
        raise InvalidInputError(
            "{url} is not encrypted: anyone on the way could read your password.",
            hint="Use https://, or add --insecure on a network that you trust.",
            field="url",
            url=url,
        )
    return url
