"""``camflix profile``."""

from __future__ import annotations

from camflix.cli.output import print_json
from camflix.cli.session import JsonOption, UserOption, open_client, use_chosen_display
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.operations import profile as operation
from camflix.operations.inputs import AskProfile

app = new_app()


@app.command(cls=TranslatedCommand)
def profile(user: UserOption = None, use_json: JsonOption = False) -> None:
    """Show one's own profile."""
    with open_client(user) as client:
        found = client.call(operation, AskProfile())
        if not use_json:
            use_chosen_display(client)
    if use_json:
        print_json(found)
        return
    from camflix.cli.views import show_profile  # noqa: PLC0415 - rich

    show_profile(found)
