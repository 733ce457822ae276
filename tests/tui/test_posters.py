"""Posters beside a film: shown where there is room and the terminal can, waited for by nobody, missed by nobody."""

from __future__ import annotations

import base64
import fcntl
import os
import pty
import re
import select
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from contextlib import closing, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from camflix.tui.pictures import way_of
from camflix.tui.preferences import load_preferences, save_choice
from camflix.tui.screens.film import FilmScreen
from tests.cli.running import environment
from tests.posters.serving import BLUE, RED, Images, picture, serving
from tests.tui.conftest import press, settle, shown
from tests.tui.test_snapshots import SIZES, run_before_of
from tests.tui.test_tmux import Tmux
from tests.tui.test_walk import walk, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp
    from tests.conftest import Home

WIDE, NARROW = SIZES["120x36"], SIZES["80x24"]
OPEN_A_FILM = ("j", "enter")
HALF = "▀"
_MOST_SECONDS = 40


def give_posters(home: Home, path: str) -> None:
    """Give each film of a database a poster; nothing but TMDB's data does so in earnest."""
    with closing(sqlite3.connect(home.database)) as database, database:
        database.execute("UPDATE movie SET poster_path = ?", (path,))


@pytest.fixture
def images(demo: Home) -> Iterator[Images]:
    """Yield a server of posters, one of which every film of the sample community now has."""
    give_posters(demo, "/a.png")
    with serving() as server:
        server.pages = {"/a.png": picture(size=(185, 278))}
        yield server


@pytest.fixture
def make(make_app: Callable[..., CamFlixApp], images: Images) -> Callable[..., CamFlixApp]:
    def make(posters: str = "halfblocks", **preferences: Any) -> CamFlixApp:
        return make_app(language="en", posters=posters, poster_base_url=images.base, **preferences)

    return make


def poster_size(app: CamFlixApp) -> tuple[int, int]:
    """Return the columns and lines in which half blocks are on the screen."""
    lines = [line.count(HALF) for line in shown(app).splitlines() if HALF in line]
    return max(lines, default=0), len(lines)


class TestHowATerminalShowsThem:
    @pytest.mark.parametrize(
        ("environment", "way"),
        [
            ({"TERM": "xterm-256color"}, "halfblocks"),
            ({"TERM": "xterm-kitty"}, "kitty"),
            ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, "kitty"),
            ({"TERM": "foot"}, "sixel"),
            ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "sixel"),
            ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "3"}, "halfblocks"),
            ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-0/default,1,0"}, "halfblocks"),
            ({"TERM": "screen.xterm-256color", "TERM_PROGRAM": "WezTerm"}, "halfblocks"),
            ({"TERM": "foot", "STY": "1.pts"}, "halfblocks"),
            ({"TERM": "linux"}, "none"),
            ({"TERM": "dumb"}, "none"),
            ({}, "halfblocks"),
        ],
    )
    def test_is_told_by_what_it_says_of_itself(self, environment: dict[str, str], way: str) -> None:
        assert way_of("auto", environment, no_color=False, knows_pixels=True) == way

    def test_is_by_no_sixels_where_the_size_of_a_cell_is_not_known(self) -> None:
        assert way_of("auto", {"TERM": "foot"}, no_color=False, knows_pixels=False) == "halfblocks"

    def test_is_not_at_all_without_colours(self) -> None:
        assert way_of("auto", {"TERM": "xterm-kitty"}, no_color=True, knows_pixels=True) == "none"

    @pytest.mark.parametrize("chosen", ["kitty", "sixel", "halfblocks", "none"])
    def test_is_as_was_chosen(self, chosen: str) -> None:
        assert way_of(chosen, {"TERM": "linux"}, no_color=True, knows_pixels=False) == chosen


class TestWhatWasChosen:
    def test_by_hand_goes_before_in_the_app(self, make: Callable[..., CamFlixApp]) -> None:
        paths = make().paths
        save_choice(paths, "posters", "sixel")
        assert load_preferences(paths).first_posters == "sixel"
        paths.config.mkdir(parents=True)
        (paths.config / "tui.toml").write_text('posters = "none"\n')
        assert load_preferences(paths).first_posters == "none"

    def test_and_no_longer_exists_is_forgotten(self, make: Callable[..., CamFlixApp]) -> None:
        save_choice(make().paths, "posters", "aalib")
        assert load_preferences(make().paths).first_posters == "auto"

    @pytest.mark.long
    def test_in_settings_holds_for_the_film_that_is_open(self, make: Callable[..., CamFlixApp]) -> None:
        app = make()

        async def steps(pilot: Pilot[None]) -> None:
            await press(pilot, *OPEN_A_FILM)
            assert poster_size(app) == (24, 18)
            await press(pilot, "comma", "j", "j", "h")
            assert "not at all" not in words(pilot)
            await press(pilot, "l", "l")
            assert "not at all" in words(pilot)
            await press(pilot, "D")
            assert isinstance(app.screen, FilmScreen)
            assert poster_size(app) == (0, 0)

        walk(app, steps, WIDE)
        assert load_preferences(app.paths).first_posters == "none"


