"""``camflix search WORDS``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.exit_codes import ExitCode
from camflix.cli.output import print_json, say
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import count_option
from camflix.i18n import _
from camflix.operations import list_movies
from camflix.operations.inputs import ListMovies

app = new_app()


@app.command(cls=TranslatedCommand)
def search(
    words: Annotated[list[str], typer.Argument(metavar=_("WORDS…"), help=_("A title or a part of one."))],
    n: Annotated[int, count_option(_("How many films."))] = 20,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Find films by title."""
    query = " ".join(words)
    with open_client(user) as client:
        page = client.call(list_movies, ListMovies(query=query or " ", limit=n))
    if use_json:
        print_json(page)
    elif page.movies:
        from camflix.cli.views import show_movies  # noqa: PLC0415 - rich

        show_movies(page)
    if not page.movies:
        say(_("No film is called “{film}”.", film=query))
        raise typer.Exit(ExitCode.NOT_FOUND)
