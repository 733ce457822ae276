"""The app of somebody signed in to a server: the same screens over the network, and no database loaded here."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from camflix.cli.terminal_app import app_for
from camflix.client.login import save_login
from camflix.errors import NotAllowedError
from tests.architecture.tree import PACKAGE
from tests.server.conftest import live, postgresql_url, shared_postgresql_url, world
from tests.tui.conftest import press, settle, shown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.live import LiveServer
    from tests.services.world import World

__all__ = ["live", "postgresql_url", "shared_postgresql_url", "world"]

_START = """
import asyncio, sys
from camflix.cli.terminal_app import app_for

async def main():
    app = app_for(None)
    async with app.run_test() as pilot:
        for _ in range(100):
            await pilot.pause(0.05)
            if app.username:
                break
        print(app.username, "sqlalchemy" in sys.modules)

asyncio.run(main())
"""


@pytest.fixture
def films(world: World, live: LiveServer, tmp_path: Path) -> list[int]:
    """Return the films of the server's community; ``zoe`` has rated seven, and is signed in here."""
    _users, films = world.community()
    zoe = world.user("zoe", privacy="private")
    world.rate_all(zoe, {film: 92 - 11 * position for position, film in enumerate(films[:7])})
    save_login(tmp_path / "xdg" / "state" / "camflix", live.login("zoe"))
    return films


def test_lists_and_ratings_are_those_of_the_server(films: list[int], world: World) -> None:
    async def look() -> None:
        app = app_for(None)
        async with app.run_test(size=(100, 30)) as pilot:
            await settle(pilot)
            assert "Film" in shown(app)
            assert app.importer is None
            await press(pilot, "8", "0", "enter")
            await settle(pilot)

    asyncio.run(look())
    with world.camflix.transaction(writes=False) as services:
        page = services.ratings.page(services.users.id_of("zoe"), "zoe")
    assert page.n_ratings == 8
    assert 80 in [rated.score for rated in page.ratings]


@pytest.mark.usefixtures("films")
def test_one_acts_as_nobody_else_there() -> None:
    with pytest.raises(NotAllowedError):
        app_for("bob")


@pytest.mark.usefixtures("films")
def test_nothing_of_a_database_is_loaded() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, check=True, text=True, env=environment)
    assert done.stdout.split() == ["zoe", "False"]
