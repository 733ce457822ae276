"""A list of films: in its order, with how many of them one has rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from camflix.i18n import _, plural
from camflix.tui.keys import bindings
from camflix.tui.screens import my_film_rows as my
from camflix.tui.screens.film_list import FilmListScreen
from camflix.tui.words import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import MovieList, MovieListSummary
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.prompt import Prompt
    from camflix.tui.widgets.rows import Column


class MovieListScreen(FilmListScreen):
    """One list."""

    BINDINGS = bindings("entry.remove", "entry.up", "entry.down")
    COLUMNS: ClassVar[Sequence[Column[my.MyRow]]] = my.LISTED  # type: ignore[assignment]

    def __init__(self, summary: MovieListSummary) -> None:
        super().__init__()
        self._summary = summary
        self._rows: Sequence[my.MyRow] | None = None

    @property
    def title_words(self) -> str:
        """Return its name."""
        return self._summary.name

    @property
    def search_label(self) -> str:
        """Return the words before what is searched."""
        return _("Filter:")

    @property
    def empty_words(self) -> str:
        """Return what to do where there is nothing."""
        return "" if self._rows is None else _("No films yet: + on a film puts it here.")

    def facts(self, palette: Palette) -> Pieces:
        """Return how many films, and how many of them rated."""
        words = plural("{n} film", "{n} films", self._summary.n_movies)
        rated = plural("{n} rated", "{n} rated", self._summary.n_rated)
        return [(f"{words} · {rated}", palette.dim)]

    def load(self) -> None:
        """Ask for the list, or filter it."""
        list_id = self._summary.id
        if self.query_text and self._rows is not None:
            self._show_rows()
        else:
            self.ask(lambda asks: asks.movie_list(list_id), self._show)

    def _show(self, found: MovieList) -> None:
        self._summary = found.list
        self._rows = [my.MyRow(each.movie, score=each.score, at=each.added_at) for each in found.movies]
        self._show_rows()

    def _show_rows(self) -> None:
        words = folded(self.query_text).split()
        rows = [row for row in self._rows or () if all(word in folded(row.words) for word in words)]
        self.rows.show(rows, keep_cursor=True)  # type: ignore[arg-type]
        self.shown()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action.startswith("entry_"):
            return self._summary.is_own and self.film is not None and not self.query_text
        if action == "list_sort":
            return False
        return super().check_action(action, parameters)

    def action_entry_remove(self) -> None:
        """Take the film out."""
        movie_id, list_id = self._the_film().id, self._summary.id
        self.camflix.tell(lambda asks: asks.remove_from_list(list_id, movie_id), lambda _change: None)

    def action_entry_up(self) -> None:
        """Move the film up."""
        self._move(-1)

    def action_entry_down(self) -> None:
        """Move the film down."""
        self._move(1)

    def _move(self, step: int) -> None:
        place = self.rows.cursor + step
        if not 0 <= place < self.rows.n_lines:
            return
        movie_id, list_id = self._the_film().id, self._summary.id
        self.rows.move_to(place)
        self.camflix.tell(lambda asks: asks.move_in_list(list_id, movie_id, place), lambda _change: None)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Show all again."""
        super().on_prompt_left(event)
        self.redraw()
