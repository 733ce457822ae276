"""Users: look up, add, disable; the local profile."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from camflix.db.bulk import insert_if_absent
from camflix.errors import ConflictError, InvalidInputError, NotFoundError
from camflix.models import AccountCode, Privacy, Rating, User, UserSource
from camflix.models.base import table_of
from camflix.results import UserList, UserSummary
from camflix.services.addresses import check_email, is_address_of_user, kept_form
from camflix.services.counting import recount_films_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.epoch import EpochService

_USERNAME = re.compile(r"(?=.*\w)[\w.@+-]{1,64}")  # "." and ".." alone mean other addresses
DEMO_USERNAME = "demo"
_RESERVED = re.compile(rf"{DEMO_USERNAME}|profile|sample-[0-9]+|ml-[0-9]+", re.IGNORECASE)
_BLOCK = 500


class UserService:
    """Users by name."""

    def __init__(self, session: Session, epochs: EpochService, now: Callable[[], datetime], time_zone: str) -> None:
        self._session = session
        self._epochs = epochs
        self._now = now
        self._time_zone = time_zone  # of whoever has not chosen one yet

    def id_of(self, username: str) -> int:
        """Return the id of an active user.

        Raises:
            NotFoundError: nobody has this name, or they are disabled.
        """
        username = _as_text(username)
        row = self._session.execute(select(User.id, User.is_active).where(User.username == username)).first()
        if row is None:
            raise self._unknown(username)
        if not row.is_active:
            raise NotFoundError("The user “{username}” is disabled.", field="user", username=username)
        return int(row.id)

    def username_of(self, user_id: int) -> str:
        """Return the name of a user who is known to exist."""
        return self._session.execute(select(User.username).where(User.id == user_id)).scalar_one()

    def is_admin(self, user_id: int) -> bool:
        """Return whether a user administers CamFlix."""
        return bool(self._session.scalar(select(User.is_admin).where(User.id == user_id)))

    def find_id(self, username: str) -> int | None:
        """Return the id of a user, active or not; None when there is no such user."""
        return self._session.execute(select(User.id).where(User.username == username)).scalar()

    def add(self, username: str, *, email: str | None = None, source: UserSource = UserSource.LOCAL) -> UserSummary:
        """Add a user who can be acted for; a password comes with an account.

        Raises:
            InvalidInputError: a name or an address that cannot be one.
            ConflictError: the name or the address is taken.
        """
        check_username(username)
        if source is UserSource.LOCAL and is_reserved(username):
            raise ConflictError("The name “{username}” is reserved.", field="username", username=username)
        if email is not None:
            check_email(email)
            email = kept_form(email)
        self._refuse_taken(username, email)
        row = {
            "username": username,
            "email": email,
            "source": source,
            "time_zone": self._time_zone,
            "created_at": self._now(),
            "is_active": True,
        }
        if not insert_if_absent(self._session.connection(), table_of(User), row):
            # Another came first by a moment, with this name or this address.
            self._refuse_taken(username, email)
        user = self._session.scalars(select(User).where(User.username == username)).one()
        return self._summary(user, n_ratings=0)

    def _refuse_taken(self, username: str, email: str | None) -> None:
        if self.find_id(username) is not None:
            raise ConflictError("There is a user “{username}” already.", field="username", username=username)
        owner = select(User.id).where(is_address_of_user(email or "")).limit(1)
        if email is not None and self._session.scalar(owner) is not None:
            raise ConflictError("Another user has the address {email}.", field="email", email=email)

    def local_profile(self, username: str) -> int:
        """Return the id of the profile of the account that runs CamFlix; it is made at first use.

        Raises:
            ConflictError: the name is reserved.
        """
        if is_reserved(username):
            raise ConflictError("The name “{username}” is reserved.", field="username", username=username)
        user_id = self.find_id(username)
        if user_id is None:
            self.add_many([username], source=UserSource.LOCAL, privacy=Privacy.PRIVATE)
        return self.id_of(username)

    @staticmethod
    def local_name(account: str) -> str:
        """Return the name of the local profile of an account: the account's, with a mark where that is reserved."""
        return f"{account[:63]}_" if is_reserved(account) else account

    def ids_of(self, usernames: Sequence[str]) -> dict[str, int]:
        """Return the ids of those users that exist, active or not."""
        found: dict[str, int] = {}
        for start in range(0, len(usernames), _BLOCK):
            names = usernames[start : start + _BLOCK]
            rows = self._session.execute(select(User.username, User.id).where(User.username.in_(names)))
            found |= dict(rows.all())
        return found

    def add_many(self, usernames: Sequence[str], *, source: UserSource, privacy: Privacy) -> dict[str, int]:
        """Make sure that these users exist; return the id of each. Existing ones stay as they are."""
        if not usernames:
            return {}
        if self._session.get_bind().dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - only the dialect in use
        else:
            from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415 - the same
        rows = [
            {
                "username": name,
                "source": source,
                "privacy": privacy,
                "time_zone": self._time_zone,
                "created_at": self._now(),
                "bio": "",
                "avatar": "",
            }
            for name in usernames
        ]
        self._session.execute(insert(User).on_conflict_do_nothing(index_elements=[User.username]), rows)
        return self.ids_of(usernames)

    def disable(self, username: str) -> UserSummary:
        """Disable a user: they cannot be acted for, and their ratings feed no predictions.

        Whoever has not confirmed an address cannot do so any more.

        Raises:
            NotFoundError: there is no such user.
        """
        username = _as_text(username)
        query = select(User).where(User.username == username).with_for_update(key_share=True)
        user = self._session.scalar(query.execution_options(populate_existing=True))
        if user is None:
            raise self._unknown(username)
        if user.source == UserSource.PENDING:
            self._session.execute(delete(AccountCode).where(AccountCode.user_id == user.id))
        if user.is_active:
            user.is_active = False
            self._session.flush()
            recount_films_of(self._session, user.id)
            self._epochs.advance()
        n_ratings = self._session.scalar(select(func.count()).where(Rating.user_id == user.id)) or 0
        return self._summary(user, n_ratings=n_ratings)

    def enable(self, username: str) -> UserSummary:
        """Take a disabled user back.

        Raises:
            NotFoundError: there is no such user.
        """
        username = _as_text(username)
        user = self._session.scalar(select(User).where(User.username == username))
        if user is None:
            raise self._unknown(username)
        # Whoever has not confirmed an address becomes active by doing so, not before.
        user.is_active = user.source != UserSource.PENDING
        self._session.flush()
        recount_films_of(self._session, user.id)
        n_ratings = self._session.scalar(select(func.count()).where(Rating.user_id == user.id)) or 0
        return self._summary(user, n_ratings=n_ratings)

    def page(self, limit: int, after: str | None) -> UserList:
        """Return a page of the users by name, those after a name."""
        n_ratings = select(func.count()).where(Rating.user_id == User.id).correlate(User).scalar_subquery()
        query = select(User, n_ratings).order_by(User.username).limit(limit + 1)
        if after is not None:
            query = query.where(User.username > after)
        users = [self._summary(user, n_ratings=n or 0) for user, n in self._session.execute(query)]
        more = len(users) > limit
        return UserList(tuple(users[:limit]), users[limit - 1].username if more else None)

    def all(self, *, source: str | None = None, limit: int | None = None) -> list[UserSummary]:
        """Return the users by name, with how many films each has rated."""
        n_ratings = select(func.count()).where(Rating.user_id == User.id).correlate(User).scalar_subquery()
        query = select(User, n_ratings).order_by(User.username).limit(limit)
        if source is not None:
            query = query.where(User.source == source)
        return [self._summary(user, n_ratings=n or 0) for user, n in self._session.execute(query)]

    def _summary(self, user: User, *, n_ratings: int) -> UserSummary:
        return UserSummary(
            id=user.id,
            username=user.username,
            email=user.email,
            source=user.source,
            privacy=user.privacy,
            is_active=user.is_active,
            n_ratings=n_ratings,
            created_at=user.created_at,
        )

    def _unknown(self, username: str) -> NotFoundError:
        names = self._session.scalars(select(User.username).where(User.username.like(f"{username[:1]}%")).limit(5000))
        near = difflib.get_close_matches(username, list(names), 1)
        if near:
            return NotFoundError(
                "There is no user “{username}”.",
                hint="Did you mean “{near}”?",
                field="user",
                username=username,
                near=near[0],
            )
        return NotFoundError(
            "There is no user “{username}”.",
            hint="See them with: camflix users list",
            field="user",
            username=username,
        )


def is_reserved(username: str) -> bool:
    """Return whether a name is kept.

    Users whom CamFlix makes itself have such names (the demonstration's, a data set's raters), and addresses beside
    those of users (/api/users/profile/).
    """
    return _RESERVED.fullmatch(username) is not None


def _as_text(argument: str) -> str:
    """Return what someone typed as a database takes it: bytes that are no text, which no name holds, as ``?``."""
    return argument.encode(errors="replace").decode().replace("\0", "?")


def check_username(username: str) -> None:
    """Refuse what cannot be a name.

    Raises:
        InvalidInputError: naming the field.
    """
    if not _USERNAME.fullmatch(username):
        raise InvalidInputError(
            "username: “{value}” cannot be a name.",
            hint="Use 1 to 64 letters, digits or . @ + - _",
            field="username",
            value=username,
        )
