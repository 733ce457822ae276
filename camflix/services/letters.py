"""What accounts are told by mail.

All that depends on whether an address is known happens here, after the answer was given: so neither the answer nor the
time it takes tells a stranger who has an account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from camflix.i18n import N_, _, speaking
from camflix.mail import Message
from camflix.models import CodePurpose, User
from camflix.services.addresses import is_address_of_user

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from camflix.services.account_codes import AccountCodeService

Kind = Literal["sign_up", "forgotten", "change_email", "password_changed", "email_changed", "deleted"]


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """A letter to be written after the commit: by name, with ids.

    ``proven_hash`` is that of the password which was proven; with another one by now nothing is written.
    """

    kind: Kind
    email: str
    user_id: int = 0
    base_url: str = ""
    language: str = "fr"
    proven_hash: str = field(default="", repr=False)


_GREETING = N_("Hello {name},")
_TEXTS: dict[str, tuple[str, str]] = {
    "confirm": (
        N_("CamFlix: confirm your address"),
        N_("Someone, probably you, asked for a CamFlix account with this address. To confirm it:"),
    ),
    "known": (
        N_("CamFlix: you have an account already"),
        N_(
            "Someone, probably you, asked for a CamFlix account with this address; you have one already. "
            "If you have forgotten its password, ask for a new one."
        ),
    ),
    "forgotten": (N_("CamFlix: a new password"), N_("To choose a new password, within an hour:")),
    "change_email": (N_("CamFlix: confirm your new address"), N_("To use this address from now on:")),
    "password_changed": (
        N_("CamFlix: your password was changed"),
        N_("Your password was changed, and you were signed out elsewhere. If this was not you, ask for a new one now."),
    ),
    "email_changed": (
        N_("CamFlix: your address was changed"),
        N_("Your account has another address from now on. If this was not you, write to the administrator."),
    ),
    "deleted": (N_("CamFlix: your account is deleted"), N_("Your account and all your ratings are deleted.")),
}
_IGNORE = N_("If it was not you, do nothing.")
_CODE = N_("or give this code: {code}")
_COMMANDS = {"confirm": "confirm", "change_email": "confirm", "forgotten": "password"}
"""Of ``camflix account``: what takes the code of each letter."""


class LetterService:
    """Writes letters; whoever calls sends them, after the commit."""

    def __init__(self, session: Session, codes: AccountCodeService) -> None:
        self._session = session
        self._codes = codes

    def write(self, request: LetterRequest) -> Message | None:
        """Return the message for a request, with its code made; None when there is nobody to write to."""
        with speaking(request.language):
            if request.kind == "forgotten":
                return self._forgotten(request)
            if request.kind in {"sign_up", "change_email"}:
                return self._confirm(request)
            return _message(request.kind, request.email, "", "", "")

    def _forgotten(self, request: LetterRequest) -> Message | None:
        owner = self._owner(request.email)
        if owner is None or owner.email is None or not owner.is_active:
            return None
        code, _expires_at = self._codes.create(owner.id, CodePurpose.PASSWORD)
        with speaking(owner.language):
            return _message("forgotten", owner.email, owner.username, request.base_url, code)

    def _confirm(self, request: LetterRequest) -> Message | None:
        user = self._session.get(User, request.user_id)
        owner = self._owner(request.email)
        if user is None or (request.proven_hash and request.proven_hash != user.password_hash):
            return None
        if owner is not None and owner.email is not None:
            with speaking(owner.language):
                return _message("known", owner.email, owner.username, "", "")
        purpose, kind = (
            (CodePurpose.CONFIRM, "confirm") if request.kind == "sign_up" else (CodePurpose.EMAIL, "change_email")
        )
        code, _expires_at = self._codes.create(user.id, purpose, request.email)
        with speaking(user.language):
            return _message(kind, request.email, user.username, request.base_url, code)

    def _owner(self, email: str) -> User | None:
        return self._session.scalar(select(User).where(is_address_of_user(email)).order_by(User.id).limit(1))


def _message(kind: str, to: str, name: str, base_url: str, code: str) -> Message:
    subject, sentence = _TEXTS[kind]
    lines = [_(_GREETING, name=name)] if name else []
    lines.append(_(sentence))
    if code:
        command = f"camflix account {_COMMANDS[kind]} {base_url} {code}" if base_url else ""
        lines += [line for line in (command, _(_CODE, code=code), _(_IGNORE)) if line]
    return Message(to, _(subject), "\n\n".join(lines) + "\n")
