"""Who asks: an API token in the Authorization header, or a session in the cookie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from camflix.errors import NotAllowedError, NotSignedInError
from camflix.operations.declare import SCOPES

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask

    from camflix.bootstrap import CamFlix
    from camflix.operations import Operation
    from camflix.services.container import Services
    from camflix.services.sessions import Identity

CSRF_HEADER = "X-CSRFToken"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request came with."""

    kind: str
    secret: str


class SignedInUser(UserMixin):  # type: ignore[misc]
    """A user of the web site, for flask-login; known by the secret of the session."""

    def __init__(self, secret: str, identity: Identity | None = None) -> None:
        self.secret = secret
        self.identity = identity

    def get_id(self) -> str:
        """Return what the cookie holds."""
        return self.secret


def install(app: Flask, camflix: CamFlix) -> None:
    """Let flask-login find users of cookies; sessions that were ended are nobody's."""
    manager = LoginManager(app)
    manager.session_protection = None  # phones change their address; sessions can be ended from the list of them

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(secret: str) -> SignedInUser | None:
        with camflix.transaction(writes=False) as services:
            identity = services.sessions.identity(secret)
        return SignedInUser(secret, identity) if identity else None


def credential() -> Credential | None:
    """Return what the request came with; a token goes before a cookie."""
    header = request.headers.get("Authorization", "")
    if header:
        kind, _, token = header.partition(" ")
        return Credential("token", token.strip() if kind.lower() == "bearer" else "")
    secret: object = session.get("_user_id")
    return Credential("session", secret) if isinstance(secret, str) else None


def identify(services: Services, given: Credential | None) -> Identity:
    """Return whom a credential stands for.

    Raises:
        NotSignedInError: there is none, or it is not good.
    """
    if given is None:
        raise NotSignedInError("Sign in first.")
    found = (
        services.tokens.identity(given.secret) if given.kind == "token" else services.sessions.identity(given.secret)
    )
    if found is None:
        if given.kind == "session":
            session.clear()
        raise NotSignedInError("Your session or token is not good any more.", hint="Sign in again.")
    return found


def check_allowed(operation: Operation[object, object], identity: Identity) -> None:
    """Refuse what this token or this user may not do.

    Raises:
        NotAllowedError: saying which scope is missing.
    """
    if SCOPES.index(identity.scope) < SCOPES.index(operation.scope):
        raise NotAllowedError(
            "This token may not do that: it needs the scope “{scope}”.",
            hint="Sign in with such a token.",
            scope=operation.scope,
        )
    if operation.audience == "admin" and not identity.is_admin:
        raise NotAllowedError("Only an administrator may do that.")


def check_csrf() -> None:
    """Refuse a write by cookie that does not come from our own pages.

    Raises:
        NotAllowedError: the header is missing or wrong, or the page is another site's.
    """
    check_origin()
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.headers.get(CSRF_HEADER))
    except ValidationError as error:
        raise NotAllowedError(
            "The header {header} is missing or wrong.", hint="Take it from GET /api/account/.", header=CSRF_HEADER
        ) from error


def check_origin(allowed: Collection[str] = ()) -> None:
    """Refuse a page of another site.

    Args:
        allowed: origins of other sites whose pages may.

    Raises:
        NotAllowedError: the Origin is neither this server nor one of these.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin not in allowed and _host_of(origin) != request.host:
        raise NotAllowedError("This comes from a page of another site.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # no address at all
        return None


def open_session(secret: str) -> None:
    """Put a new session into the cookie, and nothing of the old one."""
    session.clear()
    session.permanent = True
    login_user(SignedInUser(secret))


def close_session() -> None:
    """Empty the cookie."""
    logout_user()
    session.clear()


def csrf_token() -> str:
    """Return the token that a page of ours sends back with its writes."""
    return str(generate_csrf())
