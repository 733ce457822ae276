"""Posters for screens: which way this terminal can show one, and getting one without anybody waiting.

What a terminal can do is told by what it says of itself in the environment. It is never asked: its answer would come
among the keys that are being typed, or, over a slow line, after whoever asked has gone (docs/adr/0013-posters.md).
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from queue import LifoQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camflix.posters.pictures import Picture

WAYS = ("auto", "kitty", "sixel", "halfblocks", "none")
DEFAULT_WAY = WAYS[0]
_MULTIPLEXERS = ("tmux", "screen")
_KITTY = frozenset({"xterm-kitty", "xterm-ghostty"})
_SIXEL = ("foot", "mlterm", "contour")
_SIXEL_PROGRAMS = frozenset({"WezTerm", "iTerm.app"})
_PLAIN = ("dumb", "linux", "vt")


def way_of(chosen: str, environment: Mapping[str, str], *, no_color: bool, knows_pixels: bool) -> str:
    """Return how posters are shown: one of ``WAYS`` but ``auto``.

    Args:
        chosen: one of ``WAYS``.
        environment: of the process, in which the terminal says what it is.
        no_color: whether colours are not wanted; then there is no picture worth showing.
        knows_pixels: whether the terminal says how many pixels a cell has; a sixel picture of a guessed size would
            cover the words beside it.
    """
    if chosen != DEFAULT_WAY:
        return chosen
    name, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if no_color or name.startswith(_PLAIN):
        return "none"
    # They pass on the variables of the terminal they were started in, not its pictures.
    if "TMUX" in environment or "STY" in environment or name.startswith(_MULTIPLEXERS):
        return "halfblocks"
    if name in _KITTY:
        return "kitty"
    if knows_pixels and (name.startswith(_SIXEL) or program in _SIXEL_PROGRAMS):
        return "sixel"
    return "halfblocks"


def cell_pixels() -> tuple[int, int] | None:
    """Return the width and height of a cell in pixels, None where the system does not know."""
    try:
        from fcntl import ioctl  # noqa: PLC0415 - not on every system
        from struct import unpack  # noqa: PLC0415
        from termios import TIOCGWINSZ  # noqa: PLC0415

        assert sys.__stderr__ is not None  # Textual draws there
        lines, columns, width, height = unpack("4H", ioctl(sys.__stderr__.fileno(), TIOCGWINSZ, bytes(8)))
    except (ImportError, OSError, ValueError):
        return None
    if not (lines and columns and width >= columns and height >= lines):
        return None
    return width // columns, height // lines


class _Wish(NamedTuple):
    """A poster somebody waits for, in the loop in which they wait."""

    path: str
    way: str
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Picture | None]


class Pictures:
    """Gets posters in a thread that holds nobody up, not even whoever leaves the app.

    Args:
        folder: where they are kept.
        base: what their paths are put behind.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder
        self._base = base
        # The last wish first: whoever goes from film to film wants the one they have come to.
        self._wishes: LifoQueue[_Wish] = LifoQueue()
        self._thread: Thread | None = None

    async def picture(self, path: str, way: str) -> Picture | None:
        """Return a poster when it is there, None when there is none; ``way`` is how it will be shown."""
        loop = asyncio.get_running_loop()
        wish = _Wish(path, way, loop, loop.create_future())
        self._wishes.put(wish)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="camflix-posters", daemon=True)
            self._thread.start()
        return await wish.answer

    def _work(self) -> None:
        from camflix.posters import PosterCache, PosterStore  # noqa: PLC0415 - with the first poster

        store = PosterStore(PosterCache(self._folder), self._base)
        while True:
            wish = self._wishes.get()
            if wish.answer.cancelled():
                continue
            if wish.way in {"kitty", "sixel"}:
                from camflix.tui.widgets import images  # noqa: F401, PLC0415 - loaded here, for it takes a while

            picture = store.picture(wish.path)
            with suppress(RuntimeError):  # the app was left meanwhile
                wish.loop.call_soon_threadsafe(_answer, wish.answer, picture)


def _answer(answer: asyncio.Future[Picture | None], picture: Picture | None) -> None:
    if not answer.done():
        answer.set_result(picture)
