"""``camflix similar FILM``."""

from __future__ import annotations

from typing import Annotated

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import count_option, film_argument
from camflix.i18n import _
from camflix.operations import resolve_movie
from camflix.operations import similar as operation
from camflix.operations.inputs import AskSimilar, ResolveMovie

app = new_app()


@app.command(cls=TranslatedCommand)
def similar(
    film: Annotated[str, film_argument()],
    n: Annotated[int, count_option(_("How many films."))] = 10,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """List the films most like one."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        found = client.call(operation, AskSimilar(movie.id, n))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.advice_views import show_similar  # noqa: PLC0415 - rich

    show_similar(found)
