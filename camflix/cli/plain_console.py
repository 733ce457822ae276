"""Where tables are printed: whatever words stand in them, they do not move the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

from camflix.controls import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class PlainConsole(Console):
    """A console that leaves out of words what would move the terminal; Rich counts no cell for it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the pieces of something, their words plain."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else plain(text), style, control)
