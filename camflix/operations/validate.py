"""Inputs checked against their types, the same for every client; what is wrong is named with its field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from camflix.controls import has_controls
from camflix.errors import InvalidInputError, Word
from camflix.i18n import N_
from camflix.operations.text_kinds import text_kinds

if TYPE_CHECKING:
    from collections.abc import Hashable

Input = TypeVar("Input")
_PLACE = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")

# What msgspec says (in English only), as sentences of ours; its own words where a new kind of sentence turns up.
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Expected `int[^`]*` >= (?P<least>\S+)"), N_("{field}: give a whole number from {least} on.")),
    (re.compile(r"Expected `int[^`]*` <= (?P<most>\S+)"), N_("{field}: give a whole number up to {most}.")),
    (re.compile(r"Expected `str[^`]*` of length >= 1"), N_("{field}: this must not be empty.")),
    (re.compile(r"Expected `str[^`]*` of length >= (?P<least>\S+)"), N_("{field}: give at least {least} characters.")),
    (re.compile(r"Expected `str[^`]*` of length <= (?P<most>\S+)"), N_("{field}: give at most {most} characters.")),
    (
        re.compile(r"Expected `str[^`]*` matching regex '\^\[\\\\w.*"),
        N_("{field}: use letters, digits and . @ + - _ only."),
    ),
    (
        re.compile(r"Expected `str[^`]*` matching regex '\^\(https.*"),
        N_("{field}: give an address that begins with https://"),
    ),
    (re.compile(r"Expected `str[^`]*` matching regex .*"), N_("{field}: write it as 2026-11-23.")),
    (re.compile(r"Expected `bytes` of length >= .*"), N_("{field}: this must not be empty.")),
    (re.compile(r"Expected `bytes` of length <= (?P<most>\S+)"), N_("{field}: give at most {most} bytes.")),
    (re.compile(r"Invalid base64 encoded string"), N_("{field}: write it in base64.")),
    (re.compile(r"Object missing required field `(?P<field>[^`]*)`"), N_("{field} is missing.")),
    (re.compile(r"Object contains unknown field `(?P<field>[^`]*)`"), N_("{field}: there is no such field.")),
    (re.compile(r"Invalid enum value (?P<value>.+)"), N_("{field}: {value} is not one of the choices.")),
    (re.compile(r"Expected `(?P<expected>[^`]*)`, got .*"), N_("{field}: expected {expected}.")),
    (re.compile(r"(?P<reason>.*)", re.DOTALL), N_("{field}: {reason}.")),
)


_CONTROLS = N_("{field}: this holds a control character; take it out.")
_NOT_TEXT = N_("{field}: this is no text; write it in UTF-8.")


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
        broken = _broken_text(value)
    except RecursionError as error:
        raise InvalidInputError("Too many brackets stand inside each other.") from error
    if broken is not None:
        raise _not_text(value, broken)
    try:
        made = msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from error
    for field, kind in text_kinds(cast("Hashable", type_)).items():
        if kind != "any" and _moves_terminals(getattr(made, field), many_lines=kind == "lines"):
            raise _refused_text(_CONTROLS, field)
    return made


def _moves_terminals(given: object, *, many_lines: bool) -> bool:
    if isinstance(given, str):
        return has_controls(given, many_lines=many_lines)
    return isinstance(given, tuple) and any(_moves_terminals(part, many_lines=many_lines) for part in given)


def _broken_text(value: object) -> str | None:
    """Return the first text that is none.

    Bytes of a command line are none, which Python passes on as lone surrogates; nor is a NUL, which PostgreSQL refuses.
    """
    if isinstance(value, str):
        if "\0" in value:
            return value
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                return value
        return None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((broken for part in parts if (broken := _broken_text(part)) is not None), None)


def _not_text(value: object, text: str) -> InvalidInputError:
    fields = value.items() if isinstance(value, dict) else ()
    field = next((name for name, given in fields if _broken_text(given) == text), None)
    return _refused_text(_NOT_TEXT, field)


def _refused_text(sentence: str, field: str | None) -> InvalidInputError:
    error = InvalidInputError(sentence, field=field)
    error.values["field"] = field or Word("input")
    return error


def _refusal(told: str) -> InvalidInputError:
    place = _PLACE.search(told)
    reason = _PLACE.sub("", told)
    sentence, found = next((sentence, found) for kind, sentence in _SENTENCES if (found := kind.fullmatch(reason)))
    values = found.groupdict()
    field = values.pop("field", None) or (place["field"] if place else None)
    error = InvalidInputError(sentence, field=field)
    # The name of the field is the error's own attribute and, here, also a value of its sentence.
    error.values.update(values, field=field or Word("input"))
    return error
