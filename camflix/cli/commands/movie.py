"""``camflix movie FILM``."""

from __future__ import annotations

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import FilmArgument
from camflix.i18n import _
from camflix.operations import get_movie, rating_history, resolve_movie
from camflix.operations.inputs import MovieRef, ResolveMovie

app = new_app(help=_("One film: what is known of it, and how your rating came to be."))


@app.command(cls=TranslatedCommand, help=_("A film with all that is known of it."))
def show(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Show a film."""
    with open_client(user) as client:
        found = client.call(get_movie, MovieRef(client.call(resolve_movie, ResolveMovie(film)).id))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_movie  # noqa: PLC0415 - rich

    show_movie(found)


@app.command(cls=TranslatedCommand, help=_("How your rating of a film came to be."))
def history(film: FilmArgument, user: UserOption = None, use_json: JsonOption = False) -> None:
    """Show how a rating came to be."""
    with open_client(user) as client:
        found = client.call(rating_history, MovieRef(client.call(resolve_movie, ResolveMovie(film)).id))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.own_views import show_history  # noqa: PLC0415 - rich

    show_history(found)
