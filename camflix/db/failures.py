"""What a database says when it cannot, as errors that name the place and the remedy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from camflix.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

# By SQLite's primary error code, and by the first characters of PostgreSQL's SQLSTATE.
_CAUSES: dict[str, StorageError] = {
    "full": StorageError(
        "The disk that holds the database {place} is full.",
        hint="Nothing was saved. Make room there and try again.",
    ),
    "read_only": StorageError(
        "The database {place} cannot be written to.",
        hint="Nothing was saved. Get write access to the file and its folder, or choose another DATABASE_URL.",
    ),
    "locked": StorageError(
        "The database {place} is busy: another program is writing to it.",
        hint="Nothing was saved. Wait for it to end and try again.",
    ),
    "crowded": StorageError("The database {place} is busy: all connections to it are taken.", hint="Try again later."),
    "cannot_open": StorageError(
        "The database {place} cannot be opened: {reason}.", hint="Check DATABASE_URL and the rights on that place."
    ),
    "not_a_database": StorageError(
        "The file {place} is not a database, or it is damaged.",
        hint="Move it away or restore a backup; CamFlix then starts with a new one.",
    ),
    "disk": StorageError(
        "The disk that holds the database {place} reports an error: {reason}.",
        hint="Check the disk, then try again.",
    ),
}
_SQLITE = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
    sqlite3.SQLITE_PERM: "cannot_open",
    sqlite3.SQLITE_NOTADB: "not_a_database",
    sqlite3.SQLITE_CORRUPT: "not_a_database",
    sqlite3.SQLITE_IOERR: "disk",
}
_POSTGRESQL = {
    "53100": "full",
    "25006": "read_only",
    "42501": "read_only",
    "55P03": "locked",
    "40P01": "locked",
    "08": "cannot_open",
    "28": "cannot_open",
    "3D": "cannot_open",
    "53300": "cannot_open",
    "57P": "cannot_open",
    "58": "disk",
}


@contextmanager
def storage_errors(engine: Engine) -> Iterator[None]:
    """Turn what the database cannot do for reasons outside of CamFlix into StorageError; bugs pass untouched."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, NoConnectionLeft) as error:
        cause = _cause(error)
        if cause is None:
            raise
        place = engine.url.database if engine.dialect.name == "sqlite" else engine.url.render_as_string()
        if cause == "cannot_open" and _is_read_only(engine):
            # SQLite cannot even read there: its journal wants a file beside the database.
            cause = "read_only"
        known = _CAUSES[cause]
        reason = next(iter(str(getattr(error, "orig", error)).strip().splitlines()), "").rstrip(".")
        raise StorageError(known.message, hint=known.hint, place=place, reason=reason) from error


def _is_read_only(engine: Engine) -> bool:
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return bool(file) and os.access(str(file), os.R_OK) and not os.access(str(file), os.W_OK)


def _cause(error: Exception) -> str | None:
    if isinstance(error, NoConnectionLeft):
        return "crowded"
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        # The low byte is the primary code; the rest says more closely what happened.
        return _SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return next((cause for prefix, cause in _POSTGRESQL.items() if state.startswith(prefix)), None)
    # psycopg gives no SQLSTATE when no server answered at all, nor for an option of the address that is none.
    is_connecting = isinstance(error, DBAPIError) and error.statement is None
    return "cannot_open" if is_connecting or type(original).__name__ == "OperationalError" else None
