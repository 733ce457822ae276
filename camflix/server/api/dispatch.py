"""One request: who asks, may they, what do they ask, one transaction, the answer."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from camflix import __version__
from camflix.errors import CamFlixError, InvalidInputError
from camflix.i18n import current_language, speaking
from camflix.operations.declare import STRANGER, Caller, Context, may_wait
from camflix.operations.import_inputs import MAX_FILE_BYTES
from camflix.server import auth
from camflix.server.api.decode import input_of
from camflix.server.api.problems import http_problem, problem_response

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix
    from camflix.operations import Operation
    from camflix.server.freshness import Freshness
    from camflix.server.limits import RateLimits
    from camflix.services.container import Services
    from camflix.services.sessions import Identity

ASKED_LANGUAGE = "camflix.language"
"""Where the environment of a request holds the language that its reader asks for; empty for none."""
IDEMPOTENCY_HEADER = "Idempotency-Key"
AGE_HEADER = "CamFlix-Age"
MAX_FILE_BODY_BYTES = MAX_FILE_BYTES * 3 // 2
"""Of a request with a file: in JSON it takes a third more."""
_MAX_KEY = 64
_ON_THE_WAY = timedelta(minutes=1)
"""An age grows while its request travels, one's more than another's: writes of one person that lie closer than this are
taken in the order in which they come."""
_OLDEST_SECONDS = 10 * 365 * 86400
_BY_NAME = "10 per 10 minutes"


class Dispatcher:
    """Calls operations for requests.

    Args:
        camflix: whose operations.
        limits: how much may be asked.
        freshness: keeps the model fresh without letting requests wait for it.
    """

    def __init__(self, camflix: CamFlix, limits: RateLimits, freshness: Freshness) -> None:
        self._camflix = camflix
        self._limits = limits
        self._freshness = freshness

    def answer(self, operation: Operation[Any, Any], in_path: dict[str, str]) -> Response:
        """Return the answer to the request at hand; errors as problems."""
        if operation.takes_file:
            request.max_content_length = MAX_FILE_BODY_BYTES
        try:
            if operation.audience == "anyone" and (operation.writes or auth.credential() is None):
                return self._for_stranger(operation, in_path)
            return self._for_member(operation, in_path)
        except CamFlixError as error:
            with speaking(g.get("language", current_language())):
                return problem_response(error)
        except HTTPException as error:
            return http_problem(error)

    def _for_stranger(self, operation: Operation[Any, Any], in_path: dict[str, str]) -> Response:
        address = request.remote_addr or ""
        settings = self._camflix.settings
        self._limits.hit(settings.rate_limit_anonymous, "address", address)
        if settings.rate_limit_anonymous:
            self._limits.hit(operation.limit, operation.name, "address", address)
        if operation.writes:
            # A cookie is for our own pages; everything else here also for those that may use the API.
            auth.check_origin(() if operation.name == "sign_in" else settings.cors_allowed_origins)
        body = input_of(operation, in_path)
        name = getattr(body, "login", None) or getattr(body, "email", None)
        if name and settings.rate_limit_anonymous:
            self._limits.hit(_BY_NAME, operation.name, "name", str(name).lower())
        caller = self._caller(None)
        if operation.uses_engine:
            self._freshness.ensure()
        proof = operation.prepare(self._camflix, STRANGER, body) if operation.prepare else None
        with self._transaction(operation) as services:
            result = operation.function(Context(services, STRANGER, "", caller=caller, proof=proof), body)
        if caller.opened_session is not None:
            auth.open_session(caller.opened_session)
        return self._response(operation, msgspec.json.encode(result), gives_csrf=caller.opened_session is not None)

    def _for_member(self, operation: Operation[Any, Any], in_path: dict[str, str]) -> Response:
        given = auth.credential()
        if given is None:
            self._limits.hit(self._camflix.settings.rate_limit_anonymous, "address", request.remote_addr or "")
        if operation.uses_engine:
            self._freshness.ensure()
        with self._transaction(operation, reads_only=True) as services:
            identity = self._admit(operation, services, given)
            services.speak(g.language)
            body = input_of(operation, in_path)
            if not operation.writes:
                # Read in the transaction that found out who asks.
                encoded = self._call(operation, services, identity, body, None)
        if operation.writes:
            proof = operation.prepare(self._camflix, identity.user_id, body) if operation.prepare else None
            with self._transaction(operation) as services:
                encoded = self._call_once(operation, services, identity, body, proof)
        if operation.name in {"sign_out", "delete_account", "revoke_sessions"} and identity.session_id is not None:
            auth.close_session()
        return self._response(
            operation, encoded, gives_csrf=identity.session_id is not None and operation.name == "whoami"
        )

    def _admit(self, operation: Operation[Any, Any], services: Services, given: auth.Credential | None) -> Identity:
        try:
            identity = auth.identify(services, given)
        except CamFlixError:
            if given is not None:
                # Guessing tokens is counted by address.
                rate = self._camflix.settings.rate_limit_anonymous
                self._limits.hit(rate, "address", request.remote_addr or "")
            raise
        g.language = request.environ.get(ASKED_LANGUAGE) or identity.language
        settings = self._camflix.settings
        self._limits.hit(settings.rate_limit, "account", str(identity.user_id))
        if settings.rate_limit:
            self._limits.hit(operation.limit, operation.name, "account", str(identity.user_id))
        auth.check_allowed(operation, identity)
        if operation.writes and identity.session_id is not None:
            auth.check_csrf()
        return identity

    def _call_once(
        self, operation: Operation[Any, Any], services: Services, identity: Identity, body: Any, proof: object
    ) -> bytes:
        """Call a write; when it comes again with the same key, give the first answer again."""
        key = request.headers.get(IDEMPOTENCY_HEADER)
        # Answers of other scopes hold secrets, which are not kept.
        if key is None or operation.scope != "rate":
            return self._call(operation, services, identity, body, proof)
        if not 0 < len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
            raise InvalidInputError(
                "{header}: give 1 to {most} printable characters.",
                field=IDEMPOTENCY_HEADER,
                header=IDEMPOTENCY_HEADER,
                most=_MAX_KEY,
            )
        asked = hashlib.sha256(operation.name.encode() + b"\0" + msgspec.json.encode(body)).hexdigest()
        before = services.answered_writes.begin(identity.user_id, key, asked)
        if before is not None:
            return before
        encoded = self._call(operation, services, identity, body, proof)
        services.answered_writes.keep(identity.user_id, key, encoded)
        return encoded

    def _call(
        self, operation: Operation[Any, Any], services: Services, identity: Identity, body: Any, proof: object
    ) -> bytes:
        # What only administrators see, a token shows that was made for it.
        is_admin = identity.is_admin and identity.scope == "admin"
        caller = self._caller(identity)
        age = _age() if may_wait(operation) else None
        if age is not None:
            caller.made_at = services.date_back(age) + _ON_THE_WAY
        context = Context(services, identity.user_id, identity.username, is_admin, caller, proof)
        with speaking(g.language):
            return msgspec.json.encode(operation.function(context, body))

    def _transaction(self, operation: Operation[Any, Any], *, reads_only: bool = False) -> Any:
        return self._camflix.transaction(
            writes=operation.writes and not reads_only, language=g.get("language", current_language())
        )

    def _caller(self, identity: Identity | None) -> Caller:
        return Caller(
            address=request.remote_addr or "",
            user_agent=request.headers.get("User-Agent", ""),
            base_url=request.url_root.rstrip("/"),
            scope=identity.scope if identity else "read",
            session_id=identity.session_id if identity else None,
            token_id=identity.token_id if identity else None,
        )

    def _response(self, operation: Operation[Any, Any], encoded: bytes, *, gives_csrf: bool) -> Response:
        response = Response(encoded, operation.status, mimetype="application/json")
        response.headers["CamFlix-Version"] = __version__
        if gives_csrf:
            response.headers[auth.CSRF_HEADER] = auth.csrf_token()
        if operation.method == "GET":
            response.set_etag(hashlib.blake2b(encoded, digest_size=16).hexdigest(), weak=True)
            response.headers["Cache-Control"] = "private, no-cache"
            response.make_conditional(request)
        else:
            response.headers["Cache-Control"] = "no-store"
        return response


def _age() -> timedelta | None:
    """Return how long ago the request's write was made, where it says that it comes late."""
    header = request.headers.get(AGE_HEADER)
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _OLDEST_SECONDS:
        raise InvalidInputError("{header}: give the age in seconds, such as 3600.", field=AGE_HEADER, header=AGE_HEADER)
    return timedelta(seconds=seconds)
