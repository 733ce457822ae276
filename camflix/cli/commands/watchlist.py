"""``camflix watchlist list|add|remove``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument, count_option, title_of
from camflix.i18n import _
from camflix.operations import list_watchlist, resolve_movie, unwatch, watch
from camflix.operations.inputs import ListWatchlist, MovieRef, ResolveMovie

app = new_app(help=_("The films you want to see."))


class Order(StrEnum):
    """Orders of the watchlist."""

    ADDED = "added"
    PREDICTED = "predicted"
    TITLE = "title"


@app.command("list", cls=TranslatedCommand, help=_("The films you want to see."))
def list_(
    n: Annotated[int, count_option(_("How many films."))] = 50,
    sort: Annotated[Order, typer.Option(help=_("Last added first, by predicted score, or by title."))] = Order.ADDED,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List the watchlist."""
    with open_client(user) as client:
        page = client.call(list_watchlist, ListWatchlist(sort.value, n))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(page)
        return
    from camflix.cli.own_views import show_watchlist  # noqa: PLC0415 - rich

    show_watchlist(page)


@app.command(cls=TranslatedCommand, help=_("Put a film on the watchlist."))
def add(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Put a film on the watchlist."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        state = client.call(watch, MovieRef(movie.id))
    if use_json:
        print_json(state)
    else:
        print_words(_("{film}: on the watchlist", film=title_of(state.movie)))


@app.command(cls=TranslatedCommand, help=_("Take a film off the watchlist."))
def remove(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Take a film off the watchlist."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        state = client.call(unwatch, MovieRef(movie.id))
    if use_json:
        print_json(state)
    else:
        print_words(_("{film}: not on the watchlist", film=title_of(state.movie)))
