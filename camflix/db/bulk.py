"""Rows in bulk: COPY on PostgreSQL, one prepared statement on SQLite.

Ratings go to a temporary table first, then SQL moves them as sets; the same statements serve both databases. Memory
does not depend on the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, text

from camflix.db.locks import lock_users
from camflix.db.row_checks import MANY_ROWS, row_checks_left_out, staged_ratings_have_their_keys
from camflix.db.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table
    from sqlalchemy.dialects.postgresql import Insert

_CREATE_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS rating_stage (
    user_id INTEGER NOT NULL, movie_id INTEGER NOT NULL, score SMALLINT NOT NULL, rated_at {moment} NOT NULL
)
"""
# A row counts when it is new, or when it differs and is not older than what is stored. One that says the same later is
# no change, but from then on what is older than that says nothing against it.
_CHANGES = text("""
INSERT INTO rating_change (user_id, movie_id, old_score, old_created_at, old_updated_at, old_source, new_score,
                           changed_at, source, import_batch_id)
SELECT s.user_id, s.movie_id, r.score, r.created_at, r.updated_at, r.source, s.score, :now, :source, :batch_id
FROM rating_stage s LEFT JOIN rating r ON r.user_id = s.user_id AND r.movie_id = s.movie_id
WHERE r.user_id IS NULL OR (r.score <> s.score AND r.updated_at <= s.rated_at)
ORDER BY s.user_id, s.movie_id
""").bindparams(bindparam("now", type_=UtcDateTime()))
_COUNTS = """
SELECT count(*) FILTER (WHERE r.user_id IS NULL),
       count(*) FILTER (WHERE r.score <> s.score AND r.updated_at <= s.rated_at),
       count(*) FILTER (WHERE r.score = s.score AND r.updated_at < s.rated_at),
       count(*)
FROM rating_stage s LEFT JOIN rating r ON r.user_id = s.user_id AND r.movie_id = s.movie_id
"""
# Where no pair is stored yet nothing need be compared: a third less work.
_FIRST_CHANGES = text("""
INSERT INTO rating_change (user_id, movie_id, new_score, changed_at, source, import_batch_id)
SELECT user_id, movie_id, score, :now, :source, :batch_id FROM rating_stage ORDER BY user_id, movie_id
""").bindparams(bindparam("now", type_=UtcDateTime()))
_FIRST = """
INSERT INTO rating (user_id, movie_id, score, created_at, updated_at, source)
SELECT user_id, movie_id, score, rated_at, rated_at, :source FROM rating_stage ORDER BY user_id, movie_id
"""
_UPSERT = """
INSERT INTO rating (user_id, movie_id, score, created_at, updated_at, source)
SELECT user_id, movie_id, score, rated_at, rated_at, :source FROM rating_stage
WHERE true ORDER BY user_id, movie_id
ON CONFLICT (user_id, movie_id) DO UPDATE
SET score = excluded.score, updated_at = excluded.updated_at,
    source = CASE WHEN rating.score = excluded.score THEN rating.source ELSE excluded.source END
WHERE rating.updated_at < excluded.updated_at
   OR (rating.updated_at = excluded.updated_at AND rating.score <> excluded.score)
"""
# What an import before this one has brought before another score of the same moment: that one was last, and stands.
_DROP_SUPERSEDED = """
DELETE FROM rating_stage WHERE EXISTS (
    SELECT 1 FROM rating r
    JOIN rating_change later ON later.user_id = r.user_id AND later.movie_id = r.movie_id
    JOIN rating_change earlier ON earlier.user_id = r.user_id AND earlier.movie_id = r.movie_id
                              AND earlier.import_batch_id = later.import_batch_id AND earlier.id < later.id
    JOIN import_batch batch ON batch.id = later.import_batch_id AND batch.undone_at IS NULL
    WHERE r.user_id = rating_stage.user_id AND r.movie_id = rating_stage.movie_id
      AND r.score <> rating_stage.score AND r.updated_at = rating_stage.rated_at
      AND later.old_score = rating_stage.score AND later.old_updated_at = rating_stage.rated_at
      AND earlier.new_score = rating_stage.score AND later.import_batch_id <> :batch_id)
"""
# What was removed by hand since it was given, and not by taking back what brought it.
_DROP_REMOVED = """
DELETE FROM rating_stage WHERE EXISTS (
    SELECT 1 FROM rating_change removal
    WHERE removal.user_id = rating_stage.user_id AND removal.movie_id = rating_stage.movie_id
      AND removal.new_score IS NULL AND removal.reverts_change_id IS NULL AND removal.import_batch_id IS NULL
      AND removal.changed_at > rating_stage.rated_at
      AND NOT EXISTS (
          SELECT 1 FROM rating_change later
          WHERE later.user_id = removal.user_id AND later.movie_id = removal.movie_id AND later.id > removal.id))
"""
_FEW_ROWS = 100
_MOST_VALUES = 999
"""What a statement of any SQLite may be given."""
_UTC_CHARACTERS = len("+00:00")


