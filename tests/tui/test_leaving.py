"""Leaving: what was ordered is carried out or kept, what is lost is said, and nothing keeps one for ever."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sqlite3
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from camflix.cli.importing import LocalImporter
from camflix.client.login import Login, save_login
from camflix.client.queue import WriteQueue
from camflix.tui import calls
from camflix.tui.screens.discover import Discover
from tests.cli.running import answer
from tests.server.conftest import live, postgresql_url, shared_postgresql_url, world
from tests.tui.conftest import press, settle
from tests.tui.test_tmux import Tmux
from tests.tui.test_walk import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camflix.results import ImportReport
    from camflix.tui.app import CamFlixApp
    from camflix.tui.importing import Preview
    from tests.conftest import Home
    from tests.server.live import LiveServer
    from tests.services.world import World
    from tests.tui.test_walk import Make

__all__ = ["live", "postgresql_url", "shared_postgresql_url", "world"]

in_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")


class Relay:
    """A way to a server that can be cut, as when the server is killed, or freeze, as when it is stopped."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.is_frozen = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.create_connection(self._to)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.is_frozen:
                    sink.sendall(data)

    def cut(self) -> None:
        # A thread that waits in accept() keeps the port open until it is told.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def relay(world: World, live: LiveServer, tmp_path: Path) -> Iterator[Relay]:
    """Yield the way to a server on which ``zoe`` is signed in here and has rated seven films."""
    _users, films = world.community()
    zoe = world.user("zoe", privacy="private")
    world.rate_all(zoe, {film: 92 - 11 * position for position, film in enumerate(films[:7])})
    made = Relay(int(live.url.rpartition(":")[2]))
    save_login(tmp_path / "xdg" / "state" / "camflix", Login(made.url, "zoe", live.token("zoe")))
    yield made
    made.cut()


@pytest.fixture
def terminals() -> Iterator[Callable[..., Tmux]]:
    """Yield a function that opens the app in a terminal."""
    made: list[Tmux] = []

    def open_in_terminal(*arguments: str) -> Tmux:
        made.append(Tmux(*arguments, tells_end=True))
        return made[-1]

    yield open_in_terminal
    for each in made:
        each.close()


def test_however_many_orders_wait_when_one_leaves_each_is_carried_out(make_app: Make) -> None:
    done: list[int] = []

    async def leave() -> CamFlixApp:
        app = make_app()
        async with app.run_test() as pilot:
            await settle(pilot)

            def order(number: int) -> None:
                time.sleep(0.1)
                done.append(number)

            for number in range(4):
                app.tell(lambda _asks, number=number: order(number), lambda _answer: None)  # type: ignore[misc]
            await pilot.pause(0.05)
            app.exit()
        return app

    app = asyncio.run(leave())
    assert done == [0, 1, 2, 3]
    assert not app.has_lost
    assert app.calls.is_closed


def test_a_score_that_cannot_be_saved_any_more_is_named_on_the_terminal(
    make_app: Make, cable: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calls, "_TRIED_SECONDS", 0.6)

    async def leave() -> CamFlixApp:
        app = make_app(language="en")
        async with app.run_test(size=(100, 30)) as pilot:
            await settle(pilot)
            cable.is_unplugged = True
            film = screen(pilot, Discover).film
            for key in ("3", "4", "enter", "ctrl+q"):
                app.simulate_key(key)
            await pilot.pause(0.05)
        said = capsys.readouterr().err
        assert f"{film.title} ({film.year}): 34 was not saved." in said
        assert "Try again when it is back." in said
        return app

    app = asyncio.run(leave())
    assert app.has_lost


@pytest.mark.long
def test_an_import_goes_on_to_its_end_when_one_leaves(
    make_app: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("Heat,1995,x,4.5", "Alien,1979,x,3.5", "Solaris,1972,x,4")
    (tmp_path / "ratings.csv").write_text(
        "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(f"2024-01-01,{row}\n" for row in rows)
    )
    begun = threading.Event()

    class Late(LocalImporter):
        """Begins when the app is left."""

        def bring_in(self, preview: Preview, progress: Callable[[int], None]) -> ImportReport:
            begun.set()
            end = time.monotonic() + 20
            while app.screen_stack and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(0.6)
            return super().bring_in(preview, progress)

    async def leave() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            await settle(pilot)
            await press(pilot, "I", "f", "ctrl+u", *"ratings.csv", "enter")
            await pilot.press("G", "enter")
            assert await asyncio.to_thread(begun.wait, 10)
            await pilot.press("ctrl+q")

    app = make_app(language="en")
    app.importer = Late("demo")
    asyncio.run(leave())
    said = capsys.readouterr().err
    assert "ratings.csv is still being imported." in said
    assert "ratings.csv: 3 ratings imported." in said
    assert not app.has_lost
    assert "1979" in answer("ratings", "--user", "demo", "--filter", "alien").out


@pytest.mark.long
@in_tmux
def test_a_score_waits_for_another_program_to_let_go_of_the_database(
    demo: Home, terminals: Callable[..., Tmux]
) -> None:
    terminal = terminals("tui", "--user", "demo")
    terminal.see("ratings of yours")
    other = sqlite3.connect(demo.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    count = "SELECT count(*) FROM rating WHERE score = 34"
    (before,) = other.execute(count).fetchone()
    terminal.press("3", "4", "Enter", "C-q")
    terminal.see("Not all that was ordered is saved yet")
    # Longer than a writer waits by itself.
    time.sleep(11)
    other.execute("COMMIT")
    terminal.see("ended with status 0")
    assert other.execute(count).fetchone() == (before + 1,)
    other.close()


@pytest.mark.long
@in_tmux
def test_a_score_given_just_after_the_server_went_is_kept(
    relay: Relay, terminals: Callable[..., Tmux], tmp_path: Path
) -> None:
    terminal = terminals()
    terminal.see("Film")
    terminal.see("zoe")
    relay.cut()
    terminal.press("7", "7", "Enter", "C-q")
    terminal.see("ended with status 0")
    assert "This is kept here" in terminal.screen()
    login = Login(relay.url, "zoe", "")
    waiting = WriteQueue(login.folder(tmp_path / "xdg" / "state" / "camflix")).waiting()
    assert [write.body["score"] for write in waiting] == [77]


@pytest.mark.long
@in_tmux
def test_nobody_waits_for_a_question_when_leaving(relay: Relay, terminals: Callable[..., Tmux]) -> None:
    terminal = terminals()
    terminal.see("Film")
    terminal.see("zoe")
    relay.is_frozen = True
    began = time.monotonic()
    terminal.press("F5")
    time.sleep(0.3)
    terminal.press("C-q")
    terminal.see("ended with status 0")
    assert time.monotonic() - began < 10
