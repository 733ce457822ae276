"""``camflix together NAME...``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import count_option
from camflix.i18n import _
from camflix.operations import together as operation
from camflix.operations.inputs import AskTogether
from camflix.results import GroupRuleName

app = new_app()


@app.command(cls=TranslatedCommand)
def together(
    members: Annotated[
        list[str], typer.Argument(metavar=_("NAME…"), help=_("Who watches with you."), show_default=False)
    ],
    n: Annotated[int, count_option(_("How many films."))] = 10,
    average: Annotated[
        bool, typer.Option("--average", help=_("Go by the mean, not by the member who likes a film least."))
    ] = False,
    rewatch: Annotated[bool, typer.Option("--rewatch", help=_("Also films that somebody has seen."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List films for several people."""
    rule: GroupRuleName = "average" if average else "least_misery"
    with open_client(user) as client:
        found = client.call(operation, AskTogether(tuple(members), n, rule, rewatch))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.advice_views import show_together  # noqa: PLC0415 - rich

    show_together(found)
