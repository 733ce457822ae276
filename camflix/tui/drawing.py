"""Lines of a terminal: pieces of text with a style, cut and set to a width; bars and ranges drawn in cells.

A piece is ``(text, style)``. All widths are terminal cells, so that a Japanese title takes the room that it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.filter import LineFilter
from textual.strip import Strip

from camflix.controls import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style
    from textual.color import Color

    from camflix.tui.themes import Palette

Piece: TypeAlias = "tuple[str, Style]"
Pieces: TypeAlias = "Sequence[Piece]"

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STEPS = " ▁▂▃▄▅▆▇█"
_SCALE = 100


def cut(text: str, width: int) -> str:
    """Return the text, ended with … where it is wider than the width."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def wrapped(text: str, width: int) -> list[str]:
    """Return the text broken between words into lines of a width; a word wider than that is cut. One line at least."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width:
            lines[-1] = longer
        elif lines[-1]:
            lines.append(cut(word, width))
        else:
            lines[-1] = cut(word, width)
    return lines


def first_that_fits(texts: Sequence[str], width: int) -> str:
    """Return the first of several wordings that a width holds; the last, cut, where it holds none."""
    return next((text for text in texts if cell_len(text) <= width), cut(texts[-1], width))


def left(text: str, width: int) -> str:
    """Return the text set to the left of a field."""
    text = cut(text, width)
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """Return the text set to the right of a field."""
    text = cut(text, width)
    return " " * (width - cell_len(text)) + text


def width_of(pieces: Pieces) -> int:
    """Return how many cells pieces take."""
    return sum(cell_len(text) for text, _style in pieces)


def fitted(pieces: Pieces, width: int) -> list[Piece]:
    """Return the pieces cut to a width; shorter ones stay short."""
    result: list[Piece] = []
    room = width
    for text, style in pieces:
        needed = cell_len(text)
        if needed > room:
            result.append((cut(text, room), style))
            break
        result.append((text, style))
        room -= needed
    return result


def spread(start: Pieces, end: Pieces, width: int, blank: Style) -> list[Piece]:
    """Return pieces at both edges of a line; where both do not fit, the start gives way."""
    end = fitted(end, width)
    start = fitted(start, max(0, width - width_of(end) - (1 if end else 0)))
    gap = width - width_of(start) - width_of(end)
    return [*start, (" " * gap, blank), *end]


def strip_of(pieces: Iterable[Piece], width: int, base: Style, over: Style | None = None) -> Strip:
    """Return pieces as a line of exactly this width, on the base style, with another style laid over all of it."""
    segments = [Segment(text, base + style) for text, style in pieces if text]
    strip = Strip(segments).adjust_cell_length(width, base)
    # What is laid over must win over each piece's own background.
    return strip if over is None else Strip([Segment(s.text, (s.style or base) + over) for s in strip], width)


class PlainLines(LineFilter):
    """Leaves out of every line that is drawn what would move the terminal; nothing counted a cell for it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the pieces of a line, their words plain."""
        del background
        if any(one.control for one in segments):
            return segments  # of a picture, which moves the terminal on purpose
        return [one if one.text.isprintable() else _plain_segment(one) for one in segments]


def _plain_segment(segment: Segment) -> Segment:
    return Segment(plain(segment.text), segment.style)


def gauge(low: float, value: float, high: float, n_cells: int, palette: Palette) -> list[Piece]:
    """Return 0 to 100 as a rule of so many cells: the range drawn heavy, the value marked."""
    pieces: list[Piece] = []
    for cell in range(n_cells):
        start, end = cell * _SCALE / n_cells, (cell + 1) * _SCALE / n_cells
        if start <= value < end or (cell == n_cells - 1 and value >= end):
            pieces.append(("●", palette.score(value)))
        elif end > low and start < high:
            pieces.append(("━", palette.bar))
        else:
            pieces.append(("·", palette.track))
    return pieces


def bar(value: float, greatest: float, n_cells: int) -> str:
    """Return a bar of at most so many cells, to the eighth of a cell."""
    eighths = round(value / greatest * n_cells * 8) if greatest > 0 else 0
    eighths = max(eighths, 1 if value > 0 else 0)
    full, rest = divmod(min(eighths, n_cells * 8), 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def columns_chart(values: Sequence[float], n_lines: int) -> list[str]:
    """Return values as columns of so many lines, the greatest reaching the top; the first line is the top one."""
    greatest = max(values, default=0)
    if greatest <= 0:
        return [" " * len(values)] * n_lines
    heights = [max(round(value / greatest * n_lines * 8), 1 if value > 0 else 0) for value in values]
    return [
        "".join(_STEPS[max(0, min(8, height - 8 * line))] for height in heights) for line in reversed(range(n_lines))
    ]
