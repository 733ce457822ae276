"""The routes, one an operation; the document of them all; and a page of it that needs no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, render_template

from camflix.errors import CamFlixError
from camflix.i18n import N_, _
from camflix.operations import OPERATIONS
from camflix.server.api.openapi import document
from camflix.server.api.problems import plain_problem

if TYPE_CHECKING:
    from flask import Flask

    from camflix.bootstrap import CamFlix
    from camflix.operations import Operation
    from camflix.server.api.dispatch import Dispatcher

_PLACES = re.compile(r"{(\w+)}")
_ILL = N_("The database does not answer.")


def install(app: Flask, camflix: CamFlix, dispatcher: Dispatcher) -> None:
    """Add the routes of the API."""
    for operation in OPERATIONS.values():
        app.add_url_rule(
            _PLACES.sub(r"<\1>", operation.path),
            f"api.{operation.name}",
            _view(dispatcher, operation),
            methods=[operation.method],
        )
    described = document()
    encoded = msgspec.json.encode(described)

    @app.get("/api/openapi.json")
    def openapi() -> Response:
        response = Response(encoded, mimetype="application/json")
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    @app.get("/api/docs/")
    def docs() -> str:
        return render_template("api_docs.html", document=described)

    @app.get("/health/")
    def health() -> Response:
        try:
            with camflix.transaction(writes=False) as services:
                services.epochs.current()
        except CamFlixError:
            return plain_problem(503, "ill", _(_ILL))
        return Response(b'{"status":"well"}', mimetype="application/json")


def _view(dispatcher: Dispatcher, operation: Operation[Any, Any]) -> Any:
    def view(**in_path: str) -> Response:
        return dispatcher.answer(operation, in_path)

    return view
