"""What a command needs: the client of whoever acts, or CamFlix itself for administration."""

from __future__ import annotations

import getpass
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from camflix import display, i18n
from camflix.errors import CamFlixError
from camflix.i18n import _
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.bootstrap import CamFlix
    from camflix.client import Client
    from camflix.client.login import Login
    from camflix.client.remote import RemoteClient


def user_option() -> Any:
    """Return the option ``--user`` of every command that acts for someone."""
    return typer.Option("--user", metavar=_("NAME"), help=_("Act as this user; the local profile when not given."))


def json_option() -> Any:
    """Return the option ``--json``."""
    return typer.Option("--json", help=_("Print JSON."))


UserOption = Annotated[str | None, user_option()]
JsonOption = Annotated[bool, json_option()]


@contextmanager
def open_client(username: str | None) -> Iterator[Client]:
    """Open CamFlix for a user: on the server that one is signed in to, else in this process.

    In this process, None is the local profile. On a server one is who signed in.

    Raises:
        NotAllowedError: another user was asked for on a server.
    """
    login = signed_in(username)
    if login is not None:
        with remote_client(login) as client:
            yield client
        return
    from camflix.client.local import LocalClient  # noqa: PLC0415 - loads SQLAlchemy

    with open_camflix() as camflix:
        yield LocalClient(camflix, username, local_profile_name())


def use_chosen_display(client: Client) -> None:
    """Show scores to people as whoever acts chose; where that is not known now, of 100. JSON is not shown so."""
    from camflix.operations import get_settings  # noqa: PLC0415
    from camflix.operations.inputs import Nothing  # noqa: PLC0415

    # What was asked for is answered already, or written: this must not undo it.
    display.use_display("100")
    with suppress(CamFlixError):
        display.use_display(client.call(get_settings, Nothing()).score_display)


def signed_in(username: str | None) -> Login | None:
    """Return to which server one is signed in; None for this machine.

    Raises:
        NotAllowedError: another user was asked for on a server.
    """
    from camflix.client.login import acts_as_nobody_else, load_login  # noqa: PLC0415 - msgspec

    login = load_login(load_settings().paths.state)
    if login is not None and username not in {None, login.username}:
        raise acts_as_nobody_else(login)
    return login


@contextmanager
def remote_client(login: Login) -> Iterator[RemoteClient]:
    """Open the client of a server; what it has to say besides goes to standard error."""
    from camflix.cli.output import say  # noqa: PLC0415
    from camflix.client.remote import RemoteClient  # noqa: PLC0415 - httpx

    client = RemoteClient(login, load_settings().paths.state, notice=say)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def open_camflix() -> Iterator[CamFlix]:
    """Open CamFlix in this process, for administration."""
    from camflix.bootstrap import CamFlix  # noqa: PLC0415 - loads SQLAlchemy

    camflix = CamFlix(load_settings(), i18n.current_language())
    try:
        yield camflix
    finally:
        camflix.close()


def local_profile_name() -> str:
    """Return the name of the local profile: that of the account which runs CamFlix."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        account = ""
    return re.sub(r"[^\w.@+-]", "_", account)[:64] or "local"
