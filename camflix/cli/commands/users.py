"""``camflix users list|add|disable|enable|password|admin``."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _

app = new_app(help=_("List, add, disable users; passwords, administrators."))


class Source(StrEnum):
    """Where users come from."""

    LOCAL = "local"
    MOVIELENS = "movielens"
    SAMPLE = "sample"


NameArgument = Annotated[str, typer.Argument(metavar=_("NAME"), help=_("The user's name."), show_default=False)]


@app.command("list", cls=TranslatedCommand, help=_("List users by name."))
def list_(
    source: Annotated[
        Source | None, typer.Option(metavar=_("SOURCE"), help=_("Only those from: local, movielens, sample."))
    ] = None,
    use_json: JsonOption = False,
) -> None:
    """List users."""
    with open_camflix() as camflix, camflix.transaction(writes=False) as services:
        users = services.users.all(source=source.value if source else None)
    if use_json:
        print_json(users)
        return
    from camflix.cli.views import show_users  # noqa: PLC0415 - rich

    show_users(users)


@app.command(cls=TranslatedCommand, help=_("Add a user."))
def add(
    name: NameArgument,
    email: Annotated[str | None, typer.Option(metavar=_("ADDRESS"), help=_("Their e-mail address."))] = None,
    use_json: JsonOption = False,
) -> None:
    """Add a user."""
    with open_camflix() as camflix, camflix.transaction(writes=True) as services:
        user = services.users.add(name, email=email)
    if use_json:
        print_json(user)
    else:
        print_words(_("Added: {name}. Act as them with --user {name}", name=user.username))


@app.command(
    cls=TranslatedCommand, help=_("Disable a user: nobody can act as them, their ratings feed no predictions.")
)
def disable(name: NameArgument, use_json: JsonOption = False) -> None:
    """Disable a user."""
    with open_camflix() as camflix, camflix.transaction(writes=True) as services:
        user = services.users.disable(name)
    if use_json:
        print_json(user)
    else:
        print_words(_("Disabled: {name}", name=user.username))


@app.command(cls=TranslatedCommand, help=_("Take a disabled user back."))
def enable(name: NameArgument, use_json: JsonOption = False) -> None:
    """Take a disabled user back."""
    with open_camflix() as camflix, camflix.transaction(writes=True) as services:
        user = services.users.enable(name)
        services.epochs.advance()
    if use_json:
        print_json(user)
    else:
        print_words(_("Enabled: {name}", name=user.username))


@app.command(cls=TranslatedCommand, help=_("Set a user's password, with which they sign in to the server."))
def password(name: NameArgument, use_json: JsonOption = False) -> None:
    """Set a password: asked twice without showing it, or the first line of a pipe."""
    if sys.stdin is not None and not sys.stdin.isatty():
        chosen = sys.stdin.readline().rstrip("\r\n")
    else:
        chosen = str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True))
    with open_camflix() as camflix:
        from camflix.services.passwords import check_new_password  # noqa: PLC0415 - argon2

        check_new_password(chosen, name)
        hashed = camflix.passwords.hash(chosen)
        with camflix.transaction(writes=True) as services:
            services.accounts.set_password(name, hashed)
            user_id = services.users.id_of(name)
            services.sessions.revoke_all(user_id)
            services.tokens.revoke_all(user_id)
    if use_json:
        print_json({"username": name})
    else:
        print_words(_("{name} signs in with this password from now on.", name=name))


@app.command(cls=TranslatedCommand, help=_("Make a user an administrator of the server."))
def admin(
    name: NameArgument,
    remove: Annotated[bool, typer.Option("--remove", help=_("Make them one no more instead."))] = False,
    use_json: JsonOption = False,
) -> None:
    """Make a user an administrator."""
    with open_camflix() as camflix, camflix.transaction(writes=True) as services:
        services.accounts.set_admin(name, is_admin=not remove)
    if use_json:
        print_json({"username": name, "is_admin": not remove})
    elif remove:
        print_words(_("{name} is an administrator no more.", name=name))
    else:
        print_words(_("{name} is an administrator.", name=name))
