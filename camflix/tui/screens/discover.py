"""Discover: what one will like best, the whole catalogue in an order, and search as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from camflix.i18n import N_, _, plural
from camflix.tui.drawing import first_that_fits
from camflix.tui.screens.film_list import FilmListScreen
from camflix.tui.screens.film_rows import (
    FOR_YOU,
    FOUND,
    POPULAR,
    FilmRow,
    catalogue_columns,
    for_you_columns,
    marked_row,
)
from camflix.tui.widgets.rows import PAGE, Column, RowList
from camflix.tui.words import REASONS, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import MoviePage, MovieWindow, Recommendations
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette

N_RECOMMENDED = 200
_N_FOUND = 100
_FOR_YOU = 0
_SORTS: tuple[Literal["ratings", "title", "year"], ...] = ("ratings", "title", "year")
_ORDERS = (
    N_("likely first"),
    N_("highest predicted first"),
    N_("newest first"),
    N_("by title"),
    N_("surest first"),
)


class Discover(FilmListScreen):
    """Films for you, the catalogue by ratings, title and year, and what a search finds."""

    VIEWS: ClassVar[tuple[str, ...]] = (N_("For you"), N_("Popular"), N_("A-Z"), N_("Newest"))
    COLUMNS: ClassVar[Sequence[Column[FilmRow]]] = FOR_YOU

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._personal: Recommendations | None = None
        self._order = 0
        self._is_reversed = False
        self._is_known = False

    @property
    def search_label(self) -> str:
        """Return the words before what is searched."""
        return _("Search:")

    @property
    def empty_words(self) -> str:
        """Return what to say where nothing was found."""
        if not self._is_known:
            return ""
        if self.query_text:
            return _("Nothing found. Accents and small typos do not matter; try fewer words.")
        return _("No films yet: bring some in with I, or run camflix demo.")

    def facts(self, palette: Palette) -> Pieces:
        """Return whom the list is for, or what was searched, and in which order."""
        if self.query_text:
            if self._fault:
                return [(self._fault, palette.warning)]
            words = plural("{n} film", "{n} films", self.rows.n_lines)
            return [("" if self.prompt.is_open else f"{self.query_text}  ", palette.text), (words, palette.dim)]
        if not self._is_known:
            return [("…" if self.error is None else "", palette.dim)]
        if self.view != _FOR_YOU:
            words = plural("{n} film", "{n} films", self.rows.n_lines)
            return [(words + (" · " + _("reversed") if self._is_reversed else ""), palette.dim)]
        return self._personal_facts(palette)

    def _personal_facts(self, palette: Palette) -> Pieces:
        found, room = self._personal, self.room_for_facts()
        if found is None:
            return ()
        if not found.personal:
            assert found.reason is not None
            whole = _("popular, not personal yet: {reason}", reason=_(REASONS[found.reason]))
            return [(first_that_fits([whole, _("popular, not personal yet")], room), palette.warning)]
        order = _(_ORDERS[self._order])
        words = plural("from {n} rating of yours", "from {n} ratings of yours", found.n_ratings)
        wordings = [f"{order} · {words} · {found.engine}", f"{order} · {words}", order]
        return [(first_that_fits(wordings, room), palette.dim)]

    # ---- asking

    def load(self) -> None:
        """Ask for the list of the view, or search."""
        query = self.query_text.strip()
        if query:
            self.ask(lambda asks: asks.search(query, _N_FOUND), self._show_found)
        elif self.view == _FOR_YOU:
            self.ask(lambda asks: asks.recommend(N_RECOMMENDED), self._show_recommended)
        else:
            is_same = self._shown == (self.view, self._is_reversed)
            self._ask_window((self.rows.cursor // PAGE * PAGE) if is_same else 0, PAGE)

    def use_view(self, view: int) -> None:
        """Show a view, in its own order."""
        self._is_reversed = False
        self.forget_search()
        self.prompt.close()
        super().use_view(view)

    def _show_found(self, page: MoviePage) -> None:
        self._know("found", [marked_row(movie, marks) for movie, marks in zip(page.movies, page.marks, strict=True)])
        self.rows.use_columns(FOUND)
        self.shown()

    def _show_recommended(self, found: Recommendations) -> None:
        self._personal = found
        self.rows.use_columns(for_you_columns() if found.personal else POPULAR)
        self._sort()

    def _know(self, what: object, rows: Sequence[FilmRow]) -> None:
        is_same, self._shown = self._shown == what, what
        self._is_known = True
        self.rows.show(rows, keep_cursor=is_same)

    # ---- the catalogue, a window at a time

    def _ask_window(self, offset: int, limit: int) -> None:
        sort, is_reversed = _SORTS[self.view - 1], self._is_reversed
        self.ask(lambda asks: asks.window(sort, offset, limit, is_reversed=is_reversed), self._show_window)

    def _show_window(self, window: MovieWindow) -> None:
        if self.query_text or self.view == _FOR_YOU:
            return
        rows = [
            marked_row(movie, marks, rank)
            for rank, (movie, marks) in enumerate(zip(window.movies, window.marks, strict=True), window.offset + 1)
        ]
        what = (self.view, self._is_reversed, self.camflix.data_version)
        if self._shown == what and self.rows.n_lines == window.n_total:
            self.rows.give(window.offset, rows)
            return
        is_same = isinstance(self._shown, tuple) and self._shown[:2] == what[:2]
        self._shown, self._is_known = what, True
        self.rows.use_columns(catalogue_columns(window.n_total))
        self.rows.expect(window.n_total, window.offset, rows, keep_cursor=is_same)
        self.shown()

    def on_row_list_wanted(self, event: RowList.Wanted) -> None:
        """Ask for rows that came into sight."""
        if self.view != _FOR_YOU and not self.query_text:
            self._ask_window(event.offset, event.limit)

    # ---- order

    def action_list_sort(self) -> None:
        """Take the next order; turn the catalogue round."""
        if self.query_text:
            return
        if self.view == _FOR_YOU:
            self._order = (self._order + 1) % len(_ORDERS)
            self.rows.cursor = 0
            self._sort()
        else:
            self._is_reversed = not self._is_reversed
            self.load()

    def _sort(self) -> None:
        """Show the personal list in the chosen order; the numbers stay those of the likely first."""
        assert self._personal is not None
        rows = [
            FilmRow(each.movie, rank, each.prediction) for rank, each in enumerate(self._personal.recommendations, 1)
        ]
        keys = (
            lambda row: row.rank,
            lambda row: (-_predicted(row), row.rank),
            lambda row: (-(row.movie.year or 0), row.rank),
            lambda row: (folded(row.movie.title), row.rank),
            lambda row: (_spread(row), row.rank),
        )
        self._know("for_you", sorted(rows, key=keys[self._order]))
        self.shown()


def _predicted(row: FilmRow) -> float:
    found = row.prediction
    return -1.0 if found is None or found.predicted_score is None else found.predicted_score


def _spread(row: FilmRow) -> float:
    found = row.prediction
    if found is None or found.high is None or found.low is None:
        return 100.0
    return found.high - found.low
