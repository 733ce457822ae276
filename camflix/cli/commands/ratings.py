"""``camflix ratings``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import filter_option
from camflix.i18n import _
from camflix.operations import list_ratings
from camflix.operations.inputs import ListRatings

app = new_app()


class Sort(StrEnum):
    """Orders of one's ratings."""

    SCORE = "score"
    RECENT = "recent"
    TITLE = "title"
    YEAR = "year"


@app.command(cls=TranslatedCommand)
def ratings(
    n: Annotated[
        int | None, typer.Option("-n", metavar=_("NUMBER"), min=1, help=_("How many films; all when not given."))
    ] = None,
    sort: Annotated[Sort, typer.Option(help=_("The order of the list."))] = Sort.SCORE,
    filter_: Annotated[str, filter_option()] = "",
    reverse: Annotated[bool, typer.Option("--reverse", help=_("The other way round."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List one's ratings, best first."""
    with open_client(user) as client:
        page = client.call(list_ratings, ListRatings(n, None, sort.value, reverse, filter_))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(page)
        return
    from camflix.cli.views import show_ratings  # noqa: PLC0415 - rich

    show_ratings(page)
