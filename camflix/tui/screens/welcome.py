"""The first run: three ways to a first list of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _
from camflix.tui.drawing import cut, left
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.page_lines import paragraph
from camflix.tui.widgets.page import Line, Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_CHOICE = 26


class Welcome(CamFlixScreen):
    """Shown over Discover while nothing is rated yet."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page(id="welcome")

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("Welcome to CamFlix")

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.page

    def load(self) -> None:
        """Show the ways."""
        self.page.show(self._lines, keep_cursor=True)

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        ways = (
            (_("Rate ten films"), _("two digits and Enter each; about a minute"), "rate"),
            (_("Rate groups of films"), _("points on kinds of films you like or do not"), "groups"),
            (_("Import my history"), _("Letterboxd, or a MovieLens community"), "import"),
            (_("Look around first"), _("what most people rate; popular, not personal yet"), "discover"),
        )
        intro = (
            _("CamFlix tells how much you will like a film, from 0 to 100,"),
            _("from the ratings of people who share your taste, and shows the sum."),
        )
        lines = [Line(), *(line for words in intro for line in paragraph(words, width, palette.text)), Line()]
        room = width - _CHOICE - 4
        lines += [
            Line([("   " + left(words, _CHOICE), palette.accent), (cut(remark, room), palette.dim)], mode)
            for words, remark, mode in ways
        ]
        keys = _("? tells the keys, F2 changes the theme, F3 the language, u takes the last score back.")
        return [*lines, Line(), *paragraph(keys, width, palette.dim)]

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go the way chosen."""
        del event
        way = self.page.target
        app = self.camflix
        app.pop_screen()
        if way == "groups":
            app.open_groups()
        elif isinstance(way, str) and way != "discover":
            app.way_chosen = way
            app.go(way)
