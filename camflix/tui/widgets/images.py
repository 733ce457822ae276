"""Posters in pixels, by textual-image, whose way of asking and writing is led through the app.

Left to itself it asks the terminal what it can do when it is imported, reading the answer from where keys are read, and
writes pictures past the app, into the midst of what is being drawn. Here it is told the size of a cell, finds no
terminal to ask, and hands over what it would have written.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

from camflix.tui.pictures import cell_pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.geometry import Region
    from textual.strip import Strip
    from textual.widget import Widget

    from camflix.posters.pictures import Picture

_USUAL_CELL = (10, 20)


@contextmanager
def _no_terminal() -> Iterator[StringIO]:
    """Yield what is written to the terminal meanwhile by who would write to it straight; nobody can ask it anything."""
    before, kept = sys.__stdout__, StringIO()
    sys.__stdout__ = kept  # type: ignore[misc,assignment] # final by convention only
    try:
        yield kept
    finally:
        sys.__stdout__ = before  # type: ignore[misc]


@contextmanager
def _cell_told() -> Iterator[None]:
    """Tell the size of a cell by the variables that textual-image reads where there is no terminal to ask."""
    cell = cell_pixels() or _USUAL_CELL
    names = ("TEXTUAL_CELL_WIDTH", "TEXTUAL_CELL_HEIGHT")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict(zip(names, map(str, cell), strict=True)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


with _no_terminal(), _cell_told():
    from textual_image.renderable import TGPImage as KittyRenderable
    from textual_image.widget import SixelImage, TGPImage


class KittyImage(TGPImage, Renderable=KittyRenderable):
    """A picture by the protocol of kitty, sent in its turn between what else is drawn."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw; the picture itself goes ahead of the cells that stand for it."""
        with _no_terminal() as sent:
            lines = super().render_lines(crop)
        self._send(sent.getvalue())
        return lines

    def on_unmount(self) -> None:
        """Have the terminal forget the picture."""
        with _no_terminal() as sent:
            self.image = None
        self._send(sent.getvalue())

    def _send(self, text: str) -> None:
        driver = self.app._driver  # noqa: SLF001 - the one way to the terminal that keeps the order
        if text and driver is not None:
            driver.write(text)


def image_widget(picture: Picture, way: str) -> Widget:
    """Return a widget that shows a picture in ``kitty``'s way or by ``sixel``."""
    return KittyImage(picture) if way == "kitty" else SixelImage(picture)
