"""The application: settings in, a WSGI application out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from camflix.bootstrap import CamFlix
from camflix.errors import CamFlixError
from camflix.i18n import LANGUAGES, speaking
from camflix.server import auth, security
from camflix.server.api import routes
from camflix.server.api.dispatch import ASKED_LANGUAGE, Dispatcher
from camflix.server.api.problems import bug_problem, http_problem, problem_response
from camflix.server.freshness import Freshness
from camflix.server.limits import RateLimits
from camflix.services.sessions import LIFETIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from camflix.settings import Settings

MAX_BODY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """A Flask application with what it holds open."""

    app: Flask
    camflix: CamFlix
    limits: RateLimits
    freshness: Freshness

    def close(self) -> None:
        """Give everything back."""
        self.freshness.close()
        self.limits.close()
        self.camflix.close()


def create_server(settings: Settings, camflix: CamFlix | None = None) -> Server:
    """Return CamFlix as a web application.

    Args:
        settings: of the server.
        camflix: one that is open already; by default one is opened over the settings.

    Raises:
        SettingsError: a setting without which the server would not be safe.
    """
    key = security.secret_key(settings)
    camflix = camflix or CamFlix(settings, settings.language_code)
    limits, freshness = RateLimits(settings.cache_url), Freshness(camflix)
    app = Flask("camflix.server")
    is_secure = settings.https_only and not settings.debug
    app.config.update(
        SECRET_KEY=key,
        CAMFLIX_DEBUG=settings.debug,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LIFETIME.total_seconds()),
        SESSION_COOKIE_NAME="__Host-camflix" if is_secure else "camflix",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the API checks by credential; pages ask for it themselves
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=True,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    CSRFProtect(app)
    auth.install(app, camflix)
    security.install(app, settings)
    routes.install(app, camflix, Dispatcher(camflix, limits, freshness))
    app.register_error_handler(CamFlixError, problem_response)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, bug_problem)
    app.wsgi_app = _speaking_their_language(app.wsgi_app, settings.language_code)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign]
    return Server(app, camflix, limits, freshness)


def _speaking_their_language(inner: Callable[..., Iterable[bytes]], default: str) -> Callable[..., Iterable[bytes]]:
    """Return the application speaking to each reader by their Accept-Language."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = asked_language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        environ[ASKED_LANGUAGE] = asked
        with speaking(asked or default):
            return inner(environ, start_response)

    return application


def asked_language(header: str) -> str:
    """Return which of our languages a reader asks for; empty where none is, or any will do."""
    if not header:
        return ""
    from werkzeug.datastructures import LanguageAccept  # noqa: PLC0415 - few programs send the header
    from werkzeug.http import parse_accept_header  # noqa: PLC0415

    accepted = parse_accept_header(header, LanguageAccept)
    return LanguageAccept([each for each in accepted if each[0] != "*"]).best_match(LANGUAGES) or ""


__all__ = ["MAX_BODY_BYTES", "Response", "Server", "asked_language", "create_server"]
