"""A screen that is a list of films, whatever films they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from camflix import i18n
from camflix.tui.drawing import cut
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.bars import Notice
from camflix.tui.widgets.lines import OneLine
from camflix.tui.widgets.prompt import MOVE_KEYS, Prompt, Question
from camflix.tui.widgets.rows import Column, ColumnTitles, RowList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from camflix.errors import CamFlixError
    from camflix.results import MovieSummary
    from camflix.tui.drawing import Pieces
    from camflix.tui.screens.film_rows import FilmRow
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_PAUSE_SECONDS = 0.05
"""How long to wait for the next letter before looking; shorter than most people type, longer than keys repeat."""


class FilmListScreen(CamFlixScreen):
    """A list of films, with a line to search or filter it.

    Attributes:
        COLUMNS: of the first view.
        query: what is searched for; empty for nothing.
    """

    BINDINGS = bindings("app.back", "view.previous", "view.next", "list.search", "list.sort")
    COLUMNS: ClassVar[Sequence[Column[FilmRow]]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.rows: RowList[FilmRow] = RowList(self.COLUMNS, id="films")
        self.query_text = ""
        self._looked_for = ""
        self._fault = ""
        self._timer: Timer | None = None
        self.is_expecting = True

    def body(self) -> ComposeResult:
        """Make the list."""
        yield ColumnTitles(self.rows)
        yield OneLine(self._empty_line, id="empty")
        yield self.rows

    @property
    def film(self) -> MovieSummary | None:
        """Return the film under the cursor."""
        row = self.rows.current
        return row.movie if row is not None else None

    @property
    def marks_shown(self) -> tuple[bool, bool]:
        """Return whether the film under the cursor is marked as on the watchlist, and as hidden."""
        row = self.rows.current
        return bool(getattr(row, "in_watchlist", False)), bool(getattr(row, "is_hidden", False))

    @property
    def search_label(self) -> str:
        """Return the words before what is searched."""
        raise NotImplementedError

    @property
    def empty_words(self) -> str:
        """Return what to say, and to do, where there are no films."""
        return ""

    def _empty_line(self, width: int, palette: Palette) -> Pieces:
        return [(" " + cut(self.empty_words, width - 2), palette.dim)]

    def shown(self) -> None:
        """Draw what depends on the rows; call it after they changed."""
        self._fault = ""
        self.camflix.typed_ahead.release()
        self.set_class(not self.rows.n_lines and bool(self.empty_words), "is-empty")
        self.redraw()
        self.expected()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Show the film."""
        del event
        if self.film is not None:
            self.open_film(self.film)

    # ---- searching

    def action_list_search(self) -> None:
        """Ask what to look for."""
        question = Question("search", self.search_label, passes=MOVE_KEYS, at_once=self._hurry)
        self.prompt.ask(question, self.query_text)

    def _hurry(self, text: str) -> None:
        """Look at once; keys typed after Enter are for what is found."""
        if text != self._looked_for:
            self.camflix.typed_ahead.hold()
            self.query_text = text
            self._look()

    def _look(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._looked_for = self.query_text
        self.look_for()

    def look_for(self) -> None:
        """Show what fits what is typed."""
        self.load()

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Look for what is typed, a moment after the last letter."""
        if event.question.name != "search" or event.text == self._looked_for:
            return
        self.query_text = event.text
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_SECONDS, self._look)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Show all again."""
        if event.question.name == "search" and self.query_text:
            self.forget_search()
            self.look_for()

    def forget_search(self) -> None:
        """Look for nothing."""
        self.query_text = self._looked_for = ""
        if self._timer is not None:
            self._timer.stop()

    def _failed(self, error: CamFlixError) -> None:
        """Let the keys go that waited for the answer; what is wrong with a search is said beside it."""
        if self.query_text and error.code == "invalid_input":
            self.find_fault(i18n.say_plainly(error))
        else:
            self.camflix.typed_ahead.release()
            super()._failed(error)

    def find_fault(self, words: str) -> None:
        """Say what is wrong with what is looked for; what is shown stays."""
        self.camflix.typed_ahead.release()
        self._fault = words
        self.draw_heading()
        if cell_len(words) > self.room_for_facts():
            # In the heading only its beginning is read.
            self.say(Notice(words, is_error=True))

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Stay with what was found."""
        del event
        self.draw_heading()

    def action_app_back(self) -> None:
        """Leave what was found before leaving the screen."""
        if self.query_text:
            self.forget_search()
            self.look_for()
        else:
            self.camflix.action_app_back()
