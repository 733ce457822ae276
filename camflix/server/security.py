"""What each request must satisfy and each answer must say: hosts, HTTPS, CSP, HSTS, CORS."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Response, g, redirect, request

from camflix.errors import SettingsError
from camflix.i18n import N_, _
from camflix.server.api.problems import plain_problem

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as BaseResponse

    from camflix.settings import Settings

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; "
    "img-src 'self' https://image.tmdb.org; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_VARY = "Accept-Language, Authorization, Cookie"
HSTS = "max-age=31536000; includeSubDomains"
_CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
_CORS_HEADERS = "Authorization, Content-Type, Idempotency-Key, CamFlix-Age, Accept-Language, If-None-Match"
_CORS_EXPOSED = "CamFlix-Version, Retry-After, ETag, X-Request-ID"
_CORS_SECONDS = "600"
_MIN_KEY = 32
_HEALTH = "/health/"
_WRONG_HOST = N_("This server does not answer for {host}. Name it in ALLOWED_HOSTS.")
_NEEDS_HTTPS = N_("This server is spoken to over HTTPS only.")


def secret_key(settings: Settings) -> str:
    """Return the key that cookies are signed with; in DEBUG one is made for this process when none is set.

    Raises:
        SettingsError: DEBUG is off, and there is none or one that can be guessed.
    """
    if len(settings.secret_key) >= _MIN_KEY and len(set(settings.secret_key)) > _MIN_KEY // 4:
        return settings.secret_key
    if settings.debug:
        return settings.secret_key or secrets.token_hex()
    raise SettingsError(
        "SECRET_KEY is missing, or so short that it can be guessed.",
        hint="Set it to what this prints: openssl rand -hex 32",
        field="secret_key",
    )


def install(app: Flask, settings: Settings) -> None:
    """Check every request, and complete every answer."""
    hosts = settings.allowed_hosts or LOCAL_HOSTS
    https_only = settings.https_only and not settings.debug
    origins = frozenset(settings.cors_allowed_origins)

    @app.before_request
    def check() -> BaseResponse | None:
        g.request_id = secrets.token_hex(8)
        if not is_allowed(request.host, hosts):
            return plain_problem(400, "wrong_host", _(_WRONG_HOST, host=request.host))
        if https_only and not request.is_secure and request.path != _HEALTH:
            return _to_https()
        if request.method == "OPTIONS" and request.headers.get("Access-Control-Request-Method"):
            return Response(status=204)
        return None

    @app.after_request
    def complete(response: Response) -> Response:
        headers = response.headers
        is_api = request.path.startswith("/api/")
        headers["X-Request-ID"] = g.get("request_id", "")
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.extend(_HEADERS)
        headers.setdefault("Cache-Control", "no-store")
        headers["Vary"] = f"{_VARY}, Origin" if is_api else _VARY
        if https_only and request.is_secure:
            headers["Strict-Transport-Security"] = HSTS
        if is_api:
            _allow_origin(response, origins)
        return response


def is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a Host header names one of the hosts; ``.example.org`` names all below it, ``*`` any."""
    name = host.lower()
    if name.rpartition(":")[2].isdigit():
        name = name.rpartition(":")[0]
    name = name.rstrip(".")
    return any(
        one == "*" or name == one.lower() or (one.startswith(".") and f".{name}".endswith(one.lower()))
        for one in allowed
    )


def _to_https() -> BaseResponse:
    if request.method in {"GET", "HEAD"}:
        return redirect(request.url.replace("http://", "https://", 1), 308)
    # What was sent in the clear was seen already; sending it again would only hide that.
    return plain_problem(403, "https_only", _(_NEEDS_HTTPS))


def _allow_origin(response: Response, origins: frozenset[str]) -> None:
    origin = request.headers.get("Origin")
    if origin not in origins:
        return
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = str(origin)
    headers["Access-Control-Expose-Headers"] = _CORS_EXPOSED
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = _CORS_METHODS
        headers["Access-Control-Allow-Headers"] = _CORS_HEADERS
        headers["Access-Control-Max-Age"] = _CORS_SECONDS