class TestTheFilm:
    @pytest.mark.long
    @pytest.mark.parametrize("size", SIZES)
    def test_looks_so(self, snap_compare: Any, make: Callable[..., CamFlixApp], size: str) -> None:
        assert snap_compare(make(), terminal_size=SIZES[size], run_before=run_before_of(OPEN_A_FILM))

    def test_is_told_whole_where_there_is_no_room_and_no_poster_is_fetched(
        self, make: Callable[..., CamFlixApp], images: Images
    ) -> None:
        async def steps(pilot: Pilot[None]) -> None:
            await press(pilot, *OPEN_A_FILM)
            assert "directed by" in words(pilot)
            assert HALF not in words(pilot)

        walk(make(), steps, (105, 36))
        assert images.asked == []

    @pytest.mark.long
    def test_gets_and_loses_its_poster_as_the_terminal_grows_and_shrinks(
        self, make: Callable[..., CamFlixApp], images: Images
    ) -> None:
        app = make()

        async def steps(pilot: Pilot[None]) -> None:
            await press(pilot, *OPEN_A_FILM)
            sizes = []
            for width, height in ((106, 36), (134, 40), (140, 30), (90, 36), (106, 17), (106, 16), (106, 36)):
                await pilot.resize_terminal(width, height)
                await settle(pilot)
                sizes.append(poster_size(app))
            assert sizes == [(24, 18), (36, 27), (24, 18), (0, 0), (16, 12), (0, 0), (24, 18)]

        walk(app, steps)
        assert images.asked == ["/a.png"]

    @pytest.mark.long
    @pytest.mark.parametrize("page", ["broken", "missing"])
    def test_is_told_whole_and_nothing_is_complained_of_where_the_poster_is(
        self, page: str, make: Callable[..., CamFlixApp], images: Images
    ) -> None:
        images.pages = {"/a.png": b"<html>"} if page == "broken" else {}

        async def steps(pilot: Pilot[None]) -> None:
            await press(pilot, *OPEN_A_FILM)
            assert "directed by" in words(pilot)
            assert HALF not in words(pilot)
            assert "poster" not in words(pilot)

        walk(make(), steps, WIDE)
        assert images.asked == ["/a.png"]

    @pytest.mark.long
    def test_waits_for_no_poster_and_neither_does_leaving(
        self, make: Callable[..., CamFlixApp], images: Images, demo: Home
    ) -> None:
        give_posters(demo, "/drip.png")

        async def steps(pilot: Pilot[None]) -> None:
            await pilot.press(*OPEN_A_FILM)
            while "directed by" not in words(pilot) or not images.asked:
                await pilot.pause(0.01)
            await pilot.press("8", "7", "enter")
            while "87" not in words(pilot):
                await pilot.pause(0.01)

        walk(make(), steps, WIDE)
        assert not images.ended.is_set()


