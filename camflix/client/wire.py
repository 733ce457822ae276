"""What travels between a RemoteClient and a server: requests from operations, results and errors from answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec

from camflix import __version__, errors
from camflix.errors import CamFlixError, IncompatibleServerError, Word
from camflix.results import MovieSummary

if TYPE_CHECKING:
    import httpx

    from camflix.operations import Operation

Input = TypeVar("Input")
Result = TypeVar("Result")
VERSION_HEADER = "CamFlix-Version"
IDEMPOTENCY_HEADER = "Idempotency-Key"
AGE_HEADER = "CamFlix-Age"
_IN_QUERY = frozenset({"GET", "DELETE"})
_PLACES = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class WireRequest:
    """An operation with its input, as HTTP sends it. ``json`` is None where there is no body."""

    method: str
    path: str
    query: dict[str, Any]
    json: bytes | None


class _Problem(msgspec.Struct):
    """What a server says of an error; a stranger's JSON has none of it."""

    code: str = ""
    detail: str = ""
    field: str | None = None
    message: str = ""
    hint_message: str = ""
    values: dict[str, Any] = {}
    words: list[str] = []
    candidates: list[Any] | None = None


def wire_request(operation: Operation[Any, Any], fields: dict[str, Any]) -> WireRequest:
    """Return the request for an operation; ``fields`` are the input as plain values."""
    rest = dict(fields)

    def place(match: re.Match[str]) -> str:
        return quote(str(rest.pop(match[1])), safe="")

    path = _PLACES.sub(place, operation.path)
    if operation.method in _IN_QUERY:
        return WireRequest(operation.method, path, {k: v for k, v in rest.items() if v is not None}, None)
    return WireRequest(operation.method, path, {}, msgspec.json.encode(rest))


def result_of(operation: Operation[Input, Result], content: bytes, url: str, version: str) -> Result:
    """Return an answer as the operation's result.

    Raises:
        IncompatibleServerError: it is none.
    """
    try:
        return msgspec.json.decode(content, type=operation.result_type)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise incompatible(url, version) from error


def error_of(response: httpx.Response, url: str) -> CamFlixError:
    """Return what a server refused, as the error that it raised there."""
    version = response.headers.get(VERSION_HEADER, "")
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = _Problem()
    kind = _KINDS.get(problem.code)
    if kind is None:
        if problem.code.startswith("http_5"):
            return CamFlixError("The server {url} failed: {reason}", url=url, reason=problem.detail)
        if problem.code in {"wrong_host", "https_only"}:
            return CamFlixError("The server {url} refused: {reason}", url=url, reason=problem.detail)
        return incompatible(url, version)
    if kind is errors.InvalidInputError and version and version != __version__ and "no such field" in problem.message:
        return incompatible(url, version)
    return _rebuilt(kind, problem, response)


def _rebuilt(kind: type[CamFlixError], problem: _Problem, response: httpx.Response) -> CamFlixError:
    values = {name: Word(value) if name in problem.words else value for name, value in problem.values.items()}
    options: dict[str, Any] = {"hint": problem.hint_message, "field": problem.field}
    if kind is errors.AmbiguousError:
        options["candidates"] = tuple(msgspec.convert(each, MovieSummary) for each in problem.candidates or ())
    if kind is errors.TooManyRequestsError:
        options["retry_after"] = retry_after(response)
    error = kind(problem.message, **options)
    error.values = values
    try:
        f"{error.message}{error.hint}".format(**error.places)
    except (KeyError, IndexError, ValueError):
        # A newer server's sentence: as it said it.
        error.message, error.hint, error.values = "{detail}", "", {"detail": problem.detail}
    return error


def retry_after(response: httpx.Response) -> int:
    """Return the seconds that a server asks to wait; 1 when it does not say."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("100000") else 1


def incompatible(url: str, version: str) -> IncompatibleServerError:
    """Return the error for a server that answers otherwise than this CamFlix understands."""
    if not version:
        return IncompatibleServerError(
            "What answers at {url} is no CamFlix server, or one that is not well.",
            hint="Check the address, then try again.",
            url=url,
        )
    if _parts(version) < _parts(__version__):
        return IncompatibleServerError(
            "The server {url} is older than this CamFlix ({theirs}, here {ours}) and does not know this.",
            hint="Ask its administrator to update it.",
            url=url,
            theirs=version,
            ours=__version__,
        )
    return IncompatibleServerError(
        "The server {url} is newer than this CamFlix ({theirs}, here {ours}).",
        hint="Update CamFlix here.",
        url=url,
        theirs=version,
        ours=__version__,
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _kinds(base: type[CamFlixError]) -> dict[str, type[CamFlixError]]:
    found = {base.code: base}
    for kind in base.__subclasses__():
        found |= _kinds(kind)
    return found


_KINDS = _kinds(CamFlixError)
