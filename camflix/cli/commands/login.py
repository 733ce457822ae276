"""``camflix login URL``."""

from __future__ import annotations

import socket
import sys
from typing import Annotated

import typer

from camflix.cli.output import print_words
from camflix.cli.session import remote_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.settings import load_settings

app = new_app()


@app.command(cls=TranslatedCommand)
def login(
    url: Annotated[str, typer.Argument(metavar=_("URL"), help=_("Where the server is: https://films.example.org"))],
    name: Annotated[
        str | None, typer.Option("--as", metavar=_("NAME"), help=_("Your name or address there; asked when not given."))
    ] = None,
    token: Annotated[bool, typer.Option("--token", help=_("Give a token instead of name and password."))] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help=_("Allow http:// to a server elsewhere, on a network you trust."))
    ] = False,
) -> None:
    """Sign in to a server; the password goes there once and is not kept."""
    from camflix.client.login import Login, save_login, server_url  # noqa: PLC0415 - msgspec
    from camflix.operations import log_in, whoami  # noqa: PLC0415
    from camflix.operations.inputs import LogIn, Nothing  # noqa: PLC0415

    address = server_url(url, insecure=insecure)
    if token:
        found = Login(address, "", _secret(_("Token")))
    else:
        login_name = name or typer.prompt(_("Name or e-mail address"), err=True)
        body = LogIn(login_name, _secret(_("Password")), _machine())
        with remote_client(Login(address)) as client:
            made = client.call(log_in, body)
        found = Login(address, made.username, made.secret)
    with remote_client(found) as client:
        account = client.call(whoami, Nothing())
    save_login(load_settings().paths.state, Login(address, account.username, found.token))
    print_words(
        _("Signed in to {url} as {name}. Back to this machine: camflix logout", url=address, name=account.username)
    )


def _secret(prompt: str) -> str:
    """Return a secret: asked without showing it, or the first line of a pipe."""
    if sys.stdin is not None and not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(prompt, hide_input=True, err=True))


def _machine() -> str:
    return f"camflix @ {socket.gethostname()}"[:64]
