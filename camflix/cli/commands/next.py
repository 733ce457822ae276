"""``camflix next``."""

from __future__ import annotations

from typing import Annotated

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import count_option
from camflix.i18n import _
from camflix.operations import rating_feed
from camflix.operations.inputs import AskFeed

app = new_app()


@app.command("next", cls=TranslatedCommand)
def next_(
    n: Annotated[int, count_option(_("How many films."))] = 10, user: UserOption = None, use_json: JsonOption = False
) -> None:
    """List the films to rate next."""
    with open_client(user) as client:
        feed = client.call(rating_feed, AskFeed(n))
    if use_json:
        print_json(feed)
        return
    from camflix.cli.own_views import show_feed  # noqa: PLC0415 - rich

    show_feed(feed)
