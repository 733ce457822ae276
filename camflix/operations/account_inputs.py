"""What the operations on accounts take."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from camflix.operations.text_kinds import ANY_TEXT

_MOST = 2**31 - 1
Username = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\w.@+-]+$")]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[
    str, Meta(min_length=1, max_length=1000, description="10 characters or more when it is chosen", extra=ANY_TEXT)
]
Code = Annotated[str, Meta(min_length=1, max_length=100)]
RowId = Annotated[int, Meta(ge=1, le=_MOST)]
Days = Annotated[int, Meta(ge=1, le=366)]
TokenName = Annotated[str, Meta(min_length=1, max_length=64)]
TokenScope = Literal["read", "rate", "admin"]


class SignUp(Struct, frozen=True, forbid_unknown_fields=True):
    """A name, an address to confirm, a password."""

    username: Username
    email: Email
    password: Password
    language: Literal["fr", "en"] = "fr"


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A name or an address, and the password."""

    login: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Password


class LogIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The same for a terminal elsewhere, which gets a token of this name and scope."""

    login: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Password
    name: TokenName
    scope: TokenScope = "rate"
    days: Days = 90


class GiveCode(Struct, frozen=True, forbid_unknown_fields=True):
    """A code from a mail or from an offer."""

    code: Code


class ForgottenPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """The address of an account whose password is forgotten."""

    email: Email


class ResetPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """A code from a mail, and a new password."""

    code: Code
    password: Password


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """The password now, and the new one."""

    current_password: Password
    password: Password


class ChangeEmail(Struct, frozen=True, forbid_unknown_fields=True):
    """The password now, and the new address."""

    current_password: Password
    email: Email


class ProvePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """The password now."""

    current_password: Password


class CreateToken(Struct, frozen=True, forbid_unknown_fields=True):
    """What a new token is called, what it allows, how long it is good."""

    name: TokenName
    scope: TokenScope = "read"
    days: Days = 90


class TokenRef(Struct, frozen=True, forbid_unknown_fields=True):
    """One of one's tokens."""

    token_id: RowId


class SessionRef(Struct, frozen=True, forbid_unknown_fields=True):
    """One of one's sessions."""

    session_id: RowId


class ListUsers(Struct, frozen=True, forbid_unknown_fields=True):
    """A page of users by name."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, Meta(max_length=64)] | None = None
