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
from tests.tui.conftest import paste, press, settle, shown

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


@pytest.mark.long
def test_lists_and_ratings_are_those_of_the_server(films: list[int], world: World) -> None:
    async def look() -> None:
        app = app_for(None)
        async with app.run_test(size=(100, 30)) as pilot:
            await settle(pilot)
            assert "Film" in shown(app)
            await press(pilot, "8", "0", "enter")
            await settle(pilot)

    asyncio.run(look())
    with world.camflix.transaction(writes=False) as services:
        page = services.ratings.page(services.users.id_of("zoe"), "zoe")
    assert page.n_ratings == 8
    assert 80 in [rated.score for rated in page.ratings]


@pytest.mark.long
def test_a_file_is_looked_at_here_and_taken_there(films: list[int], world: World, tmp_path: Path) -> None:
    ratings = ((8, 4.0), (9, 4.5), (99, 5.0))
    lines = "".join(
        f"2026-01-02,Film {number},{1949 + number},https://boxd.it/x,{stars}\n" for number, stars in ratings
    )
    export = tmp_path / "ratings.csv"
    export.write_text("Date,Name,Year,Letterboxd URI,Rating\n" + lines)

    async def bring_in() -> str:
        app = app_for(None)
        async with app.run_test(size=(100, 40)) as pilot:
            await settle(pilot)
            await press(pilot, "I", "enter", "ctrl+u")
            await paste(pilot, str(tmp_path), "enter")
            assert "prend un seul fichier" in " ".join(shown(app).split())
            await press(pilot, "enter", "ctrl+u")
            await paste(pilot, str(export), "enter")
            assert "Film 99" in shown(app)
            await press(pilot, "G", "enter")
            return shown(app)

    report = asyncio.run(bring_in())
    with world.camflix.transaction(writes=False) as services:
        page = services.ratings.page(services.users.id_of("zoe"), "zoe")
    assert {(rated.movie.id, rated.score) for rated in page.ratings} >= {(films[7], 80), (films[8], 90)}
    assert page.n_ratings == 9
    assert "Film 99" in report


@pytest.mark.long
@pytest.mark.usefixtures("films")
def test_one_acts_as_nobody_else_there() -> None:
    with pytest.raises(NotAllowedError):
        app_for("bob")


@pytest.mark.long
@pytest.mark.usefixtures("films")
def test_nothing_of_a_database_is_loaded() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, check=False, text=True, env=environment)
    assert (done.returncode, done.stdout.split()) == (0, ["zoe", "False"]), done.stderr
