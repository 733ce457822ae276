"""``camflix tui``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from camflix.cli.session import UserOption, local_profile_name
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.client import Client

app = new_app()


@app.command(cls=TranslatedCommand)
def tui(user: UserOption = None) -> None:
    """Open the terminal app."""
    run_tui(user)


class LazyImporter:
    """The importer of this machine, loaded when a file is chosen: it needs SQLAlchemy and numpy."""

    def __init__(self, username: str | None) -> None:
        self._username = username

    def __getattr__(self, name: str) -> Any:
        """Return a method of the importer."""
        from camflix.cli.importing import LocalImporter  # noqa: PLC0415 - SQLAlchemy

        return getattr(LocalImporter(self._username), name)


def run_tui(user: str | None) -> None:
    """Open the terminal app for a user, the local profile when None."""
    from camflix.tui.app import CamFlixApp  # noqa: PLC0415 - Textual
    from camflix.tui.preferences import load_preferences  # noqa: PLC0415 - Textual

    paths = load_settings().paths

    @contextmanager
    def connect(language: str) -> Iterator[Client]:
        # Called in a thread of the app's, after its first paint.
        from camflix.bootstrap import CamFlix  # noqa: PLC0415 - SQLAlchemy
        from camflix.client.local import LocalClient  # noqa: PLC0415 - SQLAlchemy

        camflix = CamFlix(load_settings(), language)
        try:
            yield LocalClient(camflix, user, local_profile_name())
        finally:
            camflix.close()

    CamFlixApp(connect, paths, load_preferences(paths), LazyImporter(user)).run()
