"""``camflix why FILM``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.cli.words import film_argument
from camflix.i18n import _
from camflix.operations import resolve_movie, why_listed
from camflix.operations import why as operation
from camflix.operations.inputs import MovieRef, ResolveMovie
from camflix.results import OrderReceipt

app = new_app()


@app.command(cls=TranslatedCommand)
def why(
    film: Annotated[str, film_argument()],
    listed: Annotated[bool, typer.Option("--listed", help=_("Why it stands where it does on the list."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Print a receipt."""
    with open_client(user) as client:
        movie = client.call(resolve_movie, ResolveMovie(film))
        if listed:
            _show_listed(client.call(why_listed, MovieRef(movie.id)), use_json=use_json)
            return
        receipt = client.call(operation, MovieRef(movie.id))
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(receipt)
        return
    from camflix.cli.receipt import show_receipt  # noqa: PLC0415 - rich

    show_receipt(receipt)


def _show_listed(receipt: OrderReceipt, *, use_json: bool) -> None:
    if use_json:
        print_json(receipt)
        return
    from camflix.cli.advice_views import show_order_receipt  # noqa: PLC0415 - rich

    show_order_receipt(receipt)
