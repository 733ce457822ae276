"""``camflix account confirm|forgotten|password``: the steps of an account on a server that letters ask for."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, remote_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.operations import confirm_email, forgotten_password, reset_password
from camflix.operations.inputs import ForgottenPassword, GiveCode, ResetPassword

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.client import Client

app = new_app(help=_("Your account on a server, before you sign in: confirm an address, choose a new password."))

UrlArgument = Annotated[
    str, typer.Argument(metavar=_("URL"), help=_("Where the server is: https://films.example.org"), show_default=False)
]
CodeArgument = Annotated[str, typer.Argument(metavar=_("CODE"), help=_("The code of the letter."), show_default=False)]
InsecureOption = Annotated[
    bool, typer.Option("--insecure", help=_("Allow http:// to a server elsewhere, on a network you trust."))
]
# A code may begin with a dash, and is then no option that does not exist.
_CODES = {"ignore_unknown_options": True}


@contextmanager
def _stranger(url: str, *, insecure: bool) -> Iterator[Client]:
    from camflix.client.login import Login, server_url  # noqa: PLC0415 - msgspec

    with remote_client(Login(server_url(url, insecure=insecure))) as client:
        yield client


@app.command(
    cls=TranslatedCommand, context_settings=_CODES, help=_("Confirm an address with the code that was mailed there.")
)
def confirm(
    url: UrlArgument, code: CodeArgument, insecure: InsecureOption = False, use_json: JsonOption = False
) -> None:
    """Confirm an address."""
    with _stranger(url, insecure=insecure) as client:
        done = client.call(confirm_email, GiveCode(code))
    if use_json:
        print_json(done)
    else:
        print_words(_("The address is confirmed. Sign in with: camflix login {url}", url=url))


@app.command(cls=TranslatedCommand, help=_("Have a code for a new password mailed."))
def forgotten(
    url: UrlArgument,
    email: Annotated[str, typer.Argument(metavar=_("ADDRESS"), help=_("Your e-mail address."), show_default=False)],
    insecure: InsecureOption = False,
    use_json: JsonOption = False,
) -> None:
    """Have a code mailed."""
    with _stranger(url, insecure=insecure) as client:
        done = client.call(forgotten_password, ForgottenPassword(email))
    if use_json:
        print_json(done)
    else:
        print_words(_("If there is an account with this address, a code is on its way there."))


@app.command(
    cls=TranslatedCommand,
    context_settings=_CODES,
    help=_("Choose a new password with the code that was mailed: asked for, or read from a pipe."),
)
def password(
    url: UrlArgument, code: CodeArgument, insecure: InsecureOption = False, use_json: JsonOption = False
) -> None:
    """Choose a new password."""
    if sys.stdin is not None and not sys.stdin.isatty():
        chosen = sys.stdin.readline().rstrip("\r\n")
    else:
        chosen = str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True))
    with _stranger(url, insecure=insecure) as client:
        done = client.call(reset_password, ResetPassword(code, chosen))
    if use_json:
        print_json(done)
    else:
        print_words(
            _("The new password is set; you are signed out everywhere. Sign in with: camflix login {url}", url=url)
        )
