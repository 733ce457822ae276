"""Rows that a transaction changes as a set, locked first: on PostgreSQL others may write at the same time.

All take users before films, and each kind in the order of its ids, so that nobody waits in a circle. SQLite has one
writer at a time and needs none of it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from camflix.db.engine import BUSY_TIMEOUT_MS
from camflix.db.ids import as_ids, is_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine

# "CamI" and "CamM": any numbers serve, as long as all processes take the same.
_IMPORTS = 0x43616D49
_FITS = 0x43616D4D
PATIENCE_SECONDS = 5.0


class WritersTurn:
    """Lets the threads of this process write to an SQLite file one after another.

    SQLite itself has those that wait for its one writer ask again after pauses of up to a tenth of a second; here the
    next one begins at once. Other processes it keeps apart all the same. PostgreSQL has as many writers as one likes.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Open a block that one thread at a time is in; whoever waits too long goes on, for SQLite to judge."""
        if self._lock is None:
            yield
            return
        has_turn = self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if has_turn:
                self._lock.release()


def lock_imports(connection: Connection, *, patience_seconds: float | None = PATIENCE_SECONDS) -> None:
    """Let whole imports, and their undoing, come one after another.

    Args:
        connection: in a transaction of the caller's.
        patience_seconds: how long this transaction waits, for this lock and all that follow; none for as long as it
            takes.

    Raises:
        OperationalError: another took longer; to people, the database is busy.
    """
    wait_at_most(connection, patience_seconds)
    _lock_key(connection, _IMPORTS)


def wait_at_most(connection: Connection, seconds: float | None) -> None:
    """Let this transaction wait so long for each lock from now on; None: as long as it takes.

    Others wait for BUSY_TIMEOUT_MS.
    """
    if connection.dialect.name == "postgresql":
        wanted = {"patience": f"{round(1000 * (seconds or 0))}ms"}
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), wanted)


def lock_fits(connection: Connection, *, wait: bool) -> bool:
    """Let processes that find the model old fit it one after another: all but the first then find it fresh.

    Returns:
        whether this one may; always when it waits.
    """
    if wait or connection.dialect.name != "postgresql":
        wait_at_most(connection, None)
        _lock_key(connection, _FITS)
        return True
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _FITS}).scalar())


def lock_users(connection: Connection, ids: str, **values: object) -> None:
    """Let other writes of these users' ratings wait, so that each change knows the one before it.

    Args:
        connection: in a transaction of the caller's.
        ids: a query of their ids.
        values: its parameters.
    """
    if connection.dialect.name == "postgresql":
        query = f"SELECT id FROM user_account WHERE id IN ({ids}) ORDER BY id FOR NO KEY UPDATE"  # noqa: S608 - our names
        connection.execute(text(query), values)


def lock_movies(connection: Connection, ids: Sequence[int]) -> None:
    """Let other writes of these films' number of ratings wait: a count sees only what stood when its statement began.

    Args:
        connection: in a transaction of the caller's.
        ids: their ids.
    """
    if connection.dialect.name == "postgresql":
        query = f"SELECT id FROM movie WHERE {is_among(connection, 'id')} ORDER BY id FOR NO KEY UPDATE"  # noqa: S608
        connection.execute(text(query), {"ids": as_ids(connection, ids)})


def _lock_key(connection: Connection, key: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
