"""What opens over a screen: a box in the middle, closed by the key that goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container

from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette


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
            yield OneLine(self._title, id="title")
            yield self.prompt
            yield from self.body()

    def _title(self, _width: int, palette: Palette) -> Pieces:
        return [(self.title_words, palette.title)]

    def action_app_back(self) -> None:
        """Close."""
        self.app.pop_screen()

    def action_app_leave(self) -> None:
        """Leave CamFlix."""
        self.camflix.action_app_leave()

    def draw_top(self) -> None:
        """Draw nothing: the top line is that of the screen under this box."""
