"""Who may see whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from camflix.errors import NotFoundError
from camflix.models import Privacy, User

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class PrivacyService:
    """Answers whether a reader may see a user: the owner and administrators always, others as the owner decided.

    Whoever may not see a user is told that there is none of that name, as if it were so.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def visible_id(self, username: str, reader_id: int, *, is_admin: bool) -> int:
        """Return the id of a user whom the reader may see.

        Args:
            username: whom to see.
            reader_id: who wants to; 0 for a stranger.
            is_admin: whether the reader administers CamFlix.

        Raises:
            NotFoundError: nobody has this name, or the reader may not see them, or they are disabled.
        """
        name = username.replace("\0", "?")
        query = select(User.id).where(User.username == name, self.visible_to(reader_id, is_admin=is_admin))
        user_id = self._session.scalar(query)
        if user_id is None:
            raise NotFoundError(
                "There is no user “{username}”.",
                hint="Or nobody may see them: they can change that in their settings.",
                field="username",
                username=username,
            )
        return user_id

    def visible_to(self, reader_id: int, *, is_admin: bool) -> ColumnElement[bool]:
        """Return the condition on users whom a reader may see."""
        if is_admin:
            return User.id > 0
        open_to_all = User.privacy == Privacy.PUBLIC
        for_reader = or_(open_to_all, User.privacy == Privacy.MEMBERS) if reader_id else open_to_all
        return or_(User.id == reader_id, and_(User.is_active, for_reader))
