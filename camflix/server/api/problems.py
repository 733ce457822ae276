"""Errors as ``application/problem+json`` (RFC 9457), in the reader's language.

Beside the sentence goes what it was made of - ``message``, ``hint_message``, ``values`` - so that a client raises the
same error and says it in its own reader's language.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, current_app, g

from camflix import errors, i18n
from camflix.errors import CamFlixError, StorageError, TooLargeError, Word
from camflix.i18n import N_

if TYPE_CHECKING:
    from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
STATUSES: dict[type[CamFlixError], int] = {
    errors.CamFlixError: 400,
    errors.InvalidInputError: 422,
    errors.SettingsError: 500,
    errors.InvalidFileError: 422,
    errors.NotFoundError: 404,
    errors.AmbiguousError: 409,
    errors.ConflictError: 409,
    errors.NotAllowedError: 403,
    errors.StorageError: 503,
    errors.SchemaError: 503,
    errors.NotSignedInError: 401,
    errors.TooManyRequestsError: 429,
    errors.TooLargeError: 413,
    errors.ServerAwayError: 502,
    errors.IncompatibleServerError: 502,
    errors.QueuedError: 503,
}
"""By class; a test proves it complete."""

HTTP_SENTENCES = {
    400: N_("This request cannot be understood."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take this method."),
    415: N_("Send the body as application/json."),
    431: N_("The headers of this request are larger than the server takes."),
    500: N_("Something went wrong on the server; it was written to its log."),
}
TOO_LARGE = N_("This request is larger than the server takes.")
_RETRY_SECONDS = 2


def problem_response(error: CamFlixError) -> Response:
    """Return the answer for an error."""
    shown = _shown(error)
    status = STATUSES[type(shown)]
    response = Response(problem_of(shown, g.get("request_id", "")), status, mimetype=MEDIA_TYPE)
    if status == 401:  # noqa: PLR2004 - RFC 9110 asks for it
        response.headers["WWW-Authenticate"] = 'Bearer realm="CamFlix"'
    retry_after = getattr(shown, "retry_after", _RETRY_SECONDS if isinstance(shown, StorageError) else None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def problem_of(error: CamFlixError, request_id: str) -> bytes:
    """Return the body that tells an error; all that it says, its reader may know."""
    status = STATUSES[type(error)]
    body: dict[str, Any] = {
        "type": f"urn:camflix:problem:{error.code}",
        "title": _title(status),
        "status": status,
        "detail": i18n.say(error),
        "code": error.code,
        "field": error.field,
        "message": error.message,
        "hint_message": error.hint,
        "values": {name: _plain(value) for name, value in error.values.items()},
        "words": [name for name, value in error.values.items() if isinstance(value, Word)],
        "request_id": request_id,
    }
    candidates = getattr(error, "candidates", None)
    if candidates is not None:
        body["candidates"] = candidates
    return msgspec.json.encode(body)


def unread_problem(status: int) -> bytes:
    """Return the body for a request of which no application hears: its headers or its body were refused."""
    if status == 413:  # noqa: PLR2004 - content too large
        return problem_of(TooLargeError(TOO_LARGE), "")
    return _plain_body(status, f"http_{status}", http_sentence(status), "")


def http_sentence(status: int) -> str:
    """Return what an error of HTTP itself says."""
    return i18n._(HTTP_SENTENCES.get(status, HTTP_SENTENCES[400]))


def http_problem(error: HTTPException) -> Response:
    """Return the answer for an error of HTTP itself: no such address, another method, too large."""
    status = error.code or 500
    if status == 413:  # noqa: PLR2004 - content too large
        return problem_response(TooLargeError(TOO_LARGE))
    response = plain_problem(status, f"http_{status}", http_sentence(status))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "location"}:
            response.headers[name] = value
    return response


def bug_problem(error: Exception) -> Response:
    """Return the answer for a bug; its traceback is shown in DEBUG only."""
    current_app.logger.error("request %s failed", g.get("request_id", ""), exc_info=error)
    response = plain_problem(500, "http_500", http_sentence(500))
    if current_app.config["CAMFLIX_DEBUG"]:
        body = msgspec.json.decode(response.get_data())
        body["traceback"] = traceback.format_exception(error)
        response.set_data(msgspec.json.encode(body))
    return response


def plain_problem(status: int, code: str, detail: str) -> Response:
    """Return a problem that is no CamFlixError."""
    return Response(_plain_body(status, code, detail, g.get("request_id", "")), status, mimetype=MEDIA_TYPE)


def _plain_body(status: int, code: str, detail: str, request_id: str) -> bytes:
    return msgspec.json.encode(
        {
            "type": f"urn:camflix:problem:{code}",
            "title": _title(status),
            "status": status,
            "detail": detail,
            "code": code,
            "request_id": request_id,
        }
    )


def _shown(error: CamFlixError) -> CamFlixError:
    """Return what a reader elsewhere may know: nothing of this machine's places and settings."""
    if STATUSES[type(error)] < 500:  # noqa: PLR2004 - the server's own troubles
        return error
    current_app.logger.error("request %s: %s", g.get("request_id", ""), error)
    return StorageError("The server cannot use its data at this moment.", hint="Nothing was saved. Try again later.")


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else str(value)


def _title(status: int) -> str:
    from http import HTTPStatus  # noqa: PLC0415 - a name for logs and tools

    return HTTPStatus(status).phrase
