"""``camflix hidden list|add|remove``."""

from __future__ import annotations

from typing import Annotated

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument, count_option, title_of
from camflix.i18n import _
from camflix.operations import hide, list_hidden, resolve_movie, unhide
from camflix.operations.inputs import MovieRef, Paged, ResolveMovie

app = new_app(help=_("Films never to be shown in lists."))


@app.command("list", cls=TranslatedCommand, help=_("The films you hid, last hidden first."))
def list_(
    n: Annotated[int, count_option(_("How many films."))] = 50, user: UserOption = None, use_json: JsonOption = False
) -> None:
    """List the hidden films."""
    with open_client(user) as client:
        page = client.call(list_hidden, Paged(n))
    if use_json:
        print_json(page)
        return
    from camflix.cli.own_views import show_hidden  # noqa: PLC0415 - rich

    show_hidden(page)


@app.command(cls=TranslatedCommand, help=_("Hide a film from every list."))
def add(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Hide a film."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        state = client.call(hide, MovieRef(movie.id))
    if use_json:
        print_json(state)
    else:
        print_words(_("{film}: hidden", film=title_of(state.movie)))


@app.command(cls=TranslatedCommand, help=_("Let a film be shown again."))
def remove(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Let a film be shown again."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        state = client.call(unhide, MovieRef(movie.id))
    if use_json:
        print_json(state)
    else:
        print_words(_("{film}: shown again", film=title_of(state.movie)))
