"""``camflix tui``."""

from __future__ import annotations

from camflix.cli.session import UserOption
from camflix.cli.start import is_on_terminal
from camflix.cli.terminal_app import open_app
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.errors import InvalidInputError

app = new_app()


@app.command(cls=TranslatedCommand)
def tui(user: UserOption = None) -> None:
    """Open the terminal app."""
    if not is_on_terminal():
        raise InvalidInputError("The terminal app needs a terminal.", hint="See the commands with: camflix --help")
    open_app(user)
