"""``camflix rescale --from 10``."""

from __future__ import annotations

from typing import Annotated

import typer

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _, plural
from camflix.operations import rescale as operation
from camflix.operations.inputs import Rescale

app = new_app()


@app.command(cls=TranslatedCommand)
def rescale(
    from_max: Annotated[
        int, typer.Option("--from", metavar=_("NUMBER"), min=1, max=99, help=_("The upper end of the scale you used."))
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only say what would become of each score."))] = False,
    user: UserOption = None,
    use_json: JsonOption = False,
) -> None:
    """Bring one's scores from a narrower scale to 0-100."""
    with open_client(user) as client:
        done = client.call(operation, Rescale(from_max, dry_run))
    if use_json:
        print_json(done)
        return
    for before, after in zip(done.before, done.after, strict=True):
        print_words(f"{before} → {after}")
    if dry_run:
        print_words(plural("{n} rating would change", "{n} ratings would change", done.n_changed))
    else:
        print_words(plural("{n} rating changed", "{n} ratings changed", done.n_changed))
