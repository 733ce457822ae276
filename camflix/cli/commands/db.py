"""``camflix db upgrade``."""

from __future__ import annotations

from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption, open_camflix
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _

app = new_app(help=_("The database."))


@app.callback()
def _group() -> None:
    """Keep ``upgrade`` a command of a group, though it is the only one yet."""


@app.command(cls=TranslatedCommand, help=_("Bring the database to the newest schema. Back it up first."))
def upgrade(use_json: JsonOption = False) -> None:
    """Upgrade the schema."""
    with open_camflix() as camflix:
        before, after = camflix.upgrade_schema()
    if use_json:
        print_json({"before": before, "after": after})
    elif before == after:
        print_words(_("The database is up to date (revision {after}).", after=after))
    else:
        print_words(_("The database went from revision {before} to {after}.", before=before or "-", after=after))
