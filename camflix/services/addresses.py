"""E-mail addresses: what is one, the form in which one is kept, and whose it is."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address

from camflix.errors import InvalidInputError

_MAX_CHARACTERS = 254
_EMAIL = re.compile(r"[^@\s\0\ud800-\udfff]+@[^@\s\0\ud800-\udfff]+\.[^@\s\0\ud800-\udfff]+")
_SPECIAL = frozenset('()<>[]:;,"\\')
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def check_email(email: str) -> None:
    """Refuse what is no address, or none that a letter can carry in its header.

    Raises:
        InvalidInputError: naming the field.
    """
    if not (_EMAIL.fullmatch(email) and len(email) <= _MAX_CHARACTERS and _fits_a_header(email)):
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
