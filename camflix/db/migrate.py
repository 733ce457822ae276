"""Migrations through Alembic, which takes half a second to load: only ``camflix db …`` and tests import this."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from camflix.db.engine import write_options
from camflix.db.schema import refuse_strangers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine, MetaData


def upgrade(engine: Engine, metadata: MetaData, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to ``revision`` in one transaction; return the revisions before and after.

    Raises:
        SchemaError: it was made by a newer CamFlix, or by another program.
    """
    with (
        engine.connect().execution_options(**write_options(engine)) as connection,
        _without_cascades(connection),
        connection.begin(),
    ):
        before = refuse_strangers(connection)
        command.upgrade(config(connection, metadata), revision)
        return before, current_revision(connection)


@contextmanager
def _without_cascades(connection: Connection) -> Iterator[None]:
    """Let SQLite follow no foreign keys meanwhile.

    A table is altered there by a copy put in its place; dropping the old one would delete all that refers to it. Inside
    a transaction SQLite ignores this setting, so it is made before.
    """
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at; None when it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def config(connection: Connection, metadata: MetaData) -> Config:
    """Return Alembic's configuration for this connection."""
    result = Config()
    result.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    result.attributes["connection"] = connection
    result.attributes["metadata"] = metadata
    return result
