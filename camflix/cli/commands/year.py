"""``camflix year YEAR``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _
from camflix.operations import year_in_review
from camflix.operations.inputs import AskYear

app = new_app()


@app.command(cls=TranslatedCommand)
def year(
    which: Annotated[int, typer.Argument(metavar=_("YEAR"), min=1, max=9999, help=_("Which year."))],
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Look back on a year."""
    with open_client(user) as client:
        found = client.call(year_in_review, AskYear(which))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_year  # noqa: PLC0415 - rich

    show_year(found)
