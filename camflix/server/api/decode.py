"""Path, query and body of a request as the input of an operation."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from camflix.errors import InvalidInputError, TooLargeError
from camflix.i18n import N_
from camflix.operations import OPERATIONS
from camflix.operations.validate import decoded
from camflix.server.api.problems import TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camflix.operations import Operation

IN_QUERY = frozenset({"GET", "DELETE"})
JSON = "application/json"
FILE = "content"
"""The field that is a file."""
_NO_SUCH_FIELD = N_("{field}: there is no such field.")
_MISSING = N_("{field} is missing.")
_PLACES = re.compile(r"{(\w+)}")


def path_fields(path: str) -> tuple[str, ...]:
    """Return the names of the fields that stand in a path."""
    return tuple(_PLACES.findall(path))


def input_of(operation: Operation[Any, Any], in_path: Mapping[str, str]) -> Any:
    """Return the request as the operation's input.

    Raises:
        InvalidInputError: naming the field.
        TooLargeError: the body.
        UnsupportedMediaType: the body is not JSON by its own account.
    """
    if operation.takes_file and request.mimetype != JSON:
        return _with_file(operation)
    given = _query() if operation.method in IN_QUERY else _body()
    taken = set(given) & set(in_path)
    if taken:
        raise _no_such_field(min(taken))
    types = _types_of(operation.name)
    for name, text in in_path.items():
        given[name] = _read(text, types[name])
    if operation.method not in IN_QUERY:
        return decoded(given, operation.input_type)
    return decoded(_single(given, types), operation.input_type, strict=False)


def _with_file(operation: Operation[Any, Any]) -> Any:
    """Return the input whose file is the body itself, the other fields standing in the query."""
    given = _query()
    if FILE in given:
        raise _no_such_field(FILE)
    content = _content()
    if not content:
        raise InvalidInputError(_MISSING, field=FILE)
    return decoded({**_single(given, _types_of(operation.name)), FILE: content}, operation.input_type, strict=False)


def _content() -> bytes:
    """Return the body.

    Raises:
        TooLargeError: it came in chunks and reached the limit; what comes without a length, werkzeug cuts there in
            silence. Longer ones that tell their length are refused before.
    """
    data = request.get_data(cache=False)
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(data) >= limit:
        raise TooLargeError(TOO_LARGE)
    return data


def _single(given: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a query, those that take one value with that value."""
    for name, value in given.items():
        if isinstance(value, list) and name in types and not _takes_several(types[name]):
            if len(value) > 1:
                raise InvalidInputError("{name}: give it once.", field=name, name=name)
            given[name] = value[0]
    return given


@lru_cache(maxsize=256)
def _types_of(name: str) -> dict[str, Any]:
    """Return the type of each field; looking them up takes a millisecond."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(OPERATIONS[name].input_type)}


def _query() -> dict[str, Any]:
    return dict(request.args.lists())


def _body() -> dict[str, Any]:
    if request.args:
        raise _no_such_field(next(iter(request.args)))
    data = _content()
    if not data:
        return {}
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError("The body is not JSON: {reason}.", reason=str(error)) from error
    except RecursionError as error:
        raise InvalidInputError("Too many brackets stand inside each other.") from error
    if not isinstance(body, dict):
        raise InvalidInputError("The body must be a JSON object.")
    return body


def _read(text: str, type_: Any) -> Any:
    try:
        return msgspec.convert(text, type_, strict=False)
    except msgspec.ValidationError:
        return text  # refused below, with the field's name


@lru_cache(maxsize=1024)
def _takes_several(type_: Any) -> bool:
    schema = msgspec.json.schema(type_)
    kinds = [schema, *schema.get("anyOf", ())]
    return any(kind.get("type") == "array" for kind in kinds)


def _no_such_field(name: str) -> InvalidInputError:
    return InvalidInputError(_NO_SUCH_FIELD, field=name)
