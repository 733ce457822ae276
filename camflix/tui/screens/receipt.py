"""Why: a prediction as the sum it is; from its lines one goes on to a person or to a film of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _
from camflix.results import MovieSummary
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.page_lines import paragraph
from camflix.tui.screens.receipt_lines import Person, ReceiptPaper
from camflix.tui.widgets.page import Page
from camflix.tui.words import title_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.results import Receipt
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines
    from camflix.tui.widgets.page import Line


class ReceiptScreen(CamFlixScreen):
    """The receipt of one film's prediction."""

    BINDINGS = bindings("film.more")

    def __init__(self, movie: MovieSummary) -> None:
        super().__init__()
        self._movie = movie
        self._receipt: Receipt | None = None
        self._is_blind = False
        self._is_whole = False
        self.paper = Page(id="receipt")

    @property
    def title_words(self) -> str:
        """Return which film."""
        return _("Why: {film}", film=title_of(self._movie))

    @property
    def film(self) -> MovieSummary:
        """Return the film of the line under the cursor, else the film of the receipt."""
        target = self.paper.target
        return target if isinstance(target, MovieSummary) else self._movie

    def facts(self, palette: Palette) -> Pieces:
        """Return whose prediction it is."""
        return [(_("for {user}", user=self._receipt.username), palette.dim)] if self._receipt else ()

    def body(self) -> ComposeResult:
        """Make the page."""
        yield self.paper

    def load(self) -> None:
        """Ask for the receipt."""
        movie_id = self._movie.id
        self.ask(lambda asks: asks.why(movie_id), self._show)

    def _show(self, receipt: Receipt | None) -> None:
        is_first = self._receipt is None
        self._receipt, self._is_blind = receipt, receipt is None
        self.paper.show(self._lines, keep_cursor=not is_first)
        self.draw_heading()

    def _lines(self, width: int, palette: Palette) -> list[Line]:
        if self._is_blind:
            words = _(
                "You rate blind: what is predicted is told once you have rated the film. Settings (,) change that."
            )
            return paragraph(words, width, palette.dim)
        if self._receipt is None:
            return []
        return ReceiptPaper(self._receipt, width, palette, is_whole=self._is_whole).lines()

    def action_film_more(self) -> None:
        """Show every single line, or the strongest only."""
        self._is_whole = not self._is_whole
        self.paper.build()
        self.paper.move_to(self.paper.cursor)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Go on to the film or the person of a line."""
        del event
        target = self.paper.target
        if isinstance(target, MovieSummary):
            self.open_film(target)
        elif isinstance(target, Person):
            self.open_person(target.username)
        elif target == "all":
            self.action_film_more()
