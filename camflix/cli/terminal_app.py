"""Opens the terminal app. Nothing here loads Typer: the app paints first."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from camflix import i18n
from camflix.cli.language import language_of
from camflix.client.login import Login, acts_as_nobody_else, load_login
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from camflix.client import Client
    from camflix.settings import Settings
    from camflix.tui.app import CamFlixApp
    from camflix.tui.importing import Importer

    Connect = Callable[[str], AbstractContextManager[Client]]


_SWITCH_SECONDS = 0.001


class LazyImporter:
    """An importer that is made when a file is chosen: what it takes need not be loaded before the first paint."""

    def __init__(self, make: Callable[[], Importer]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        """Return a method of the importer."""
        return getattr(self._make(), name)


def open_app(username: str | None) -> None:
    """Open the terminal app for a user, the local profile when None; errors are those of ``app_for``.

    The process ends with 1 when something that was ordered could not be saved.
    """
    # Looking for cycles among what imports make would cost a tenth of the start; app.on_mount turns it on again.
    gc.disable()
    # Whoever waits on the event loop's thread for the interpreter gets it after a millisecond, not five.
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = app_for(username)
    with suppress(KeyboardInterrupt):
        app.run()
    code = 1 if app.has_lost else app.return_code or 0
    if not app.calls.is_closed:
        # A call that waits for an answer cannot be broken off, and its thread would keep the process.
        sys.stdout.flush()
        os._exit(code)
    if code:
        sys.exit(code)


def app_for(username: str | None) -> CamFlixApp:
    """Return the terminal app for a user, the local profile when None.

    Whoever is signed in to a server sees what is there.

    Raises:
        SettingsError: a setting, or a key remapped, cannot be used.
        NotAllowedError: another user was asked for on a server.
    """
    from camflix.tui.app import CamFlixApp  # noqa: PLC0415 - Textual
    from camflix.tui.preferences import load_preferences  # noqa: PLC0415 - Textual

    settings = load_settings()
    i18n.use_language(language_of(settings))
    login = load_login(settings.paths.state)
    if login is None:
        connect, importer = _here(settings, username), LazyImporter(partial(_importer_here, username))
    else:
        if username not in {None, login.username}:
            raise acts_as_nobody_else(login)

        def tell(text: str) -> None:
            # Called in a thread of the app's.
            app.pass_on(text)

        connect = _there(login, settings, tell)
        importer = LazyImporter(partial(_importer_there, connect, i18n.current_language()))
    preferences = load_preferences(settings.paths)
    app = CamFlixApp(connect, settings.paths, importer, preferences, poster_base_url=settings.poster_base_url)
    return app


def _importer_here(username: str | None) -> Importer:
    from camflix.cli.importing import LocalImporter  # noqa: PLC0415 - SQLAlchemy

    return LocalImporter(username)


def _importer_there(connect: Connect, language: str) -> Importer:
    from camflix.cli.importing import ServerImporter  # noqa: PLC0415 - SQLAlchemy

    return ServerImporter(partial(connect, language))


def _here(settings: Settings, username: str | None) -> Connect:
    """Return what connects to CamFlix in this process."""

    @contextmanager
    def connect(language: str) -> Iterator[Client]:
        # Called in a thread of the app's, after its first paint.
        from camflix.bootstrap import CamFlix  # noqa: PLC0415 - SQLAlchemy
        from camflix.cli.session import local_profile_name  # noqa: PLC0415 - Typer
        from camflix.client.local import LocalClient  # noqa: PLC0415 - SQLAlchemy

        camflix = CamFlix(settings, language)
        try:
            yield LocalClient(camflix, username, local_profile_name())
        finally:
            camflix.close()

    return connect


def _there(login: Login, settings: Settings, notice: Callable[[str], None]) -> Connect:
    """Return what connects to the server that one is signed in to."""

    @contextmanager
    def connect(language: str) -> Iterator[Client]:
        from camflix.client.remote import RemoteClient  # noqa: PLC0415 - httpx

        del language  # the server answers in the language of the account
        client = RemoteClient(login, settings.paths.state, notice=notice)
        try:
            yield client
        finally:
            client.close()

    return connect
