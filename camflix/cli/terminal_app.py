"""Opens the terminal app. Nothing here loads Typer: the app paints first."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from camflix import i18n
from camflix.cli.language import language_of
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.client import Client


_SWITCH_SECONDS = 0.001


class LazyImporter:
    """The importer of this machine, loaded when a file is chosen: it needs SQLAlchemy and numpy."""

    def __init__(self, username: str | None) -> None:
        self._username = username

    def __getattr__(self, name: str) -> Any:
        """Return a method of the importer."""
        from camflix.cli.importing import LocalImporter  # noqa: PLC0415 - SQLAlchemy

        return getattr(LocalImporter(self._username), name)


def open_app(username: str | None) -> None:
    """Open the terminal app for a user, the local profile when None.

    Raises:
        SettingsError: a setting, or a key remapped, cannot be used.
    """
    # Looking for cycles among what imports make would cost a tenth of the start; app.on_mount turns it on again.
    gc.disable()
    # Whoever waits on the event loop's thread for the interpreter gets it after a millisecond, not five.
    sys.setswitchinterval(_SWITCH_SECONDS)
    from camflix.tui.app import CamFlixApp  # noqa: PLC0415 - Textual
    from camflix.tui.preferences import load_preferences  # noqa: PLC0415 - Textual

    settings = load_settings()
    i18n.use_language(language_of(settings))

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

    CamFlixApp(connect, settings.paths, load_preferences(settings.paths), LazyImporter(username)).run()
