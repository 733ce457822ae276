"""Users who go, with all that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from camflix.db.ids import among
from camflix.models import Neighbour, RatingChange, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def delete_users(session: Session, user_ids: Sequence[int]) -> None:
    """Delete users with all their rows.

    Most go by their foreign keys. History and neighbours have none, for the sake of bulk imports: they go after their
    user, when nobody can add to them any more (whoever rates locks the user first, and finds nobody).
    """
    for column in (User.id, RatingChange.user_id, Neighbour.user_id):
        session.execute(
            delete(column.class_).where(among(session, column, list(user_ids))),
            execution_options={"synchronize_session": False},
        )
