"""Paragraphs and facts of a page, broken so that no word of them is lost at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from camflix.tui.drawing import left, wrapped
from camflix.tui.screens.receipt_lines import LABEL
from camflix.tui.widgets.page import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from camflix.tui.themes import Palette

_LEAST = 20


def paragraph(words: str, width: int, style: Style) -> list[Line]:
    """Return a paragraph of a page of so many cells."""
    return [Line([(" " + line, style)]) for line in wrapped(words, max(_LEAST, width - 2))]


def fact_lines(facts: Sequence[tuple[str, str]], width: int, palette: Palette) -> list[Line]:
    """Return what is known, each by its name; the names have the room that the longest needs."""
    room = max([LABEL, *(cell_len(name) + 2 for name, _value in facts)])
    lines: list[Line] = []
    for name, value in facts:
        for number, part in enumerate(wrapped(value, max(_LEAST, width - room - 2))):
            lines.append(Line([(" " + left("" if number else name, room), palette.dim), (part, palette.text)]))
    return lines
