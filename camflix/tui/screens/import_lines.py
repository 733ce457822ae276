"""What the import screen shows of a file before it is taken."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from camflix.i18n import _, plural
from camflix.tui.drawing import cut, left, right
from camflix.tui.widgets.page import Line

if TYPE_CHECKING:
    from camflix.tui.importing import Mapped, Preview
    from camflix.tui.themes import Palette

_RATING = 14
_SCORE = 9
_ROWS = 10
_LEAST_TEXT = 20


class RatingLine(NamedTuple):
    """Where the line of a rating leads: to giving it another score."""

    written: str


def hint_lines(width: int, palette: Palette) -> list[Line]:
    """Return what can be brought in, and where it comes from."""
    hints = (
        _("Letterboxd: Settings, Data, Export your data; then the ZIP as it came, or ratings.csv."),
        _("MovieLens: a ZIP or folder of a data set. It brings a community, people to be compared with."),
        _("Nothing is written before you have seen what the file holds; u takes a whole import back."),
    )
    lines = [line for hint in hints for line in wrap(hint, max(_LEAST_TEXT, width - 2), subsequent_indent="  ")]
    return [Line([(" " + line, palette.dim)]) for line in lines]


def preview_lines(preview: Preview, width: int, palette: Palette) -> list[Line]:
    """Return what a file holds and which scores it becomes, to be changed, then taken."""
    n_words = plural("{n} rating", "{n} ratings", preview.n_rows)
    whose = _("of a community") if preview.is_community else _("of mine")
    return [
        Line([(" " + cut(preview.path.name, 40), palette.strong), (f"  {preview.format_words}", palette.dim)]),
        Line([(f" {n_words} {whose}", palette.text)]),
        Line(),
        *_mapping_lines(preview, palette),
        Line(),
        *_first_row_lines(preview, width, palette),
        Line(),
        Line([(" " + _("Bring them in"), palette.accent)], "take"),
    ]


def _mapping_lines(preview: Preview, palette: Palette) -> list[Line]:
    scale = _("0 to {highest}", highest=preview.highest)
    if preview.scale == "auto":
        scale = _("0 to {highest}, as its format says", highest=preview.highest)
    heading = right(_("as written"), _RATING) + "   " + right(_("score"), _SCORE) + right(_("rows"), _ROWS)
    remark = _("Enter: another score")
    if preview.n_counted < preview.n_rows:
        remark = plural("of the first row", "of the first {n} rows", preview.n_counted)
    return [
        Line([(" " + _("Scale of the file:") + " ", palette.text), (scale, palette.accent)], "scale"),
        Line([(heading, palette.title), ("   " + remark, palette.dim)]),
        *(_rating_line(mapped, palette) for mapped in preview.mapping),
    ]


def _rating_line(mapped: Mapped, palette: Palette) -> Line:
    score = _("refused") if mapped.score is None else str(mapped.score)
    style = palette.bad if mapped.score is None else palette.score(mapped.score)
    return Line(
        [
            (right(mapped.written or _("no number"), _RATING), palette.text),
            (" → ", palette.dim),
            (right(score, _SCORE), style),
            (right(str(mapped.n_rows), _ROWS), palette.dim),
            ("   " + _("given by me") if mapped.is_own else "", palette.accent),
        ],
        RatingLine(mapped.written) if mapped.written else None,
    )


def _first_row_lines(preview: Preview, width: int, palette: Palette) -> list[Line]:
    name = max(20, width - 22)
    lines = [Line([(" " + _("The first rows"), palette.title)])]
    for row in preview.rows:
        pieces = [
            (" " + left(row.film, name), palette.text),
            (right(row.written, 8), palette.dim),
            (right(str(row.score), 4), palette.score(row.score)),
        ]
        lines.append(Line(pieces))
    return lines
