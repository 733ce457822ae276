"""PostgreSQL's look at the foreign keys of each row, left out for many rows whose keys are known to be there.

It asks one query a row and key; of a large import's time that is a fifth. Where the keys have been locked as a set the
answers are known. Only a superuser, or who was granted to, may leave it out; for others all stays as it is.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

MANY_ROWS = 1000
"""From so many rows on the questions before are fewer than those saved."""

_MAY_LEAVE_OUT = text("SELECT has_parameter_privilege('session_replication_role', 'SET')")
# FOR KEY SHARE, as the looks themselves lock: a film stays until this transaction ends. Its users are locked already.
_ALL_THERE = text("""
WITH films AS (
    SELECT id FROM movie WHERE id IN (SELECT movie_id FROM rating_stage) ORDER BY id FOR KEY SHARE
), people AS (
    SELECT id FROM user_account WHERE id IN (SELECT user_id FROM rating_stage)
)
SELECT (SELECT count(*) FROM films) = (SELECT count(DISTINCT movie_id) FROM rating_stage)
   AND (SELECT count(*) FROM people) = (SELECT count(DISTINCT user_id) FROM rating_stage)
""")


@contextmanager
def row_checks_left_out(connection: Connection, n_rows: int) -> Iterator[None]:
    """Open a block in which PostgreSQL, where this is allowed, looks at no foreign key of what is inserted.

    Args:
        connection: in a transaction of the caller's, who knows that all keys are there and stay.
        n_rows: how many rows are coming; few are looked at as ever.
    """
    leaves_out = (
        connection.dialect.name == "postgresql" and n_rows >= MANY_ROWS and connection.execute(_MAY_LEAVE_OUT).scalar()
    )
    if leaves_out:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    yield
    if leaves_out:  # after an error the transaction is over, and this setting with it
        connection.execute(text("SET LOCAL session_replication_role TO DEFAULT"))


def staged_ratings_have_their_keys(connection: Connection) -> bool:
    """Lock the films of the ratings in ``rating_stage``; return whether all films and users of them are there.

    Args:
        connection: in a transaction of the caller's that has locked the users (db/locks.py).
    """
    return connection.dialect.name == "postgresql" and bool(connection.execute(_ALL_THERE).scalar())
