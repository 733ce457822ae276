"""``camflix tui``."""

from __future__ import annotations

from camflix.cli.session import UserOption
from camflix.cli.terminal_app import open_app
from camflix.cli.tree import TranslatedCommand, new_app

app = new_app()


@app.command(cls=TranslatedCommand)
def tui(user: UserOption = None) -> None:
    """Open the terminal app."""
    open_app(user)
