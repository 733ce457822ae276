"""``camflix logout``."""

from __future__ import annotations

from camflix.cli.output import print_words, say
from camflix.cli.session import remote_client
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.errors import CamFlixError, NotFoundError
from camflix.i18n import _, plural
from camflix.i18n import say as sentence
from camflix.settings import load_settings

app = new_app()


@app.command(cls=TranslatedCommand)
def logout() -> None:
    """Revoke the token and forget the server; commands work on this machine again."""
    from camflix.client.login import forget_login, load_login  # noqa: PLC0415 - msgspec
    from camflix.operations import sign_out  # noqa: PLC0415
    from camflix.operations.inputs import Nothing  # noqa: PLC0415

    state = load_settings().paths.state
    login = load_login(state)
    if login is None:
        raise NotFoundError("You are signed in to no server.")
    with remote_client(login) as client:
        try:
            if not client.queue.is_empty():
                client.replay()
            client.call(sign_out, Nothing())
        except CamFlixError as error:
            say(_("The token could not be revoked: {reason} It ends by itself.", reason=sentence(error)))
        n_waiting = len(client.queue.waiting())
    forget_login(state)
    if n_waiting:
        say(
            plural(
                "{n} write waits here until you sign in there again.",
                "{n} writes wait here until you sign in there again.",
                n_waiting,
            )
        )
    print_words(_("Signed out of {url}.", url=login.url))
