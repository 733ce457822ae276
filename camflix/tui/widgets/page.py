"""A page to read, with lines in it that can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from camflix.tui.themes import Palette, palette_of
from camflix.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from camflix.tui.drawing import Pieces


class Line(NamedTuple):
    """A line of a page; the cursor stands on those with a ``target``."""

    pieces: Pieces = ()
    target: object | None = None


Build: TypeAlias = "Callable[[int, Palette], Sequence[Line]]"
"""Makes the lines of a page for a width, in the styles of a theme."""


class Page(Lines):
    """A page, built anew for each width, theme and language."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._build: Build | None = None
        self._lines: Sequence[Line] = ()
        self.cursor = -1

    def show(self, build: Build, *, keep_cursor: bool = False) -> None:
        """Show what this builds."""
        self._build = build
        self.build()
        if not keep_cursor or not self.can_hold_cursor(self.cursor):
            self.cursor = self._first
            self.scroll_to(y=0, animate=False)
        self.post_message(self.Moved(self))

    def build(self) -> None:
        """Make the lines anew."""
        if self._build is not None and self.is_attached:
            self._lines = self._build(self.scrollable_content_region.width, palette_of(self.app))
            self.measure()

    @property
    def n_lines(self) -> int:
        """Return how many lines there are."""
        return len(self._lines)

    @property
    def target(self) -> object | None:
        """Return what the line under the cursor leads to."""
        return self._lines[self.cursor].target if 0 <= self.cursor < len(self._lines) else None

    def pieces(self, number: int, width: int, palette: Palette) -> Pieces:
        """Return a line."""
        del width, palette
        return self._lines[number].pieces

    def can_hold_cursor(self, number: int) -> bool:
        """Return whether the line leads somewhere."""
        return 0 <= number < len(self._lines) and self._lines[number].target is not None

    @property
    def _first(self) -> int:
        """Return the first line that leads somewhere; -1 where none does."""
        return next((number for number in range(self.n_lines) if self.can_hold_cursor(number)), -1)

    def on_resize(self, event: events.Resize) -> None:
        """Build for the new width."""
        del event
        self.build()

    def move_to(self, number: int) -> None:
        """Go to the nearest line that leads somewhere, or scroll where that one is out of sight."""
        if not self._lines:
            return
        number = max(0, min(self.n_lines - 1, number))
        step = 1 if number >= self.cursor else -1
        places = range(number, self.n_lines) if step > 0 else range(number, -1, -1)
        found = next((place for place in places if self.can_hold_cursor(place)), None)
        if found is None and step < 0 and self._first != self.cursor:
            found = self._first  # above it there is none
        top = self.scroll_offset.y
        if found is None or not top - self.n_visible <= found < top + 2 * self.n_visible:
            distance = abs(number - self.cursor) if self.cursor >= 0 else 1
            self.scroll_to(y=top + step * min(distance, self.n_visible), animate=False)
        else:
            super().move_to(found)
            if found == self._first:
                self.scroll_to(y=0, animate=False)

    def action_list_first(self) -> None:
        """To the beginning."""
        if self._first >= 0:
            Lines.move_to(self, self._first)
        self.scroll_to(y=0, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether an action means something now."""
        del parameters
        return action != "list_open" or self.target is not None

    def action_list_last(self) -> None:
        """To the end."""
        last = next((n for n in reversed(range(self.n_lines)) if self.can_hold_cursor(n)), None)
        if last is not None:
            Lines.move_to(self, last)
        self.scroll_to(y=self.n_lines, animate=False)
