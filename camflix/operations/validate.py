"""Inputs checked against their types, the same for every client; what is wrong is named with its field."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from camflix.errors import InvalidInputError

Input = TypeVar("Input")
_PLACE = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")


def checked(body: Input) -> Input:
    """Return the input, every bound in its type checked (building a struct checks none).

    Raises:
        InvalidInputError: naming the field.
    """
    return decoded(msgspec.to_builtins(body), type(body))


def decoded(value: object, type_: type[Input], *, strict: bool = True) -> Input:
    """Return plain values (of JSON, or with ``strict=False`` of a query string) as an input of this type.

    Raises:
        InvalidInputError: naming the field.
    """
    try:
        return msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        match = _PLACE.search(str(error))
        field = match["field"] if match else None
        reason = _PLACE.sub("", str(error))
        raise InvalidInputError("{field}: {reason}.", field=field, reason=reason) from error
