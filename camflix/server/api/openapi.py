"""The OpenAPI 3.1 document, made from the operations: the same declarations that make the routes."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import msgspec

from camflix import __version__
from camflix.operations import OPERATIONS, Operation
from camflix.operations.declare import may_wait
from camflix.server.api.decode import FILE, IN_QUERY, path_fields
from camflix.server.api.dispatch import AGE_HEADER, IDEMPOTENCY_HEADER
from camflix.server.api.problems import MEDIA_TYPE
from camflix.server.auth import CSRF_HEADER

_BESIDE_FILE = "Where the body is the file itself; in JSON it stands in the body."
_REF = "#/components/schemas/{name}"
_ALWAYS = {400: "The request cannot be understood.", 422: "A value cannot be taken.", 429: "Too many requests."}
_FOR_MEMBERS = {401: "Nobody is signed in.", 403: "This user or token may not do that."}
_STATUS_TEXTS = {
    304: "Not changed since the ETag that was given.",
    404: "There is no such thing.",
    409: "It is ambiguous, taken, or overtaken.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    503: "The server cannot use its data now.",
}
_BY_COOKIE: dict[bool, dict[str, list[str]]] = {False: {"session": []}, True: {"session": [], "csrf": []}}
"""What a browser shows, by whether it writes."""
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "An error (RFC 9457). message, hint_message and values are what detail was made of.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In the reader's language."},
        "code": {"type": "string"},
        "field": {"type": ["string", "null"]},
        "message": {"type": "string"},
        "hint_message": {"type": "string"},
        "values": {"type": "object"},
        "words": {"type": "array", "items": {"type": "string"}},
        "candidates": {"type": "array", "items": {"$ref": "#/components/schemas/MovieSummary"}},
        "request_id": {"type": "string"},
    },
}


@cache
def document() -> dict[str, Any]:
    """Return the document, the same for every server of this release; nobody changes it."""
    operations = list(OPERATIONS.values())
    types = {each.input_type for each in operations} | {each.result_type for each in operations}
    ordered = sorted(types, key=lambda type_: type_.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CamFlix",
            "version": __version__,
            "description": "How much you will like a film, from 0 to 100, with the arithmetic shown.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token; see POST /api/login/."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "camflix",
                    "description": "Set by POST /api/session/; named __Host-camflix where only https is served.",
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": CSRF_HEADER,
                    "description": "What GET /api/account/ answered in this header; writes by the cookie need it.",
                },
            },
        },
    }


def _described(operation: Operation[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    schema = components[operation.input_type.__name__]
    result: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": inspect.getdoc(operation.function) or "",
        "tags": [operation.path.split("/")[2]],
        "parameters": _parameters(operation, schema),
        "responses": _responses(operation),
        "security": [] if operation.audience == "anyone" else [{"token": []}, _BY_COOKIE[operation.writes]],
        "x-scope": operation.scope,
        "x-audience": operation.audience,
    }
    body = _body(operation, schema)
    if body is not None:
        result["requestBody"] = body
    return result


def _parameters(operation: Operation[Any, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    in_path = path_fields(operation.path)
    parameters = []
    for name, kind in schema.get("properties", {}).items():
        is_in_body = name not in in_path and operation.method not in IN_QUERY
        if is_in_body and (not operation.takes_file or name == FILE):
            continue
        shown = {key: value for key, value in kind.items() if key != "description"}
        parameters.append(
            {
                "name": name,
                "in": "path" if name in in_path else "query",
                "required": (name in schema.get("required", ()) and not is_in_body) or name in in_path,
                "description": _BESIDE_FILE if is_in_body else kind.get("description", ""),
                "schema": _without_null(shown),
            }
        )
    if operation.writes and operation.scope == "rate":
        parameters.append(
            {
                "name": IDEMPOTENCY_HEADER,
                "in": "header",
                "required": False,
                "description": "Sent again with the same key, a write is done once and answered alike.",
                "schema": {"type": "string", "pattern": "^[ -~]{1,64}$"},
            }
        )
    if may_wait(operation):
        parameters.append(
            {
                "name": AGE_HEADER,
                "in": "header",
                "required": False,
                "description": "Seconds since it was made, where it comes late; what was written since is kept (409).",
                "schema": {"type": "number", "minimum": 0, "maximum": 315360000},
            }
        )
    return parameters


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value in a query: it is there or not, never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    return {**rest, **kinds[0]}


def _body(operation: Operation[Any, Any], schema: dict[str, Any]) -> dict[str, Any] | None:
    if operation.method in IN_QUERY:
        return None
    in_path = path_fields(operation.path)
    properties = {name: kind for name, kind in schema.get("properties", {}).items() if name not in in_path}
    if not properties:
        return None
    if in_path:
        required = [name for name in schema.get("required", ()) if name not in in_path]
        shown: dict[str, Any] = {**schema, "properties": properties, "required": required}
    else:
        required = list(schema.get("required", ()))
        shown = {"$ref": _REF.format(name=operation.input_type.__name__)}
    content = {"application/json": {"schema": shown}}
    if operation.takes_file:
        content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    return {"required": bool(required), "content": content}


def _responses(operation: Operation[Any, Any]) -> dict[str, Any]:
    result = {"$ref": _REF.format(name=operation.result_type.__name__)}
    headers = {"CamFlix-Version": {"schema": {"type": "string"}}}
    responses: dict[str, Any] = {
        str(operation.status): {
            "description": operation.result_type.__doc__,
            "content": {"application/json": {"schema": result}},
            "headers": headers,
        }
    }
    texts = dict(_ALWAYS)
    # A path without places is always there; nor does a query or a body make it go away.
    texts |= _FOR_MEMBERS if operation.audience != "anyone" else {401: _FOR_MEMBERS[401], 403: _FOR_MEMBERS[403]}
    statuses = [404, 409, 503, *([413, 415] if operation.method not in IN_QUERY else ())]
    texts |= {status: _STATUS_TEXTS[status] for status in statuses}
    if operation.method == "GET":
        responses["304"] = {"description": _STATUS_TEXTS[304]}
    for status, text in sorted(texts.items()):
        responses[str(status)] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return responses
