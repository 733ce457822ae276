"""``camflix engine show|set``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words, say
from camflix.cli.session import JsonOption, open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import N_, _
from camflix.results import EngineStatus

app = new_app(help=_("The engine that predicts."))

_CHOSEN_BY = {
    "default": N_("by default"),
    "hand": N_("by hand"),
    "holdout": N_("by how well it told held-out ratings"),
}

_NO_CHOICE = "default"


@app.command(cls=TranslatedCommand, help=_("Print which engine predicts, and since when."))
def show(use_json: JsonOption = False) -> None:
    """Print the engine's status."""
    with open_camflix() as camflix, camflix.transaction(writes=False) as services:
        status = services.engine.status()
    _print(status, use_json=use_json)


@app.command("set", cls=TranslatedCommand, help=_("Choose the engine that predicts. Each receipt names its engine."))
def set_(
    name: Annotated[
        str, typer.Argument(metavar=_("NAME"), help=_("The engine; default takes a choice back."), show_default=False)
    ],
    use_json: JsonOption = False,
) -> None:
    """Choose an engine."""
    with open_camflix() as camflix:
        with camflix.transaction(writes=True) as services:
            if name == _NO_CHOICE:
                services.engine.forget_choice()
            else:
                services.engine.choose(name, "hand")
        say(_("Learning tastes…"))
        camflix.refresh_engine(wait=True)
        with camflix.transaction(writes=False) as services:
            status = services.engine.status()
    _print(status, use_json=use_json)


@app.command(cls=TranslatedCommand, help=_("Learn tastes anew from nothing, the order of lists tuned."))
def refit(use_json: JsonOption = False) -> None:
    """Fit the engine thoroughly."""
    with open_camflix() as camflix:
        say(_("Learning tastes…"))
        camflix.refit_engine()
        with camflix.transaction(writes=False) as services:
            status = services.engine.status()
    _print(status, use_json=use_json)


def _print(status: EngineStatus, *, use_json: bool) -> None:
    if use_json:
        print_json(status)
        return
    print_words(_("{engine}, chosen {by}", engine=status.engine, by=_(_CHOSEN_BY[status.chosen_by])))
    if status.fitted_at is not None and not status.n_ratings:
        print_words(_("there are no ratings to learn from yet"))
    elif status.fitted_at is not None:
        when = f"{status.fitted_at:%Y-%m-%d %H:%M}"
        print_words(_("learnt from {n} ratings on {when} (UTC)", n=status.n_ratings, when=when))
    if status.preset == "fast":
        print_words(_("learnt fast, while somebody waited; camflix engine refit learns thoroughly"))
    print_words(_("engines: {names}", names=", ".join(status.engines)))
