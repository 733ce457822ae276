"""What PostgreSQL is asked to do at once after very much was written, instead of within minutes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

LEAST_ROWS = 100_000
"""So many new rows of a table are worth it; fewer are soon read."""
_MUCH_WRITTEN = text("""
SELECT quote_ident(relname) FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND relname = ANY(:names) AND n_ins_since_vacuum >= :least
ORDER BY relname
""")


def vacuum_after_much(engine: Engine, names: Sequence[str], least: int = LEAST_ROWS) -> list[str]:
    """Vacuum and analyse those tables into which much was written; nothing on SQLite. Return which.

    Until then PostgreSQL looks into the table for each row that an index finds, whether it may be seen: searches of a
    million titles take twice as long.

    Args:
        engine: no transaction of the caller's may be open, it would keep new rows from being seen by all.
        names: tables.
        least: so many rows since the last time are much.

    Raises:
        DBAPIError: the database is away, or somebody forbids it.
    """
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        much = list(connection.scalars(_MUCH_WRITTEN, {"names": list(names), "least": least}))
        for name in much:
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {name}")
    return much
