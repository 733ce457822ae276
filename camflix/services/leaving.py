"""Users who go, with all that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, tuple_

from camflix.db.ids import among
from camflix.db.locks import lock_movies
from camflix.models import Neighbour, Privacy, Rating, RatingChange, User
from camflix.services.epoch import EpochService

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.models import Base


def delete_users(session: Session, user_ids: Sequence[int]) -> None:
    """Delete users with all their rows; models that learnt from them are old.

    Most go by their foreign keys. History and neighbours have none, for the sake of bulk imports: they go after their
    user, when nobody can add to them any more (whoever rates locks the user first, and finds nobody).
    """
    ids = list(user_ids)
    is_heard = or_(User.privacy != Privacy.PRIVATE, User.contributes_anonymously)
    heard = select(Rating.movie_id).join(User, User.id == Rating.user_id).where(among(session, User.id, ids), is_heard)
    movie_ids = sorted(session.scalars(heard.distinct()))
    _delete(session, User, among(session, User.id, ids))
    _delete(session, RatingChange, among(session, RatingChange.user_id, ids))
    # Before neighbours and epoch, as all others do: they may be counted anew only after this.
    lock_movies(session.connection(), movie_ids)
    forget_neighbours(session, ids)
    if movie_ids:
        EpochService(session).advance()


def forget_neighbours(session: Session, user_ids: Sequence[int]) -> None:
    """Delete the neighbours of users who have gone, and them from those of others: a number may be given again."""
    ids = list(user_ids)
    _delete(session, Neighbour, among(session, Neighbour.user_id, ids))
    key = (Neighbour.user_id, Neighbour.model_id, Neighbour.rank)
    # What is locked is being deleted by somebody else; two who leave might wait for each other.
    theirs = select(*key).where(among(session, Neighbour.neighbour_id, ids)).with_for_update(skip_locked=True)
    _delete(session, Neighbour, tuple_(*key).in_(theirs))


def _delete(session: Session, model: type[Base], condition: ColumnElement[bool]) -> None:
    session.execute(delete(model).where(condition), execution_options={"synchronize_session": False})
