"""``camflix stats``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.operations import stats as operation
from camflix.operations.inputs import AskStats

app = new_app()


@app.command(cls=TranslatedCommand)
def stats(
    least: Annotated[
        int, typer.Option("--least", metavar=_("NUMBER"), min=1, max=1000, help=_("Of how many films at least."))
    ] = 3,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Show one's ratings in numbers."""
    with open_client(user) as client:
        found = client.call(operation, AskStats(min_films=least))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_stats  # noqa: PLC0415 - rich

    show_stats(found)
