"""Accounts: from signing up to leaving.

Passwords are hashed and verified before the transaction (services/passwords.py); here it is checked that what was
proven still stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.exc import IntegrityError

from camflix.db.bulk import insert_if_absent
from camflix.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from camflix.models import CodePurpose, Privacy, Rating, User, UserSource
from camflix.models.base import table_of
from camflix.results import Account, DeletedAccount
from camflix.services.addresses import check_email, is_address_of_user, kept_form
from camflix.services.counting import recount_films_of
from camflix.services.leaving import delete_users
from camflix.services.letters import LetterRequest
from camflix.services.passwords import check_new_password
from camflix.services.users import check_username, is_reserved

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.results import Scope
    from camflix.services.account_codes import AccountCodeService

UNCONFIRMED_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """Whose password, and its hash."""

    user_id: int
    password_hash: str


class AccountService:
    """Accounts.

    Args:
        session: the database.
        codes: codes that allow one step.
        outbox: letters to be written and sent after the commit.
        sends_mail: whether they can be.
        now: the clock.
    """

    def __init__(
        self,
        session: Session,
        codes: AccountCodeService,
        outbox: list[LetterRequest],
        now: Callable[[], datetime],
        *,
        sends_mail: bool,
        time_zone: str,
    ) -> None:
        self._session = session
        self._codes = codes
        self._outbox = outbox
        self._sends_mail = sends_mail
        self._time_zone = time_zone
        self._now = now

    def stored_password(self, login: str) -> StoredPassword | None:
        """Return the password of whoever has this name or address; None when nobody has, or has no password.

        What holds an @ is an address: whose it is goes first. Where nobody has it, it may be a name that an
        administrator gave (who signs up gets none with an @), but of no one whose own address is not confirmed.
        """
        # Whoever waits for a confirmation has no address yet.
        is_meant = and_(User.username == login, User.source != UserSource.PENDING if "@" in login else true())
        row = self._session.execute(
            select(User.id, User.password_hash)
            .where(or_(is_meant, is_address_of_user(login)))
            .where(User.password_hash.is_not(None))
            .order_by(User.username == login, User.id)
            .limit(1)
        ).first()
        return StoredPassword(row.id, row.password_hash or "") if row else None

    def stored_password_of(self, user_id: int) -> StoredPassword | None:
        """Return a user's password; None when they have none."""
        stored = self._session.scalar(select(User.password_hash).where(User.id == user_id))
        return StoredPassword(user_id, stored) if stored else None

    def check_may_sign_in(self, user_id: int, proven_hash: str) -> None:
        """Refuse those who proved their password but may not sign in.

        Raises:
            NotSignedInError: the password was changed meanwhile.
            NotAllowedError: the address is not confirmed, or the account is disabled.
        """
        user = self._proven(user_id, proven_hash)
        if user.source == UserSource.PENDING:
            raise NotAllowedError("Your address is not confirmed yet.", hint="Open the mail that was sent to it.")
        if not user.is_active:
            raise NotAllowedError("This account is disabled.", hint="Ask the administrator of this server.")

    def account(self, user_id: int, scope: Scope, version: str) -> Account:
        """Return who a user is."""
        user = self._session.get_one(User, user_id)
        return Account(user.username, user.email, user.language, user.is_admin, scope, version)

    def check_sign_up(self, username: str, email: str, password: str) -> None:
        """Refuse what cannot become an account.

        Raises:
            InvalidInputError: naming the field.
            ConflictError: the name is taken. (Whether the address is, nobody is told.)
            NotAllowedError: this server sends no mail.
        """
        self._check_mail()
        check_username(username)
        if "@" in username:
            raise InvalidInputError(
                "username: “{value}” holds an @, as only addresses do.",
                hint="Choose a name without @; with your address you can sign in too.",
                field="username",
                value=username,
            )
        check_email(email)
        check_new_password(password, username, email)
        if is_reserved(username):
            raise ConflictError("The name “{username}” is reserved.", field="username", username=username)
        if self._session.scalar(select(User.id).where(User.username == username)) is not None:
            raise ConflictError("There is a user “{username}” already.", field="username", username=username)

    def sign_up(self, username: str, email: str, password_hash: str, language: str, base_url: str) -> None:
        """Add an account that waits for its address to be confirmed. What comes by mail depends on the address.

        Raises:
            ConflictError: the name is taken.
        """
        row = {
            "username": username,
            "password_hash": password_hash,
            "language": language,
            "time_zone": self._time_zone,
            "privacy": Privacy.PRIVATE,
            "source": UserSource.PENDING,
            "is_active": False,
            "created_at": self._now(),
        }
        if not insert_if_absent(self._session.connection(), table_of(User), row):
            raise ConflictError("There is a user “{username}” already.", field="username", username=username)
        user_id = self._session.scalars(select(User.id).where(User.username == username)).one()
        self._outbox.append(LetterRequest("sign_up", kept_form(email), user_id, base_url, language))

    def confirm(self, code: str) -> None:
        """Take the code of a new account or of a new address.

        Raises:
            NotFoundError: the code is not good.
            ConflictError: another account has the address by now.
        """
        purposes = (CodePurpose.CONFIRM, CodePurpose.EMAIL)
        # The user is locked first, as by whoever disables them: then their codes go.
        user_id = self._codes.look_at(code, *purposes).user_id
        self._session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        given = self._codes.take(code, *purposes)
        user = self._session.get_one(User, given.user_id)
        email = kept_form(given.email or "")
        has_owner = ConflictError("Another user has the address {email}.", field="email", email=email)
        if self._session.scalar(select(User.id).where(is_address_of_user(email)).limit(1)) is not None:
            raise has_owner
        if user.email:
            self._outbox.append(LetterRequest("email_changed", user.email, language=user.language))
        # What was mailed to the address of before opens nothing any more.
        self._codes.drop(user.id, CodePurpose.PASSWORD)
        user.email = email
        if user.source == UserSource.PENDING:
            user.source, user.is_active = UserSource.LOCAL, True
        try:
            self._session.flush()
        except IntegrityError as error:
            # Another confirmed it at the same moment.
            raise has_owner from error

    def forgotten(self, email: str, base_url: str) -> None:
        """Have a code mailed, if there is such an account.

        Raises:
            NotAllowedError: this server sends no mail.
        """
        self._check_mail()
        self._outbox.append(LetterRequest("forgotten", email, base_url=base_url))

    def check_reset(self, code: str, password: str) -> None:
        """Refuse a code that is not good, or a password that is none."""
        user = self._session.get_one(User, self._codes.look_at(code, CodePurpose.PASSWORD).user_id)
        check_new_password(password, user.username, user.email)

    def reset_password(self, code: str, password_hash: str) -> int:
        """Set a new password with a mailed code; return whose."""
        given = self._codes.take(code, CodePurpose.PASSWORD)
        self._set_password(self._session.get_one(User, given.user_id), password_hash)
        return given.user_id

    def check_change(self, user_id: int, password: str) -> None:
        """Refuse a password that is none."""
        user = self._session.get_one(User, user_id)
        check_new_password(password, user.username, user.email)

    def change_password(self, user_id: int, proven_hash: str, password_hash: str) -> None:
        """Set a new password; the one now was proven."""
        self._set_password(self._proven(user_id, proven_hash), password_hash)

    def set_password(self, username: str, password_hash: str) -> None:
        """Set someone's password, for administrators of the machine.

        Raises:
            NotFoundError: there is no such user.
        """
        self._set_password(self._named(username), password_hash)

    def set_admin(self, username: str, *, is_admin: bool) -> None:
        """Make someone an administrator, or one no more.

        Raises:
            NotFoundError: there is no such user.
        """
        self._named(username).is_admin = is_admin
        self._session.flush()

    def change_email(self, user_id: int, proven_hash: str, email: str, base_url: str) -> None:
        """Have a code mailed to a new address.

        Raises:
            InvalidInputError: it is no address.
            NotAllowedError: this server sends no mail.
        """
        self._check_mail()
        check_email(email)
        user = self._proven(user_id, proven_hash)
        letter = LetterRequest("change_email", kept_form(email), user.id, base_url, user.language, proven_hash)
        self._outbox.append(letter)

    def offer_deletion(self, user_id: int, proven_hash: str) -> tuple[str, datetime]:
        """Return the code that deletes an account, and until when it is good."""
        return self._codes.create(self._proven(user_id, proven_hash).id, CodePurpose.DELETE)

    def delete(self, user_id: int, code: str) -> DeletedAccount:
        """Delete an account with all its rows.

        Raises:
            NotFoundError: the code is not good.
        """
        if self._codes.take(code, CodePurpose.DELETE).user_id != user_id:
            raise InvalidInputError("code: this is another's.", field="code")
        user = self._session.get_one(User, user_id)
        username, email, language = user.username, user.email, user.language
        self._session.execute(select(User.id).where(User.id == user_id).with_for_update())
        n_ratings = self._session.scalar(select(func.count()).where(Rating.user_id == user_id)) or 0
        # Counted as if they were gone already: afterwards nobody knows which films these were.
        user.is_active = False
        self._session.flush()
        recount_films_of(self._session, user_id)
        self._session.expunge(user)
        delete_users(self._session, [user_id])
        if email:
            self._outbox.append(LetterRequest("deleted", email, language=language))
        return DeletedAccount(username, n_ratings)

    def drop_unconfirmed(self) -> int:
        """Delete accounts whose address was not confirmed in a week; return how many."""
        old = User.created_at <= self._now() - UNCONFIRMED_KEPT
        ids = list(self._session.scalars(select(User.id).where(User.source == UserSource.PENDING, old)))
        delete_users(self._session, ids)
        return len(ids)

    def _set_password(self, user: User, password_hash: str) -> None:
        # Whoever knew the old one may have asked for them. First of all, so that a step taken at the same moment ends
        # before this begins, or finds its code gone.
        self._codes.drop(user.id, CodePurpose.EMAIL, CodePurpose.PASSWORD, CodePurpose.DELETE)
        user.password_hash = password_hash
        self._session.flush()
        if user.email:
            self._outbox.append(LetterRequest("password_changed", user.email, language=user.language))

    def _proven(self, user_id: int, proven_hash: str) -> User:
        # Who proves the old password while a new one is being set is heard before that, or refused.
        user = self._session.get(User, user_id, populate_existing=True, with_for_update={"key_share": True})
        if user is None or user.password_hash != proven_hash:
            raise NotSignedInError("This name and this password do not belong together.")
        return user

    def _named(self, username: str) -> User:
        user = self._session.scalar(select(User).where(User.username == username))
        if user is None:
            raise NotFoundError(
                "There is no user “{username}”.",
                hint="See them with: camflix users list",
                field="user",
                username=username,
            )
        return user

    def _check_mail(self) -> None:
        if not self._sends_mail:
            raise NotAllowedError(
                "This server sends no mail, so addresses cannot be confirmed.", hint="Ask its administrator."
            )
