"""Widgets drawn line by line: one line that draws itself, and what scrolls and has a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.widget import Widget

from camflix.tui.drawing import fitted, strip_of
from camflix.tui.keys import MOVES, bindings
from camflix.tui.themes import Palette, palette_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.strip import Strip

    from camflix.tui.drawing import Pieces

Draw: TypeAlias = "Callable[[int, Palette], Pieces]"
"""Makes a line for a width, in the styles of a theme."""


class OneLine(Widget):
    """A line that is drawn anew whenever it is refreshed, so that it speaks the present language."""

    def __init__(self, draw: Draw, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id, classes=classes)
        self._draw = draw

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        width = self.size.width
        return strip_of(fitted(self._draw(width, palette_of(self.app)), width), width, self.rich_style)


class Lines(ScrollView, can_focus=True):
    """Lines that scroll, one of them under the cursor.

    Attributes:
        cursor: the number of the line under the cursor, first 0.
    """

    BINDINGS = bindings(*MOVES)

    class Opened(Message):
        """Enter was pressed on a line, or the line under the cursor was clicked."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """Return the widget."""
            return self.lines

    class Moved(Message):
        """The cursor went to another line."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """Return the widget."""
            return self.lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id, classes=classes)
        self.cursor = 0

    # ---- what a kind of lines decides

    @property
    def n_lines(self) -> int:
        """Return how many lines there are."""
        raise NotImplementedError

    def pieces(self, number: int, width: int, palette: Palette) -> Pieces:
        """Return a line."""
        raise NotImplementedError

    def can_hold_cursor(self, number: int) -> bool:
        """Return whether the cursor may stand on a line."""
        del number
        return True

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """Return what stands in a line of the screen."""
        palette, width = palette_of(self.app), self.scrollable_content_region.width
        number = y + self.scroll_offset.y
        if number >= self.n_lines:
            return strip_of((), width, self.rich_style)
        over = None
        if number == self.cursor and self.can_hold_cursor(number):
            over = palette.cursor if self.has_focus else palette.resting
        return strip_of(self.pieces(number, width, palette), width, self.rich_style, over)

    def measure(self) -> None:
        """Take the number of lines as it is now."""
        self.virtual_size = Size(0, self.n_lines)
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        del parameters
        return action != "list_open" or self.n_lines > 0

    # ---- moving

    def move_to(self, number: int) -> None:
        """Put the cursor on a line and show it."""
        if not self.n_lines:
            return
        before, self.cursor = self.cursor, max(0, min(self.n_lines - 1, number))
        self.refresh_line(before)
        self.refresh_line(self.cursor)
        self.show_line(self.cursor)
        if before != self.cursor:
            self.post_message(self.Moved(self))

    def show_line(self, number: int) -> None:
        """Scroll as little as needed for a line to be seen."""
        height, top = self.n_visible, self.scroll_offset.y
        if number < top:
            self.scroll_to(y=number, animate=False)
        elif number >= top + height:
            self.scroll_to(y=number - height + 1, animate=False)

    @property
    def n_visible(self) -> int:
        """Return how many lines are seen at once."""
        return max(1, self.scrollable_content_region.height)

    def action_list_up(self) -> None:
        """One line up."""
        self.move_to(self.cursor - 1)

    def action_list_down(self) -> None:
        """One line down."""
        self.move_to(self.cursor + 1)

    def action_list_page_up(self) -> None:
        """Half a page up."""
        self.move_to(self.cursor - max(1, self.n_visible // 2))

    def action_list_page_down(self) -> None:
        """Half a page down."""
        self.move_to(self.cursor + max(1, self.n_visible // 2))

    def action_list_first(self) -> None:
        """To the first line."""
        self.move_to(0)

    def action_list_last(self) -> None:
        """To the last line."""
        self.move_to(self.n_lines - 1)

    def action_list_open(self) -> None:
        """Open the line under the cursor."""
        if self.n_lines:
            self.post_message(self.Opened(self))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; a second click opens."""
        number = event.y + self.scroll_offset.y
        if number >= self.n_lines or not self.can_hold_cursor(number):
            return
        if number == self.cursor or event.chain > 1:
            self.cursor = number
            self.action_list_open()
        else:
            self.move_to(number)

    def on_focus(self) -> None:
        """Draw the cursor strong."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Draw the cursor weak."""
        self.refresh_line(self.cursor)
