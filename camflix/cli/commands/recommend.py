"""``camflix recommend``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import Watchlist, count_option, wanted_option, watchlist_option
from camflix.i18n import _
from camflix.operations import recommend as operation
from camflix.operations.inputs import AskRecommendations

app = new_app()


@app.command(cls=TranslatedCommand)
def recommend(
    n: Annotated[int, count_option(_("How many films."))] = 10,
    by_score: Annotated[
        bool, typer.Option("--by-score", help=_("By predicted score, not by what you are likely to turn to."))
    ] = False,
    filter_: Annotated[str, wanted_option()] = "",
    watchlist: Annotated[Watchlist, watchlist_option()] = Watchlist.ANY,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List films one will like."""
    with open_client(user) as client:
        order: Literal["predicted", "likely"] = "predicted" if by_score else "likely"
        found = client.call(operation, AskRecommendations(n, order, watchlist.in_query(filter_)))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.views import show_recommendations  # noqa: PLC0415 - rich

    show_recommendations(found)