@pytest.mark.long
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")
@pytest.mark.parametrize("way", ["auto", "kitty", "sixel", "none"])
def test_in_tmux_no_key_is_lost_and_no_stray_character_is_written(
    way: str, images: Images, make: Callable[..., CamFlixApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    page: list[str] = []

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *OPEN_A_FILM)
        page.extend(_words_of_page(words(pilot)))

    walk(make(posters="none"), steps, (80, 36))
    monkeypatch.setenv("POSTER_BASE_URL", images.base)
    save_choice(make().paths, "posters", way)
    terminal = Tmux("tui", "--user", "demo", size=WIDE)
    try:
        terminal.see("ratings of yours")
        terminal.press(*OPEN_A_FILM)
        terminal.see("What the people nearest")
        _until(lambda: _is_drawn(way, terminal.screen()))
        for key in ("8", "7"):
            terminal.press(key)
        terminal.see("(1964) 87")
        terminal.press("Escape")

        def is_whole() -> bool:
            # Of one look at the screen: the app may draw between two.
            screen = terminal.screen()
            return _words_of_page(screen) == page and _is_drawn(way, screen)

        _until(is_whole)
    finally:
        terminal.close()
    assert images.asked == ([] if way == "none" else ["/a.png"])


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _MOST_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _is_drawn(way: str, screen: str) -> bool:
    """Return whether the poster is; of one by sixels, which tmux keeps to itself, only the room made for it is seen."""
    body = screen.splitlines()[3:-1]
    if way == "sixel":
        return max(map(len, body)) < 100
    return {"auto": HALF, "kitty": _PLACEHOLDER, "none": ""}[way] in screen


def _words_of_page(screen: str) -> list[str]:
    """Return the lines between heading and foot, without what stands at the right of 78 columns."""
    return [line[:78].rstrip() for line in screen.splitlines()][2:-1]


class Terminal:
    """A terminal of the test's own with cells of 10 x 20 pixels, which answers nothing and keeps every byte."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.bytes = b""
        self._ours, theirs = pty.openpty()
        columns, lines = WIDE
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 10 * columns, 20 * lines))
        variables = environment(LANGUAGE_CODE="en", TERM=name, NO_COLOR=None, TMUX=None, STY=None, TERM_PROGRAM=None)
        command = [sys.executable, "-m", "camflix", *arguments]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
        )
        os.close(theirs)

    def see(self, pattern: bytes) -> re.Match[bytes]:
        end = time.monotonic() + _MOST_SECONDS
        while not (found := re.search(pattern, self.bytes, re.DOTALL)):
            assert time.monotonic() < end, f"{pattern!r} was not seen in\n{self.bytes[-3000:]!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self.bytes += os.read(self._ours, 65536)
        return found

    def press(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def ended(self) -> int:
        """Return the exit code once the program has ended."""
        while self._process.poll() is None:
            if select.select([self._ours], [], [], 0.1)[0]:
                with suppress(OSError):  # nobody is at the other end any more
                    self.bytes += os.read(self._ours, 65536)
        return self._process.returncode

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(
    images: Images, make: Callable[..., CamFlixApp], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Terminal]]:
    """Yield a function that opens the app in a terminal of a name."""
    opened: list[Terminal] = []
    monkeypatch.setenv("POSTER_BASE_URL", images.base)

    def open_app(name: str) -> Terminal:
        opened.append(Terminal(name, "tui", "--user", "demo"))
        return opened[-1]

    yield open_app
    for each in opened:
        each.close()


_PLACEHOLDER = "\U0010eeee"
_ASKED = re.compile(rb"\x1b\[c|\x1b\[1[46]t|\x1b_G[^;]*a=q")
"""What asks a terminal for its kind, its size in pixels, or whether it takes pictures."""


@pytest.mark.long
def test_kitty_gets_a_poster_whole_in_its_turn_and_is_asked_nothing(terminal: Callable[[str], Terminal]) -> None:
    kitty = terminal("xterm-kitty")
    kitty.see(b"ratings of yours")
    kitty.press(b"j\r")
    kitty.see(rb"\x1b_Ga=p,[^\x1b]*U=1[^\x1b]*\x1b\\.*" + _PLACEHOLDER.encode())
    parts = re.findall(rb"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\", kitty.bytes)
    with Image.open(BytesIO(base64.b64decode(b"".join(payload for _, payload in parts)))) as image:
        assert image.size == (240, 360)
        assert image.getpixel((120, 10)) == RED
        assert image.getpixel((120, 350)) == BLUE
    assert _ASKED.search(kitty.bytes) is None
    # On leaving the film the terminal may forget the picture.
    kitty.press(b"q")
    kitty.see(rb"\x1b_Ga=d,I=\d+\x1b\\")
    kitty.press(b"\r")
    kitty.see(rb"(\x1b_Ga=p.*){2}")
    kitty.press(b"\x11")
    assert kitty.ended() == 0
    assert b"Traceback" not in kitty.bytes


@pytest.mark.long
def test_a_terminal_with_sixels_gets_them_no_larger_than_their_place_and_is_asked_nothing(
    terminal: Callable[[str], Terminal],
) -> None:
    foot = terminal("foot")
    foot.see(b"ratings of yours")
    foot.press(b"j\r")
    found = foot.see(rb'\x1b\[(\d+);(\d+)H\x1bP0;0;0q"1;1;(\d+);(\d+)[^\x1b]*\x1b\\')
    line, column, width, height = map(int, found.groups())
    assert (width, height) == (240, 360)
    assert column - 1 + width // 10 <= WIDE[0]
    assert line - 1 + height // 20 <= WIDE[1]
    assert _ASKED.search(foot.bytes) is None
