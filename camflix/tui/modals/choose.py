"""One of several, chosen from a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from camflix.tui.modals.base import Modal
from camflix.tui.widgets.rows import Column, RowList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from camflix.tui.drawing import Pieces
    from camflix.tui.themes import Palette
    from camflix.tui.widgets.lines import Lines

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """Something that can be chosen: its words, what is said at the right, and what it stands for."""

    words: str
    remark: str
    value: Value


def _words_cell(choice: Choice[Value], _width: int, palette: Palette) -> Pieces:
    return [(choice.words, palette.text)]


def _remark_cell(choice: Choice[Value], _width: int, palette: Palette) -> Pieces:
    return [(choice.remark, palette.dim)]


class Choose(Modal, Generic[Value]):
    """A list to choose from.

    Args:
        title: what is asked.
        choices: what there is.
        then: given what was chosen, after the box has closed.
    """

    def __init__(self, title: str, choices: Sequence[Choice[Value]], then: Callable[[Value], object]) -> None:
        super().__init__()
        self._words = title
        self._choices = choices
        self._then = then
        columns: tuple[Column[Choice[Value]], ...] = (
            Column("", _words_cell, 20, share=1),
            Column("", _remark_cell, 16, is_right=True),
        )
        self.rows: RowList[Choice[Value]] = RowList(columns, id="choices")

    @property
    def title_words(self) -> str:
        """Return what is asked."""
        return self._words

    def body(self) -> ComposeResult:
        """Make the list."""
        yield self.rows

    def load(self) -> None:
        """Show what there is."""
        self.rows.show(self._choices)

    def on_lines_opened(self, event: Lines.Opened) -> None:
        """Close, and pass on what was chosen."""
        del event
        choice = self.rows.current
        if choice is not None:
            self.app.pop_screen()
            self.app.call_next(self._then, choice.value)
