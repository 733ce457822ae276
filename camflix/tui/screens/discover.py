"""Discover: what one will like best, and search as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from camflix.i18n import N_, _, plural
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.screens.film_rows import FOR_YOU, FOUND, POPULAR, FilmRow
from camflix.tui.widgets.prompt import MOVE_KEYS, Prompt, Question
from camflix.tui.widgets.rows import ColumnTitles, RowList
from camflix.tui.words import REASONS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from camflix.results import MoviePage, MovieSummary, Recommendations
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

N_RECOMMENDED = 200
_N_FOUND = 100
_PAUSE_SECONDS = 0.05
"""How long to wait for the next letter before looking; shorter than most people type, longer than keys repeat."""


class Discover(CamFlixScreen):
    """Lists of films: for you, and what a search finds."""

    BINDINGS = bindings("list.search")
    VIEWS: ClassVar[tuple[str, ...]] = (N_("For you"),)

    def __init__(self) -> None:
        super().__init__()
        self.rows: RowList[FilmRow] = RowList(FOR_YOU, id="films")
        self.rows.empty_words = self._empty_words
        self._state: Literal["loading", "list", "found"] = "loading"
        self._found: Recommendations | None = None
        self._query = ""
        self._timer: Timer | None = None

    def body(self) -> ComposeResult:
        """Make the list."""
        yield ColumnTitles(self.rows)
        yield self.rows

    @property
    def film(self) -> MovieSummary | None:
        """Return the film under the cursor."""
        row = self.rows.current
        return row.movie if row is not None else None

    def facts(self, palette: Palette) -> Pieces:
        """Return whom the list is for, or what was searched."""
        if self._state == "found":
            words = plural("{n} film", "{n} films", self.rows.n_lines)
            return [(f"“{self._query}”  ", palette.text), (words, palette.dim)]
        found = self._found
        if found is None:
            return [("…" if self.error is None else "", palette.dim)]
        if not found.personal:
            assert found.reason is not None
            return [(_("popular, not personal yet: {reason}", reason=_(REASONS[found.reason])), palette.warning)]
        words = plural("from {n} rating of yours", "from {n} ratings of yours", found.n_ratings)
        return [(f"{words} · {found.engine}", palette.dim)]

    def _empty_words(self) -> str:
        if self._state == "found":
            return _("Nothing is called like that. Fewer letters find more; accents and small typos do not matter.")
        return ""

    def load(self) -> None:
        """Ask for the list, or search again."""
        if self._state == "found":
            self._search()
        else:
            self.ask(lambda asks: asks.recommend(N_RECOMMENDED), self._show_recommended)

    def _show_recommended(self, found: Recommendations) -> None:
        is_same = self._state == "list"
        self._state, self._found = "list", found
        self.rows.use_columns(FOR_YOU if found.personal else POPULAR)
        rows = [
            FilmRow(each.movie, rank, each.prediction) for rank, each in enumerate(found.recommendations, 1)
        ]
        self.rows.show(rows, keep_cursor=is_same)
        self.redraw()

    # ---- searching

    def action_list_search(self) -> None:
        """Ask for a title."""
        self.prompt.ask(Question("search", _("Search:"), passes=MOVE_KEYS), self._query)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Look for what is typed, a moment after the last letter."""
        if event.question.name != "search":
            return
        self._query = event.text
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_SECONDS, self._search)

    def _search(self) -> None:
        query = self._query.strip()
        if query:
            self.ask(lambda asks: asks.search(query, _N_FOUND), self._show_found)
        else:
            self._leave_search()

    def _show_found(self, page: MoviePage) -> None:
        self._state = "found"
        self.rows.use_columns(FOUND)
        self.rows.show([FilmRow(movie) for movie in page.movies])
        self.redraw()

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Go back to the list."""
        if event.question.name == "search":
            self._leave_search()

    def _leave_search(self) -> None:
        self._query = ""
        if self._state == "found":
            self._state = "loading"
            self.load()

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Save a score, or stay with what was found."""
        super().on_prompt_entered(event)
        self.refresh_bindings()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Show the film."""
        del event
        if self.film is not None:
            self.open_film(self.film)
