"""How many ratings a film has: of those people who contribute, active and not private unless they said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from camflix.db.bulk import refresh_outgrown_statistics
from camflix.db.ids import as_ids, is_among
from camflix.db.locks import lock_movies
from camflix.models import Privacy

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from camflix.models import User

# One grouped join, not a query a film: without statistics, right after an import, PostgreSQL made that one a scan each.
_RECOUNT = """
UPDATE movie SET n_ratings = counted.n
FROM (
    SELECT wanted.id AS id, count(rater.id) AS n
    FROM (SELECT id FROM movie WHERE {is_wanted}) wanted
    LEFT JOIN rating ON rating.movie_id = wanted.id
    LEFT JOIN user_account rater ON rater.id = rating.user_id AND rater.is_active
      AND (rater.privacy <> 'private' OR rater.contributes_anonymously)
    GROUP BY wanted.id
) counted
WHERE movie.id = counted.id
"""
_RATED = "SELECT movie_id FROM rating WHERE user_id = :user_id"


def contributes(user: User) -> bool:
    """Return whether a user's ratings are counted, and feed other people's predictions."""
    return user.is_active and (user.privacy != Privacy.PRIVATE or user.contributes_anonymously)


def recount_films_of(session: Session, user_id: int) -> None:
    """Count the ratings of the films that a user has rated anew; the user's row is locked by the caller."""
    recount(session, _RATED, user_id=user_id)


def recount(session: Session, movie_ids: str, **values: object) -> None:
    """Count the ratings of some films anew.

    Args:
        session: the transaction.
        movie_ids: SQL that selects their ids.
        values: the parameters of that SQL.
    """
    # Ids at hand are looked up by the key, whatever the statistics say. A subquery was not: after an import was undone
    # and PostgreSQL had counted the empty tables, it read the whole history once a film of the next import.
    connection = session.connection()
    ids = sorted(set(connection.execute(text(movie_ids), values).scalars()))
    refresh_outgrown_statistics(connection, len(ids), "rating")
    lock_movies(connection, ids)
    connection.execute(text(_RECOUNT.format(is_wanted=is_among(connection, "id"))), {"ids": as_ids(connection, ids)})
