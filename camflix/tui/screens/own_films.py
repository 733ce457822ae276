"""A list of one's own, all of it here: filtered as one types, with one's place in it kept over a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import _
from camflix.queries import split_query
from camflix.tui.screens.film_list import FilmListScreen
from camflix.tui.words import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from camflix.tui.drawing import Pieces
    from camflix.tui.screens.my_film_rows import MyRow
    from camflix.tui.themes import Palette


class OwnFilmsScreen(FilmListScreen):
    """A list of one's own films.

    Words of a filter are looked for here; filters such as ``genre:drama`` say which rows fit in ``sieve``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.all_rows: Sequence[MyRow] = ()
        self._fitting: Sequence[MyRow] = ()
        self._shown_as: tuple[Hashable, str] | None = None

    @property
    def search_label(self) -> str:
        """Return the words before what is searched."""
        return _("Filter:")

    @property
    def current(self) -> MyRow | None:
        """Return the row under the cursor."""
        return self.rows.current  # type: ignore[return-value]

    @property
    def shown_as(self) -> Hashable:
        """Return what the rows are: those of which view, in which order."""
        return None

    def key_of(self, row: MyRow) -> Hashable:
        """Return what stays the same of a row whatever is written: its film, unless a film has several rows."""
        return row.movie and row.movie.id

    def sieve(self, filters: str) -> Callable[[MyRow], bool] | None:
        """Return what tells whether a row fits some filters; None while that is not known."""
        raise NotImplementedError

    def fault_pieces(self, palette: Palette) -> Pieces:
        """Return what is wrong with the filter; nothing where all is well."""
        return [(self._fault, palette.warning)] if self._fault and self.query_text else ()

    def sift(self) -> None:
        """Show what fits of all rows, if that is known."""
        filters = split_query(self.query_text)[1]
        fits = self.sieve(filters) if filters else _any
        if fits is not None:
            self._show_fitting(fits)

    def find_fault(self, words: str) -> None:
        """Say what is wrong with the filter; till it is mended the words in it count alone."""
        self._show_fitting(_any)
        super().find_fault(words)

    def _show_fitting(self, fits: Callable[[MyRow], bool]) -> None:
        wanted = folded(split_query(self.query_text)[0]).split()
        self.show_rows(
            [row for row in self.all_rows if fits(row) and all(word in folded(row.words) for word in wanted)]
        )

    def show_rows(self, rows: Sequence[MyRow]) -> None:
        """Show rows; where they are the same list as before, and when all are shown again, stay at the film."""
        query, before = self.query_text.strip(), self._shown_as
        self._shown_as = (self.shown_as, query)
        is_same = before is not None and before[0] == self.shown_as and query in {before[1], ""}
        place = self._place_in(rows) if is_same else 0
        self._fitting = rows
        self.rows.show(rows, keep_cursor=is_same)  # type: ignore[arg-type]
        if is_same:
            self.rows.move_to(place)
        self.shown()

    def _place_in(self, rows: Sequence[MyRow]) -> int:
        """Return where the row under the cursor is now, or the next one where it is gone."""
        places = {self.key_of(row): place for place, row in enumerate(rows)}
        below = (self.key_of(row) for row in self._fitting[self.rows.cursor :])
        return next((places[key] for key in below if key in places), len(rows) - 1)


def _any(row: MyRow) -> bool:
    """Return that a row fits."""
    del row
    return True
