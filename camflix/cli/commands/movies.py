"""``camflix movies``."""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import Annotated

import typer

from camflix.cli.output import print_json, say
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import Watchlist, count_option, filter_option, watchlist_option
from camflix.i18n import _
from camflix.operations import list_movies
from camflix.operations.inputs import ListMovies

app = new_app()

_PAGE = 20


class Sort(StrEnum):
    """Orders of the catalogue."""

    RATINGS = "ratings"
    TITLE = "title"
    YEAR = "year"
    POPULARITY = "popularity"
    SCORE = "score"
    PREDICTED = "predicted"


@app.command(cls=TranslatedCommand)
def movies(
    n: Annotated[int, count_option(_("How many films."))] = _PAGE,
    sort: Annotated[Sort, typer.Option(help=_("The order of the list."))] = Sort.RATINGS,
    filter_: Annotated[str, filter_option()] = "",
    watchlist: Annotated[Watchlist, watchlist_option()] = Watchlist.ANY,
    reverse: Annotated[bool, typer.Option("--reverse", help=_("The other way round."))] = False,
    cursor: Annotated[str | None, typer.Option(metavar=_("CURSOR"), help=_("Go on where the last page ended."))] = None,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List the catalogue."""
    with open_client(user) as client:
        query = watchlist.in_query(filter_)
        page = client.call(list_movies, ListMovies(query, sort.value, n, cursor, reverse))
    if use_json:
        print_json(page)
        return
    from camflix.cli.views import show_movies  # noqa: PLC0415 - rich

    if page.movies or not query:
        show_movies(page)
    else:
        say(_("No film fits; ask for less with the filter."))
    if not page.movies and not query:
        say(_("The catalogue is empty. Fill it: camflix demo, or camflix import movielens FOLDER"))
    if page.next_cursor:
        options = {
            "-n": str(n) if n != _PAGE else "",
            "--sort": sort.value,
            "--filter": filter_,
            "--watchlist": watchlist.value if watchlist is not Watchlist.ANY else "",
            "--user": user or "",
            "--cursor": page.next_cursor,
        }
        words = [word for option, value in options.items() if value for word in (option, value)]
        command = shlex.join(("camflix", "movies", *words, *["--reverse"] * reverse))
        say(_("Next page: {command}", command=command))
