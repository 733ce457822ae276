"""``camflix why FILM``."""

from __future__ import annotations

from typing import Annotated

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import film_argument
from camflix.operations import resolve_movie
from camflix.operations import why as operation
from camflix.operations.inputs import MovieRef, ResolveMovie

app = new_app()


@app.command(cls=TranslatedCommand)
def why(film: Annotated[str, film_argument()], user: UserOption = None, use_json: JsonOption = False) -> None:
    """Print a receipt."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        receipt = client.call(operation, MovieRef(movie.id))
    if use_json:
        print_json(receipt)
        return
    from camflix.cli.receipt import show_receipt  # noqa: PLC0415 - rich

    show_receipt(receipt)
