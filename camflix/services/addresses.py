"""E-mail addresses: what is one, the form in which one is kept, and whose it is."""

from __future__ import annotations

import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from typing import TYPE_CHECKING

from sqlalchemy import func, or_

from camflix.errors import InvalidInputError
from camflix.models import User

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_MAX_CHARACTERS = 254
_EMAIL = re.compile(r"[^@\s\0\ud800-\udfff]+@[^@\s\0\ud800-\udfff]+\.[^@\s\0\ud800-\udfff]+")
_SPECIAL = frozenset('()<>[]:;,"\\')
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def check_email(email: str) -> None:
    """Refuse what is no address, or none that a letter can carry in its header.

    Raises:
        InvalidInputError: naming the field.
    """
    kept = kept_form(email)
    if not (_EMAIL.fullmatch(kept) and len(kept) <= _MAX_CHARACTERS and _fits_a_header(kept)):
        raise InvalidInputError("email: “{value}” is not an address.", field="email", value=email)


def _fits_a_header(email: str) -> bool:
    """Return whether an address stands in a header as it is: without quotes, comments, and what no one can see."""
    if not email.isprintable() or _SPECIAL & set(email):
        return False
    try:
        # The standard library knows addresses of ASCII only; letters beyond stand where letters do.
        Address(addr_spec=_BEYOND_ASCII.sub("x", email))
    except (MessageError, ValueError, AttributeError, IndexError, TypeError):  # its parser stumbles over some
        return False
    return True


def kept_form(email: str) -> str:
    """Return the form in which an address is kept: small letters, composed.

    Databases fold capitals by rules of their own, SQLite's those of ASCII only. (Folding ß to ss would make another
    address of it.)
    """
    return unicodedata.normalize("NFC", email.lower())


def is_address_of_user(email: str) -> ColumnElement[bool]:
    """Return what is true of the user who has an address, whatever capitals it is written with.

    Addresses kept before all were kept in one form are found whatever their ASCII capitals are, and by others as far as
    the database folds them: on SQLite, as they were given.
    """
    return or_(func.lower(User.email) == email.lower(), User.email == kept_form(email), User.email == email)
