"""Cursors: where a page ended, as a word that a client hands back and nobody takes apart."""

from __future__ import annotations

import base64
import json
import math
from datetime import UTC, datetime

from camflix.errors import InvalidInputError

_MOST = 1 << 31


def encode_cursor(order: str, *values: object) -> str:
    """Return the cursor of a place in an order."""
    return base64.urlsafe_b64encode(json.dumps([order, *values]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, order: str, *kinds: type) -> tuple[object, ...]:
    """Return the place that a cursor of this order names; a value of ``kinds`` may be null in all places but the last.

    Raises:
        InvalidInputError: no list in this order gave it.
    """
    try:
        found, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        known = found == order and len(values) == len(kinds) and values[-1] is not None
        known = known and all(_is_key(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, RecursionError):
        known = False
    if not known:
        raise _refused()
    return tuple(values)


def moment_of(value: object) -> datetime:
    """Return a moment that stands in a cursor.

    Raises:
        InvalidInputError: it is none.
    """
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refused() from error


def _refused() -> InvalidInputError:
    return InvalidInputError(
        "cursor: this is not one that a list in this order gave.", hint="Start without a cursor.", field="cursor"
    )


def _is_key(value: object, kind: type) -> bool:
    """Return whether a value can be compared with a column of this kind."""
    if value is None:
        return True
    if isinstance(value, str):
        return kind is str and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _MOST
    return kind is int and isinstance(value, int) and abs(value) < _MOST
