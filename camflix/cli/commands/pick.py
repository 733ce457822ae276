"""``camflix pick``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import Watchlist, wanted_option, watchlist_option
from camflix.i18n import _
from camflix.operations import pick as operation
from camflix.operations.inputs import AskPick

app = new_app()


@app.command(cls=TranslatedCommand)
def pick(
    seed: Annotated[
        int | None,
        typer.Option(metavar=_("NUMBER"), min=0, max=2**31 - 1, help=_("The same number draws the same film again.")),
    ] = None,
    filter_: Annotated[str, wanted_option()] = "",
    watchlist: Annotated[Watchlist, watchlist_option()] = Watchlist.ANY,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Have a good film drawn by chance, one that was never rated, seen or hidden."""
    with open_client(user) as client:
        found = client.call(operation, AskPick(seed, watchlist.in_query(filter_)))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.advice_views import show_pick  # noqa: PLC0415 - rich

    show_pick(found)
