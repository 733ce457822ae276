"""Is this database ours, and of this version? Made when empty; never migrated without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from sqlalchemy import inspect, text

from camflix.db.engine import write_options
from camflix.errors import SchemaError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

HEAD_REVISION = "0007"
"""The newest migration; a test holds it against the migrations folder, so that a start need not load Alembic."""

_VERSION_TABLE = "alembic_version"
_ADVISORY_LOCK = 0x43616D46  # "CamF": any number serves, as long as all processes take the same


def ensure_schema(engine: Engine, metadata: MetaData) -> None:
    """Make the tables of an empty database; check the version of any other.

    Raises:
        SchemaError: an older database (``camflix db upgrade`` mends it), a newer one, or another program's.
    """
    with engine.connect() as connection:
        revision, is_empty = _state(connection)
    if is_empty:
        with engine.connect().execution_options(**write_options(engine)) as connection, connection.begin():
            _make(connection, metadata)
            return
    check_revision(revision, place=_place(engine))


def _place(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return engine.url.database or ":memory:"
    return engine.url.render_as_string(hide_password=True)


def check_revision(revision: str | None, *, place: str) -> None:
    """Refuse a database of another version.

    Raises:
        SchemaError: naming the place and the remedy.
    """
    if revision == HEAD_REVISION:
        return
    if not _is_ours(revision):
        raise SchemaError(
            "The database {place} holds tables that are not CamFlix's.",
            hint="Choose another place with DATABASE_URL.",
            place=place,
        )
    if revision < HEAD_REVISION:
        raise SchemaError(
            "The database {place} was made by an older CamFlix.",
            hint="Back it up, then run: camflix db upgrade",
            place=place,
        )
    raise SchemaError(
        "The database {place} was made by a newer CamFlix (revision {revision}).",
        hint="Install that CamFlix.",
        place=place,
        revision=revision,
    )


def refuse_strangers(connection: Connection) -> str | None:
    """Return the revision of a database that this CamFlix can bring up to date; None when it is empty.

    Raises:
        SchemaError: it was made by a newer CamFlix, or by another program.
    """
    revision, is_empty = _state(connection)
    if not is_empty and (not _is_ours(revision) or revision > HEAD_REVISION):
        check_revision(revision, place=_place(connection.engine))
    return revision


def _is_ours(revision: str | None) -> TypeGuard[str]:
    """Return whether a revision may be one of ours, of whatever version: other programs use Alembic too."""
    return revision is not None and len(revision) == len(HEAD_REVISION) and revision.isdecimal()


def _state(connection: Connection) -> tuple[str | None, bool]:
    tables = inspect(connection).get_table_names()
    if _VERSION_TABLE not in tables:
        return None, not tables
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar(), False  # noqa: S608


def _make(connection: Connection, metadata: MetaData) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    # Another process may have been first while we waited for the lock.
    if not _state(connection)[1]:
        return
    metadata.create_all(connection)
    connection.execute(text(f"CREATE TABLE {_VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {_VERSION_TABLE} VALUES (:revision)"), {"revision": HEAD_REVISION})  # noqa: S608
