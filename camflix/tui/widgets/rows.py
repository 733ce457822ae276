"""A list of any length: only the rows near those seen are held, asked for when they come into sight."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from textual.message import Message

from camflix.i18n import _
from camflix.tui.drawing import cut, left, right, width_of
from camflix.tui.widgets.lines import Lines, OneLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from camflix.tui.drawing import Piece, Pieces
    from camflix.tui.themes import Palette

Row = TypeVar("Row")

PAGE = 100
"""How many rows are asked for at once."""
_MOST_PAGES = 12
_GAP = 2
_MARGIN = 1


class Column(NamedTuple, Generic[Row]):
    """A column of a list.

    Attributes:
        title: its words, to be translated; empty for none.
        cell: makes the pieces of a row's cell for a width.
        width: in terminal cells; the least where ``share`` is given.
        share: its part of the room that is left over.
        is_right: whether it is set to the right.
        from_width: the column is left out of lists narrower than this.
    """

    title: str
    cell: Callable[[Row, int, Palette], Pieces]
    width: int
    share: int = 0
    is_right: bool = False
    from_width: int = 0

    def padded(self, pieces: Pieces, width: int, palette: Palette) -> list[Piece]:
        """Return pieces set in the column's field."""
        if len(pieces) == 1:
            text, style = pieces[0]
            return [((right if self.is_right else left)(text, width), style)]
        blank = (" " * max(0, width - width_of(pieces)), palette.text)
        return [blank, *pieces] if self.is_right else [*pieces, blank]


def column_widths(columns: Sequence[Column[Row]], width: int) -> list[tuple[Column[Row], int]]:
    """Return the columns that there is room for, each with its width."""
    shown = [column for column in columns if width >= column.from_width]
    room = width - 2 * _MARGIN - _GAP * (len(shown) - 1) - sum(column.width for column in shown)
    shares = sum(column.share for column in shown) or 1
    result = [(column, column.width + max(0, room) * column.share // shares) for column in shown]
    if room < 0:
        # Too narrow even so: the widest gives way.
        widest = max(range(len(result)), key=lambda position: result[position][1])
        column, least = result[widest]
        result[widest] = (column, max(4, least + room))
    return result


class RowList(Lines, Generic[Row]):
    """Rows in columns. It announces which rows it wants; ``give`` brings them.

    Args:
        columns: what to show of a row.
    """

    class Wanted(Message):
        """Rows have come into sight that are not here."""

        def __init__(self, rows: RowList[Any], offset: int, limit: int) -> None:
            super().__init__()
            self.rows = rows
            self.offset = offset
            self.limit = limit

        @property
        def control(self) -> RowList[Any]:
            """Return the list."""
            return self.rows

    def __init__(self, columns: Sequence[Column[Row]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._columns = columns
        self._n_rows = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: tuple[int, int] | None = None
        self._widths: tuple[int, list[tuple[Column[Row], int]]] = (-1, [])
        self.empty_words: Callable[[], str] = str
        self.is_numbered = False

    @property
    def n_lines(self) -> int:
        """Return how many rows there are."""
        return self._n_rows

    @property
    def n_held(self) -> int:
        """Return how many rows are in memory."""
        return sum(map(len, self._pages.values()))

    def row(self, number: int) -> Row | None:
        """Return a row if it is here."""
        page = self._pages.get(number // PAGE)
        place = number % PAGE
        return page[place] if page is not None and place < len(page) else None

    @property
    def current(self) -> Row | None:
        """Return the row under the cursor if it is here."""
        return self.row(self.cursor)

    def use_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns from now on."""
        self._columns, self._widths = columns, (-1, [])
        self.refresh()

    def show(self, rows: Sequence[Row], *, keep_cursor: bool = False) -> None:
        """Show these rows, all of them here."""
        self._pages = OrderedDict((start // PAGE, rows[start : start + PAGE]) for start in range(0, len(rows), PAGE))
        self._begin(len(rows), keep_cursor=keep_cursor)

    def expect(self, n_rows: int, offset: int, rows: Sequence[Row], *, keep_cursor: bool = False) -> None:
        """Show this many rows, of which these are here."""
        self._pages.clear()
        self._hold(offset, rows)
        self._begin(n_rows, keep_cursor=keep_cursor)
        self._want_visible()

    def give(self, offset: int, rows: Sequence[Row]) -> None:
        """Bring rows that were wanted."""
        self._asked = None
        self._hold(offset, rows)
        self.refresh()
        self._want_visible()
        if offset <= self.cursor < offset + len(rows):
            self.post_message(self.Moved(self))

    def _begin(self, n_rows: int, *, keep_cursor: bool) -> None:
        self._asked = None
        self._n_rows = n_rows
        self.cursor = max(0, min(self.cursor, n_rows - 1)) if keep_cursor else 0
        self.measure()
        if not keep_cursor:
            self.scroll_to(y=0, animate=False)
        self.post_message(self.Moved(self))

    def _hold(self, offset: int, rows: Sequence[Row]) -> None:
        for start in range(0, len(rows), PAGE):
            number = (offset + start) // PAGE
            self._pages[number] = rows[start : start + PAGE]
            self._pages.move_to_end(number)
        while len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)

    def _want_visible(self) -> None:
        top = self.scroll_offset.y
        last = min(self._n_rows, top + self.n_visible) - 1
        missing = [page for page in range(top // PAGE, last // PAGE + 1) if page not in self._pages]
        for page in range(top // PAGE, last // PAGE + 1):
            if page in self._pages:
                self._pages.move_to_end(page)
        if not missing:
            return
        wanted = (missing[0] * PAGE, (missing[-1] - missing[0] + 1) * PAGE)
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.Wanted(self, *wanted))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """See which rows are wanted now."""
        super().watch_scroll_y(old_value, new_value)
        self._want_visible()

    def on_resize(self, event: events.Resize) -> None:
        """See which rows are wanted now, and keep the cursor in sight."""
        del event
        self.show_line(self.cursor)
        self._want_visible()

    def widths(self, width: int) -> list[tuple[Column[Row], int]]:
        """Return the columns shown at a width, each with its own."""
        if self._widths[0] != width:
            self._widths = (width, column_widths(self._columns, width))
        return self._widths[1]

    def pieces(self, number: int, width: int, palette: Palette) -> Pieces:
        """Return a row's line."""
        row = self.row(number)
        if row is None:
            return [(" " * _MARGIN + "·", palette.track)]
        result: list[Piece] = [(" " * _MARGIN, palette.text)]
        for position, (column, room) in enumerate(self.widths(width)):
            if position:
                result.append((" " * _GAP, palette.text))
            result += column.padded(column.cell(row, room, palette), room, palette)
        return result

    def header(self, width: int, palette: Palette) -> Pieces:
        """Return the titles of the columns."""
        if not self._n_rows:
            return []
        result: list[Piece] = [(" " * _MARGIN, palette.dim)]
        for position, (column, room) in enumerate(self.widths(width)):
            if position:
                result.append((" " * _GAP, palette.dim))
            title = cut(_(column.title), room) if column.title else ""
            result += column.padded([(title, palette.dim)], room, palette)
        return result


class ColumnTitles(OneLine):
    """The titles over a list."""

    def __init__(self, rows: RowList[Row]) -> None:
        self._rows = rows
        super().__init__(lambda _width, palette: rows.header(rows.scrollable_content_region.width, palette))
