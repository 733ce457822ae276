"""How many ratings a film has: of those people who contribute, active and not private unless they said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

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
    FROM (SELECT id FROM movie WHERE id IN ({movie_ids})) wanted
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
    lock_movies(session.connection(), movie_ids, **values)
    session.execute(text(_RECOUNT.format(movie_ids=movie_ids)), values)
