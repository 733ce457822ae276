"""Twins: the people whose taste is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.i18n import N_, _, decimal, plural
from camflix.tui.drawing import bar, left
from camflix.tui.keys import bindings
from camflix.tui.screens.base import CamFlixScreen
from camflix.tui.widgets.lines import OneLine
from camflix.tui.widgets.rows import Column, ColumnTitles, RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from camflix.results import Twin, TwinList
    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

_N_TWINS = 100


def _rank_cell(twin: Twin, _width: int, palette: Palette) -> Pieces:
    return [(str(twin.rank), palette.dim)]


def _name_cell(twin: Twin, _width: int, palette: Palette) -> Pieces:
    return [(twin.username or _("anonymous"), palette.text if twin.username else palette.dim)]


def _similarity_cell(twin: Twin, _width: int, palette: Palette) -> Pieces:
    return [(decimal(twin.similarity, 3), palette.text)]


def _bar_cell(twin: Twin, width: int, palette: Palette) -> Pieces:
    return [(left(bar(twin.similarity, 1, width), width), palette.bar)]


def _distance_cell(twin: Twin, _width: int, palette: Palette) -> Pieces:
    return [("-" if twin.taste_distance is None else decimal(twin.taste_distance, 1), palette.text)]


def _common_cell(twin: Twin, _width: int, palette: Palette) -> Pieces:
    return [(str(twin.n_common), palette.dim)]


COLUMNS: tuple[Column[Twin], ...] = (
    Column("", _rank_cell, 3, is_right=True),
    Column(N_("user"), _name_cell, 14, share=2),
    Column(N_("similarity"), _similarity_cell, 10, is_right=True),
    Column("", _bar_cell, 10, share=1, from_width=72),
    Column(N_("taste distance"), _distance_cell, 16, is_right=True),
    Column(N_("in common"), _common_cell, 9, is_right=True),
)


class Twins(CamFlixScreen):
    """The list of twins."""

    BINDINGS = bindings("person.together")

    def __init__(self) -> None:
        super().__init__()
        self.rows: RowList[Twin] = RowList(COLUMNS, id="twins")
        self._found: TwinList | None = None

    @property
    def title_words(self) -> str:
        """Return what this is."""
        return _("The people whose taste is nearest to yours")

    def facts(self, palette: Palette) -> Pieces:
        """Return how many there are."""
        if self._found is None:
            return [("…" if self.error is None else "", palette.dim)]
        return [(plural("{n} person", "{n} people", len(self._found.twins)), palette.dim)]

    def body(self) -> ComposeResult:
        """Make the list."""
        yield ColumnTitles(self.rows)
        yield OneLine(self._empty_line, id="empty")
        yield self.rows
        yield OneLine(self._legend, id="legend")

    @staticmethod
    def _empty_line(_width: int, palette: Palette) -> Pieces:
        return [(" " + _("Nobody yet: rate more films that others rated too."), palette.dim)]

    @staticmethod
    def _legend(_width: int, palette: Palette) -> Pieces:
        return [(" " + _("Taste distance: 0 is the same taste, about 33 chance, about 50 the opposite."), palette.dim)]

    def load(self) -> None:
        """Ask for twins."""
        self.ask(lambda asks: asks.twins(_N_TWINS), self._show)

    def _show(self, found: TwinList) -> None:
        is_first = self._found is None
        self._found = found
        self.rows.show(found.twins, keep_cursor=not is_first)
        self.set_class(not found.twins, "is-empty")
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        if action == "person_together":
            return self.rows.current is not None and bool(self.rows.current.username)
        return super().check_action(action, parameters)

    def action_person_together(self) -> None:
        """Show films for oneself and the person under the cursor."""
        assert self.rows.current is not None
        self.camflix.open_together(self.rows.current.username or "")

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Show a person."""
        del event
        twin = self.rows.current
        if twin is not None and twin.username:
            self.open_person(twin.username)
