"""``camflix twins``."""

from __future__ import annotations

from typing import Annotated

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import count_option
from camflix.i18n import _
from camflix.operations import twins as operation
from camflix.operations.inputs import AskTwins

app = new_app()


@app.command(cls=TranslatedCommand)
def twins(
    n: Annotated[int, count_option(_("How many people."))] = 10, user: UserOption = None, use_json: JsonOption = False
) -> None:
    """List like-minded users."""
    with open_client(user) as client:
        found = client.call(operation, AskTwins(n))
    if use_json:
        print_json(found)
        return
    from camflix.cli.views import show_twins  # noqa: PLC0415 - rich

    show_twins(found)
