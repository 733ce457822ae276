"""A list of films: in its order, with how many of them one has rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from camflix import i18n
from camflix.errors import InvalidInputError
from camflix.i18n import _, plural
from camflix.queries import MovieFilter, parse_query
from camflix.tui.keys import bindings
from camflix.tui.screens import my_film_rows as my
from camflix.tui.screens.own_films import OwnFilmsScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from camflix.errors import CamFlixError
    from camflix.results import MovieList, MovieListSummary
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.rows import Column


class MovieListScreen(OwnFilmsScreen):
    """One list."""

    BINDINGS = bindings("entry.remove", "entry.up", "entry.down")
    COLUMNS: ClassVar[Sequence[Column[my.MyRow]]] = my.LISTED  # type: ignore[assignment]

    def __init__(self, summary: MovieListSummary) -> None:
        super().__init__()
        self._summary = summary
        self._is_known = False

    @property
    def title_words(self) -> str:
        """Return its name."""
        return self._summary.name

    @property
    def empty_words(self) -> str:
        """Return what to do where there is nothing."""
        if not self._is_known:
            return ""
        return _("Nothing fits.") if self.query_text else _("No films yet: + on a film puts it here.")

    def facts(self, palette: Palette) -> Pieces:
        """Return how many films, and how many of them rated."""
        if fault := self.fault_pieces(palette):
            return fault
        if self.query_text:
            fitting = plural("{n} film", "{n} films", self.rows.n_lines)
            return [(f"{self.query_text} · {fitting}", palette.dim)]
        words = plural("{n} film", "{n} films", self._summary.n_movies)
        rated = plural("{n} rated", "{n} rated", self._summary.n_rated)
        return [(f"{words} · {rated}", palette.dim)]

    def load(self) -> None:
        """Ask for the list."""
        list_id = self._summary.id
        self.ask(lambda asks: asks.movie_list(list_id), self._show)

    def look_for(self) -> None:
        """Filter what is here."""
        self.sift()

    def _show(self, found: MovieList) -> None:
        self._summary, self._is_known = found.list, True
        self.all_rows = [my.MyRow(each.movie, score=each.score, at=each.added_at) for each in found.movies]
        self.sift()

    def sieve(self, filters: str) -> Callable[[my.MyRow], bool] | None:
        """Return what tells whether a row fits some filters, from what is known of the films of a list."""
        try:
            filter_ = parse_query(filters, MovieFilter())[1]
        except InvalidInputError as error:
            self.find_fault(i18n.say_plainly(error))
            return None
        if filter_ != MovieFilter(year=filter_.year, ratings=filter_.ratings, score=filter_.score, rated=filter_.rated):
            self.find_fault(_("Within a list: words of a title, year:, ratings:, score:, +rated and -rated."))
            return None
        return lambda row: my.fits(row, filter_)

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
        # Here at once: the next key is for the film where it is then.
        rows = list(self.all_rows)
        rows.insert(place, rows.pop(self.rows.cursor))
        self.all_rows = rows
        self.sift()
        self.camflix.tell(
            lambda asks: asks.move_in_list(list_id, movie_id, place), lambda _change: None, failed=self._not_moved
        )

    def _not_moved(self, error: CamFlixError) -> None:
        self.camflix.report(error)
        self.load()
