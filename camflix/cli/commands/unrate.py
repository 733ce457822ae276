"""``camflix unrate FILM``."""

from __future__ import annotations

from typing import Annotated

from camflix import display
from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import film_argument, title_of
from camflix.i18n import _
from camflix.operations import resolve_movie
from camflix.operations import unrate as operation
from camflix.operations.inputs import MovieRef, ResolveMovie

app = new_app()


@app.command(cls=TranslatedCommand)
def unrate(film: Annotated[str, film_argument()], user: UserOption = None, use_json: JsonOption = False) -> None:
    """Remove a rating; undo brings it back."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        removed = client.call(operation, MovieRef(movie.id))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(removed)
    else:
        title, score = title_of(removed.movie), display.given(removed.previous_score)
        print_words(_("{film}: rating removed (was {score})", film=title, score=score))
