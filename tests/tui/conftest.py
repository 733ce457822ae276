"""An app over the sample community, with a clock that stands still; nothing in it is made up for the tests."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlalchemy import select, update
from textual.events import Paste

from camflix import display
from camflix.bootstrap import CamFlix
from camflix.cli.importing import LocalImporter
from camflix.client.local import LocalClient
from camflix.errors import StorageError
from camflix.models import Rating, RatingChange
from camflix.models.base import table_of
from camflix.settings import load_settings
from camflix.tui.app import CamFlixApp
from camflix.tui.preferences import Preferences
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection
    from textual.pilot import Pilot

    from camflix.client import Client
    from camflix.operations import Operation
    from camflix.results import ScoreDisplay
    from tests.conftest import Home

_HERE = Path(__file__).parent
Input = TypeVar("Input")
Result = TypeVar("Result")

SETTLED = "settled"
"""Stands among keys where somebody would wait for what the one before does."""
_MOST_ROUNDS = 400
_QUIET_ROUNDS = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let two processes of several take these tests, from the start: they mostly wait, the others compute."""
    items.sort(key=lambda item: _HERE not in item.path.parents)
    for item in items:
        if _HERE in item.path.parents:
            half = "pictures" if item.path.stem == "test_snapshots" else "tui"
            item.add_marker(pytest.mark.xdist_group(half))


class Unplugged:
    """A client whose cable can be pulled: then every call fails as a database does that is not there."""

    is_unplugged = False

    def __init__(self, client: Client) -> None:
        self._client = client

    def call(self, operation: Operation[Input, Result], body: Input) -> Result:
        if type(self).is_unplugged:
            raise StorageError(
                "The database cannot be reached: {reason}.", hint="Try again when it is back.", reason="unplugged"
            )
        return self._client.call(operation, body)


@pytest.fixture(scope="session")
def demo_database(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample community predicted by Classic: integers, the same digits in every picture on any machine."""
    copy = tmp_path_factory.mktemp("classic") / "camflix.db"
    shutil.copy(demo_database, copy)
    environment = {"HOME": str(copy.parent), "DATABASE_URL": f"sqlite:///{copy}"}
    camflix = CamFlix(load_settings(environment), "fr", lambda: NOW)
    with camflix.transaction(writes=True) as services:
        services.engine.choose("classic", "hand")
        _as_of_now(services.users._session.connection(), services.users.id_of("demo"))
    camflix.refresh_engine()
    camflix.close()
    return copy


def _as_of_now(connection: Connection, user_id: int) -> None:
    """Let what a person rated just now have been rated in the hour before the tests' own now, in the same order."""
    moments = {Rating: ("created_at", "updated_at"), RatingChange: ("changed_at",)}
    for model, names in moments.items():
        table = table_of(model)
        rows = connection.execute(select(table).where(table.c.user_id == user_id)).mappings().all()
        begin = NOW - timedelta(hours=1) - min(row[names[0]] for row in rows)
        for row in rows:
            this = [column == row[column.name] for column in table.primary_key]
            connection.execute(update(table).where(*this).values({name: row[name] + begin for name in names}))


@pytest.fixture
def cable() -> Iterator[type[Unplugged]]:
    """Yield the cable between the app and its database, plugged in."""
    Unplugged.is_unplugged = False
    yield Unplugged
    Unplugged.is_unplugged = False


@pytest.fixture
def make_app(demo: Home, cable: type[Unplugged]) -> Callable[..., CamFlixApp]:
    """Return a function that makes the app of a user of the sample community."""
    return app_maker(cable)


@pytest.fixture
def make_first_app(home: Home, cable: type[Unplugged]) -> Callable[..., CamFlixApp]:
    """Return a function that makes the app over a database in which nothing is yet."""
    return app_maker(cable)


def app_maker(cable: type[Unplugged]) -> Callable[..., CamFlixApp]:
    def make(user: str | None = "demo", poster_base_url: str = "", **preferences: Any) -> CamFlixApp:
        settings = load_settings(os.environ)

        @contextmanager
        def connect(language: str) -> Iterator[Client]:
            camflix = CamFlix(settings, language, lambda: NOW)
            yield cable(LocalClient(camflix, user, "newcomer"))
            camflix.close()

        importer = LocalImporter(user)
        chosen = Preferences(**preferences)
        return CamFlixApp(connect, settings.paths, importer, chosen, lambda: NOW, poster_base_url)

    return make


@pytest.fixture
def shown_as(demo: Home) -> Iterator[Callable[[ScoreDisplay], None]]:
    """Yield a function by which the user of the sample community chooses how scores are shown."""

    def choose(chosen: ScoreDisplay) -> None:
        camflix = CamFlix(load_settings(os.environ), "fr", lambda: NOW)
        with camflix.transaction(writes=True) as services:
            services.settings.change(services.users.id_of("demo"), score_display=chosen)
        camflix.close()

    yield choose
    display.use_display("100")


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is asked or drawn any more."""
    app = pilot.app
    assert isinstance(app, CamFlixApp)
    n_quiet = 0
    for _round in range(_MOST_ROUNDS):
        await asyncio.sleep(0.01)
        n_quiet = 0 if _is_busy(app) else n_quiet + 1
        # The longest pause of a screen before it asks is the one after a letter.
        if n_quiet > _QUIET_ROUNDS:
            # Asks every widget whether it is done, which is too much for each round.
            await pilot.pause(0.0)
            if not _is_busy(app):
                return
            n_quiet = 0
    raise TimeoutError(shown(app))


def _is_busy(app: CamFlixApp) -> bool:
    return bool(app.calls.n_waiting) or any(not worker.is_finished for worker in app.workers)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys as fast as they can be pressed, then wait until all is answered; where ``SETTLED`` stands, too."""
    rest = list(keys)
    while SETTLED in rest:
        place = rest.index(SETTLED)
        await press(pilot, *rest[:place])
        del rest[: place + 1]
    await pilot.press(*rest)
    await settle(pilot)


async def paste(pilot: Pilot[None], text: str, *keys: str) -> None:
    """Put a text into the field that is open, all at once as a terminal does, then press keys."""
    pilot.app.post_message(Paste(text))
    await press(pilot, *keys)


def shown(app: CamFlixApp) -> str:
    """Return the words on the screen, line by line."""
    width, height = app.size
    del width
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips[:height])
