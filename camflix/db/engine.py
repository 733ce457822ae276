"""Connections: SQLite with WAL, foreign keys and a busy timeout; PostgreSQL with a pool that recycles at 60 s."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from camflix.errors import SettingsError, StorageError, Word

if TYPE_CHECKING:
    import sqlite3

    import psycopg
    from sqlalchemy import URL, Connection, Engine

BUSY_TIMEOUT_MS = 10_000
"""How long a write waits for another's, on both databases."""
_WAL_PAUSE_SECONDS = 0.02
POOL_RECYCLE_SECONDS = 60
_POOL = {"pool_size": 15, "max_overflow": 0, "pool_use_lifo": True}
"""Connections are kept, as many as may be open: those above the usual five were opened and closed at each request of a
busy server. Those used last go first, so that quiet times let the others grow old."""
POSTGRESQL_CONNECT_SECONDS = 10
_BEGIN = "sqlite_begin"


def open_engine(database_url: str) -> Engine:
    """Return an engine for ``sqlite:///…`` or ``postgresql://…``; nothing is connected yet.

    Raises:
        SettingsError: this is no such address.
        StorageError: the folder of an SQLite file cannot be made.
    """
    url = _parsed(database_url)
    if url.get_backend_name() == "sqlite":
        if url.database:
            _make_folder(Path(url.database).parent)
        pool = _POOL if url.database and url.database != ":memory:" else {}
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        pool_recycle=POOL_RECYCLE_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": POSTGRESQL_CONNECT_SECONDS},
        **_POOL,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _parsed(database_url: str) -> URL:
    try:
        database_url.encode()  # a folder's name may hold bytes that are no text; neither database takes them
        url = make_url(database_url)
        url.get_dialect()().create_connect_args(url)  # refuses more than make_url does
    except (ArgumentError, ValueError) as error:
        # The address is not shown: it may hold a password.
        raise SettingsError(
            "DATABASE_URL is not the address of a database.",
            hint="Write sqlite:////folder/camflix.db or postgresql://user:password@host/name",
            field="database_url",
        ) from error
    return url


def write_options(engine: Engine) -> dict[str, object]:
    """Return the execution options of a transaction that will write.

    SQLite must take its write lock at BEGIN: a reader that turns writer while another process writes is refused at
    once, whatever the busy timeout.
    """
    return {_BEGIN: "IMMEDIATE"} if engine.dialect.name == "sqlite" else {}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            "The folder {folder} cannot be made: {reason}.",
            hint="Choose another place with DATABASE_URL or XDG_DATA_HOME.",
            folder=str(folder),
            reason=Word(error.strerror or error),
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # We begin transactions ourselves (below): the driver's own rules would begin some too late and some not at all.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",) and not _is_read_only(cursor):
        _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Switch the file to a write-ahead log.

    SQLite does not wait for the others here as it does elsewhere: processes that start together try in turn.

    Raises:
        sqlite3.OperationalError: it stayed locked for as long as a writer waits.
    """
    import sqlite3  # noqa: PLC0415 - not for PostgreSQL

    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            return


def _prepare_postgresql(connection: psycopg.Connection[object], _record: object) -> None:
    # Moments come in the session's zone: in any other, the first hours of the year 1 and the last of 9999 are none.
    connection.execute("SET TIME ZONE 'UTC'")
    # As on SQLite: whoever waits for another's rows holds a connection, and a server has but a few.
    connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
    connection.commit()


def _is_read_only(cursor: sqlite3.Cursor) -> bool:
    file = cursor.execute("PRAGMA database_list").fetchone()[2]
    path = Path(file)
    return bool(file) and path.exists() and not _writable(path)


def _writable(path: Path) -> bool:
    import os  # noqa: PLC0415 - rare path

    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_BEGIN, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
