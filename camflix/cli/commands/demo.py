"""``camflix demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from camflix.cli.output import console, print_words, say
from camflix.cli.session import open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _, plural

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix

app = new_app()
_N = 10


@app.command(cls=TranslatedCommand)
def demo(
    remove: Annotated[bool, typer.Option("--remove", help=_("Remove the sample community instead."))] = False,
) -> None:
    """Load the sample community, learn one person's taste, show what CamFlix makes of it."""
    with open_camflix() as camflix:
        if remove:
            _remove(camflix)
            return
        say(_("Loading the sample community (generated people, real films)…"))
        with camflix.transaction(writes=True) as services:
            report = services.demo.load()
        say(_("{n} generated ratings, {new} of them new. Learning tastes…", n=report.rows, new=report.created))
        camflix.refresh_engine(wait=True)
        _show(camflix)


def _remove(camflix: CamFlix) -> None:
    with camflix.transaction(writes=True) as services:
        n_users = services.demo.remove()
    print_words(
        plural(
            "Removed: {n} generated person and all they rated.",
            "Removed: {n} generated people and all they rated.",
            n_users,
        )
    )


def _show(camflix: CamFlix) -> None:
    from camflix.cli import views  # noqa: PLC0415 - rich
    from camflix.cli.receipt import show_receipt  # noqa: PLC0415 - rich
    from camflix.client.local import LocalClient  # noqa: PLC0415 - SQLAlchemy
    from camflix.operations import inputs, list_ratings, recommend, twins, why  # noqa: PLC0415 - SQLAlchemy
    from camflix.services.users import DEMO_USERNAME  # noqa: PLC0415 - SQLAlchemy

    client = LocalClient(camflix, DEMO_USERNAME, DEMO_USERNAME)
    views.show_ratings(client.call(list_ratings, inputs.ListRatings()))
    views.show_twins(client.call(twins, inputs.AskTwins(_N)))
    found = client.call(recommend, inputs.AskRecommendations(_N))
    views.show_recommendations(found)
    if found.recommendations:
        best = found.recommendations[0].movie
        show_receipt(client.call(why, inputs.MovieRef(best.id)))
    console().print()
    print_words(
        _(
            "What next:\n"
            '  camflix rate "Alien (1979)" 95         your own first rating\n'
            "  camflix import letterboxd ratings.csv  or your whole history\n"
            "  camflix import movielens FOLDER        a real community (MovieLens)\n"
            "  camflix recommend                      the list for you\n"
            "  camflix why FILM --user demo           any other receipt\n"
            "  camflix demo --remove                  take the sample away again"
        )
    )