def allocate_ids(connection: Connection, table: Table, n: int) -> list[int]:
    """Return ``n`` new ids for a table; the caller's transaction must be one that writes."""
    if connection.dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :n)")
        return list(connection.execute(query, {"table": table.name, "n": n}).scalars())
    # SQLite has one writer at a time: nobody else can take these.
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    return list(range(last + 1, last + n + 1))


def refresh_statistics(connection: Connection, *tables: str) -> None:
    """Let PostgreSQL count what tables hold, so that it plans for that; SQLite plans by its indexes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(tables)}"))


def refresh_outgrown_statistics(connection: Connection, n_rows: int, *tables: str) -> None:
    """Let PostgreSQL count those tables anew that it takes for nearly empty, when many rows are being written.

    It counts by itself now and then, and may have done so after a whole import was undone. The plans of the next one,
    those of its foreign keys included, would read whole tables for each row. A table never counted is taken for larger.
    """
    if connection.dialect.name != "postgresql" or n_rows < MANY_ROWS:
        return
    query = (
        "SELECT relname FROM pg_class WHERE oid = ANY (CAST(:tables AS regclass[])) AND reltuples BETWEEN 0 AND :few"
    )
    outgrown = connection.execute(text(query), {"tables": list(tables), "few": _FEW_ROWS}).scalars().all()
    if outgrown:
        refresh_statistics(connection, *outgrown)


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of ``columns``; defaults of Python's side are not filled in."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    processors = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in columns
    ]
    values = [
        [process(value) if process else value for process, value in zip(processors, row, strict=True)] for row in rows
    ]
    _insert_many(connection, f"{table.name} ({names})", values)


def insert_missing(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert those rows whose key is not there yet; the same on both databases, whoever else inserts meanwhile."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name != "postgresql":
        _insert_many(connection, f"{table.name} ({names})", rows, "ON CONFLICT DO NOTHING")
        return
    if _is_ours_and_empty(connection, table, len(rows)):
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    stage = f"{table.name}_stage"
    connection.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} (LIKE {table.name}) ON COMMIT DROP"))
    _copy(connection, f"COPY {stage} ({names}) FROM STDIN", rows)
    insert = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {stage} ORDER BY {names} ON CONFLICT DO NOTHING"  # noqa: S608
    connection.execute(text(insert))
    connection.execute(text(f"DELETE FROM {stage}"))  # noqa: S608 - our names


def _insert_many(connection: Connection, into: str, rows: Sequence[Sequence[Any]], otherwise: str = "") -> None:
    """Insert rows into a table of SQLite's, many by one statement.

    One by one takes twice as long, and in a server offers Python's lock to the other threads at each row.
    """
    step = _MOST_VALUES // len(rows[0])
    place = f"({', '.join('?' for _ in rows[0])})"
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        statement = f"INSERT INTO {into} VALUES {', '.join([place] * len(some))} {otherwise}"  # noqa: S608 - our names
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(some)))


def _is_ours_and_empty(connection: Connection, table: Table, n_rows: int) -> bool:
    """Return whether a table has no rows and nobody else can insert any until this transaction ends (PostgreSQL).

    Many rows may then be copied straight into it, for half of what looking for each takes.
    """
    if n_rows < MANY_ROWS or not _is_empty(connection, table):
        return False
    connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
    return _is_empty(connection, table)


def _is_empty(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is None


def insert_if_absent(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless its key is there, whoever else inserts it meanwhile; return whether it was inserted."""
    statement = _insert(connection, table).values(**row).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def upsert_row(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row, or give the one of the same key its values, whoever else writes it meanwhile."""
    key = [column.name for column in table.primary_key]
    values = {name: value for name, value in row.items() if name not in key}
    statement = _insert(connection, table).values(**row).on_conflict_do_update(index_elements=key, set_=values)
    connection.execute(statement)


def _insert(connection: Connection, table: Table) -> Insert:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - only the dialect in use
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415 - the same
    return insert(table)


def _copy(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of the rows of one upsert."""

    n_created: int
    n_updated: int
    n_unchanged: int


def upsert_ratings(
    connection: Connection,
    rows: Sequence[tuple[int, int, int, datetime]],
    *,
    source: str,
    batch_id: int | None,
    now: datetime,
    keeps_removed: bool = False,
) -> Upserted:
    """Write ratings and the history of what they change.

    Args:
        connection: in a transaction of the caller's.
        rows: (user_id, movie_id, score, rated_at); no (user, movie) pair twice; moments aware.
        source: where they come from.
        batch_id: the import they belong to.
        now: when they are written.
        keeps_removed: whether what was removed by hand later than its row says stays removed; looked up row by row.
    """
    if not rows:
        return Upserted(0, 0, 0)
    _stage(connection, rows)
    refresh_outgrown_statistics(connection, len(rows), "movie", "user_account")
    lock_users(connection, "SELECT user_id FROM rating_stage")
    n_created, n_updated, n_said_again, n_staged = _counts(connection, batch_id, keeps_removed=keeps_removed)
    if n_created or n_updated or n_said_again:
        # The users are locked: nobody adds a rating of theirs meanwhile.
        changes, ratings = (_FIRST_CHANGES, _FIRST) if n_created == n_staged else (_CHANGES, _UPSERT)
        connection.execute(changes, {"source": source, "batch_id": batch_id, "now": now})
        n_known = n_staged if n_staged >= MANY_ROWS and staged_ratings_have_their_keys(connection) else 0
        with row_checks_left_out(connection, n_known):
            connection.execute(text(ratings), {"source": source})
    connection.execute(text("DELETE FROM rating_stage"))
    return Upserted(n_created, n_updated, len(rows) - n_created - n_updated)


def _counts(connection: Connection, batch_id: int | None, *, keeps_removed: bool) -> tuple[int, int, int, int]:
    """Drop staged rows that change nothing though they differ; count what would be new, other, said again, and all."""
    counts = connection.execute(text(_COUNTS)).one()
    n_dropped = 0
    if counts[1] and batch_id is not None:
        n_dropped += connection.execute(text(_DROP_SUPERSEDED), {"batch_id": batch_id}).rowcount
    if counts[0] and keeps_removed:
        n_dropped += connection.execute(text(_DROP_REMOVED)).rowcount
    if n_dropped:
        counts = connection.execute(text(_COUNTS)).one()
    return counts[0], counts[1], counts[2], counts[3]


def _moment_text(at: datetime) -> str:
    """Return a moment as SQLAlchemy keeps it on SQLite: UTC, without saying so."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.isoformat(" ", "microseconds")[:-_UTC_CHARACTERS]


def _stage(connection: Connection, rows: Sequence[tuple[int, int, int, datetime]]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(_CREATE_STAGE.format(moment="TIMESTAMP WITH TIME ZONE") + " ON COMMIT DROP"))
        # Numbers and moments need no escapes: one text takes a third of the time of value by value through the driver.
        lines = (f"{user}\t{movie}\t{score}\t{at.isoformat()}\n" for user, movie, score, at in rows)
        with _cursor(connection) as cursor, cursor.copy("COPY rating_stage FROM STDIN") as copy:
            copy.write("".join(lines))
        return
    connection.execute(text(_CREATE_STAGE.format(moment="DATETIME")))
    # SQLAlchemy's own text form of a moment, without its per-row machinery. (strftime would cut the zeros of year 999.)
    _insert_many(
        connection, "rating_stage", [(user, movie, score, _moment_text(at)) for user, movie, score, at in rows]
    )
