"""``camflix whoami``."""

from __future__ import annotations

from camflix.cli.output import print_json, print_words, say
from camflix.cli.session import JsonOption, UserOption, open_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _, plural
from camflix.operations import whoami as operation
from camflix.operations.inputs import Nothing

app = new_app()


@app.command(cls=TranslatedCommand)
def whoami(user: UserOption = None, use_json: JsonOption = False) -> None:
    """Tell who one is, and where."""
    with open_client(user) as client:
        account = client.call(operation, Nothing())
        login = getattr(client, "login", None)
        n_waiting = len(client.queue.waiting()) if login is not None else 0  # type: ignore[attr-defined]
    if use_json:
        print_json(account)
    elif login is None:
        print_words(_("{name}, on this machine", name=account.username))
    else:
        print_words(_("{name}, on {url} (scope {scope})", name=account.username, url=login.url, scope=account.scope))
    if n_waiting:
        say(plural("{n} write waits to be sent.", "{n} writes wait to be sent.", n_waiting))
