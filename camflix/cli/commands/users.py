"""``camflix users list|add|disable``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _

app = new_app(help=_("List, add, disable users."))


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
        typer.echo(_("Added: {name}. Act as them with --user {name}", name=user.username))


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
        typer.echo(_("Disabled: {name}", name=user.username))
