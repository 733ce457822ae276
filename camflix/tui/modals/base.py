"""What opens over a screen: a box in the middle, closed by the key that goes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Container

from camflix.tui.drawing import wrapped
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette

_BOX, _EDGES = 72, 4
"""How wide a box is, and how much of that its border and padding take (camflix.tcss)."""
_LEAST_TITLE = 10
_MOST_LINES = 6


class Modal(CamFlixScreen):
    """A box over a screen; what is under it stays in sight, and takes no keys."""

    BINDINGS = bindings("app.back", "app.leave")

    @property
    def is_modal(self) -> bool:
        """Return that the screen under it takes no keys."""
        return True

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Container(id="box"):
            for number in range(len(self._title_lines())):
                yield OneLine(partial(self._title, number), classes="title")
            yield self.prompt
            yield from self.body()

    def _title_lines(self) -> list[str]:
        """Return the title, broken for the narrowest box there is in this terminal; a very long one is cut."""
        lines = wrapped(self.title_words, max(_LEAST_TITLE, min(_BOX, self.app.size.width * 94 // 100) - _EDGES))
        return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1] + " …"]

    def _title(self, number: int, _width: int, palette: Palette) -> Pieces:
        lines = self._title_lines()
        return [(lines[number], palette.title)] if number < len(lines) else []

    def action_app_back(self) -> None:
        """Close."""
        self.app.pop_screen()

    def action_app_leave(self) -> None:
        """Leave CamFlix."""
        self.camflix.action_app_leave()

    def draw_top(self) -> None:
        """Draw nothing: the top line is that of the screen under this box."""
