"""A receipt as lines: each summand with its points at the right edge, adding up to the digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix import display
from camflix.i18n import N_, _, decimal, plural
from camflix.tui.drawing import bar, fitted, gauge, left, right, spread
from camflix.tui.widgets.page import Line
from camflix.tui.words import REASONS, range_words, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.results import Prediction, Receipt, ReceiptLine
    from camflix.tui.drawing import Piece, Pieces
    from camflix.tui.themes import Palette

N_STRONGEST = 5
"""How many lines for, and how many against, are shown before all are asked for."""

LABEL = 18
"""The width of the words before a fact."""

_MOST_COLUMNS = 96
_LEAST_FOR_GAUGE = 76
_BAR_CELLS = 8
_POINTS = 9
_BASE = ("mean", "film", "person", "choice")
_OWN = ("own_rating", "own_presence")
_MEANINGS: dict[str, tuple[str, str, str]] = {
    "film": (
        N_("this film: rated like the average"),
        N_("this film: rated above average"),
        N_("this film: rated below average"),
    ),
    "person": (
        N_("you: you rate like everybody"),
        N_("you: you rate above average"),
        N_("you: you rate below average"),
    ),
    "choice": (
        N_("your choosing it: makes no difference"),
        N_("your choosing it: raises the score"),
        N_("your choosing it: lowers the score"),
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Someone a line leads to."""

    username: str


class ReceiptPaper:
    """Makes the lines of one receipt.

    Args:
        receipt: what to show.
        width: of the page.
        palette: the styles.
        is_whole: whether each single line is shown, or the strongest only and the others together.
    """

    def __init__(self, receipt: Receipt, width: int, palette: Palette, *, is_whole: bool) -> None:
        self._receipt = receipt
        self._width = min(width - 2, _MOST_COLUMNS)
        self._palette = palette
        self._is_whole = is_whole
        self._greatest = max((abs(line.amount) for line in self._tastes()), default=1.0)

    def lines(self) -> list[Line]:
        """Return all lines, in points of 100."""
        predicted = self._receipt.prediction.predicted_score
        words = "" if predicted is None else display.points_words(predicted)
        with display.in_points():
            return self._point_lines([Line([(" " + words, self._palette.dim)])] if words else [])

    def _point_lines(self, remarks: list[Line]) -> list[Line]:
        receipt, palette = self._receipt, self._palette
        result = [
            *prediction_lines(receipt.prediction, receipt.own_score, self._width, palette),
            *remarks,
            Line(),
        ]
        if not receipt.lines or receipt.prediction.reason is not None:
            return result  # what nothing is predicted from makes no sum
        base = [line for line in receipt.lines if line.part in _BASE]
        result += [self._sum(_base_words(line), line.amount, signed=line.part != "mean") for line in base]
        if base and self._tastes():
            result += [self._rule(), self._sum(_("with taste left aside"), _total(base), signed=False)]
        result += self._groups()
        result += [self._sum(_("kept inside the scale"), line.amount) for line in receipt.lines if line.part == "clip"]
        result += [self._rule(), self._sum(_("total"), receipt.total, signed=False, style=palette.strong)]
        return [*result, Line(), Line([(" " + self._footnote(), palette.dim)])]

    def _tastes(self) -> list[ReceiptLine]:
        return [line for line in self._receipt.lines if line.part == "neighbour" or line.part in _OWN]

    def _groups(self) -> list[Line]:
        """Return what speaks for and against, the strongest first, and the others together."""
        tastes = sorted(self._tastes(), key=lambda line: -abs(line.amount))
        ups = [line for line in tastes if line.amount > 0]
        downs = [line for line in tastes if line.amount <= 0]
        n = len(tastes) if self._is_whole else N_STRONGEST
        result: list[Line] = []
        for words, chosen in ((_("for"), ups[:n]), (_("against"), downs[:n])):
            if chosen:
                result += [Line(), self._header(words, chosen)]
                result += [self._taste(line) for line in chosen]
        others = ups[n:] + downs[n:]
        if others:
            result += [Line(), self._sum(_others_words(others), _total(others), target="all")]
        return result

    def _header(self, words: str, lines: Sequence[ReceiptLine]) -> Line:
        palette = self._palette
        is_people = lines[0].part == "neighbour"
        titles = (_("score"), _("deviation"), _("weight"), _("in common")) if is_people else (_("score"),)
        start: list[Piece] = [(left(" " + words, self._name_width), palette.title)]
        start += [(right(title, 11), palette.dim) for title in titles[: self._n_values]]
        return Line(spread(start, [(right(_("points"), _POINTS), palette.dim)], self._width, palette.text))

    @property
    def _name_width(self) -> int:
        return self._width - _POINTS - _BAR_CELLS - 2 - 11 * self._n_values

    @property
    def _n_values(self) -> int:
        """Return for how many columns of values there is room."""
        is_people = any(line.part == "neighbour" for line in self._receipt.lines)
        room = self._width - _POINTS - _BAR_CELLS - 2 - 24
        return max(1, min(4 if is_people else 1, room // 11))

    def _taste(self, line: ReceiptLine) -> Line:
        palette = self._palette
        values = [
            "-" if line.score is None else str(line.score),
            decimal(line.deviation or 0, 1, signed=True),
            _("{number}%", number=decimal(100 * (line.weight or 0), 2)),
            "-" if line.n_common is None else str(line.n_common),
        ]
        start: list[Piece] = [(left(" " + _taste_words(line), self._name_width), palette.text)]
        if line.score is not None:
            start.append((right(values[0], 11), palette.score(line.score)))
            start += [(right(value, 11), palette.dim) for value in values[1 : self._n_values]]
        style = palette.good if line.amount > 0 else palette.bad
        length = bar(abs(line.amount), self._greatest, _BAR_CELLS)
        end: list[Piece] = [(right(length, _BAR_CELLS), style), (right(_points(line.amount), _POINTS), palette.text)]
        target: object | None = line.movie or (Person(line.username) if line.username else None)
        return Line(spread(start, end, self._width, palette.text), target)

    def _sum(
        self, words: str, amount: float, *, signed: bool = True, style: object = None, target: object | None = None
    ) -> Line:
        chosen = self._palette.strong if style else self._palette.text
        points = right(_points(amount, signed=signed), _POINTS)
        return Line(spread([(" " + words, chosen)], [(points, chosen)], self._width, chosen), target)

    def _rule(self) -> Line:
        return Line([(right("─" * (_POINTS - 1), self._width), self._palette.track)])

    def _footnote(self) -> str:
        engine = self._receipt.prediction.engine
        if self._is_whole or len(self._tastes()) <= N_STRONGEST:
            return _("engine: {engine}; the lines add up to the digit", engine=engine)
        return _("engine: {engine}; the lines add up to the digit; a shows every single line", engine=engine)


def prediction_lines(prediction: Prediction, own_score: int | None, width: int, palette: Palette) -> list[Line]:
    """Return a predicted score with its range, or the reason for none; and one's own score where there is one."""
    result: list[Line] = []
    if prediction.predicted_score is None:
        reason = _(REASONS[prediction.reason]) if prediction.reason else ""
        result.append(Line([(" " + _("No predicted score: {reason}.", reason=reason), palette.warning)]))
    else:
        low, high, predicted = prediction.low or 0, prediction.high or 0, prediction.predicted_score
        pieces: list[Piece] = [
            (" " + left(_("predicted"), LABEL), palette.dim),
            (right(display.computed(predicted), 5), palette.score(predicted)),
            # Where there is little room the numbers come first.
            *((("   ", palette.dim), *gauge(low, predicted, high, 20, palette)) if width >= _LEAST_FOR_GAUGE else ()),
            ("   " + _("80%: {range}", range=range_words(prediction)), palette.text),
            ("   " + plural("{n} opinion", "{n} opinions", prediction.n_evidence), palette.dim),
        ]
        result.append(Line(fitted(pieces, width)))
    if own_score is not None:
        own: Pieces = [
            (" " + left(_("my score"), LABEL), palette.dim),
            (right(display.given(own_score), 5), palette.score(own_score)),
            ("   " + _("predicted as if it had not been given"), palette.dim),
        ]
        result.append(Line(fitted(own, width)))
    return result


def _base_words(line: ReceiptLine) -> str:
    if line.part == "mean":
        return _("the mean of all ratings")
    # Nothing, more, less.
    return _(_MEANINGS[line.part][(line.amount > 0) - (line.amount < 0)])


def _taste_words(line: ReceiptLine) -> str:
    if line.movie is None:
        return line.username or _("anonymous")
    if line.part == "own_presence":
        return _("{film}: that you chose to see it", film=title_of(line.movie))
    return title_of(line.movie)


def _others_words(lines: Sequence[ReceiptLine]) -> str:
    if lines[0].part == "neighbour":
        return plural("the {n} other person together", "the {n} other people together", len(lines))
    # A film has two: its score, and that it was chosen.
    return plural("the {n} other line together", "the {n} other lines together", len(lines))


def _points(amount: float, *, signed: bool = True) -> str:
    return decimal(round(amount * 1000) / 1000, 3, signed=signed)


def _total(lines: Sequence[ReceiptLine]) -> float:
    # Thousandths as integers: floats would not add up to the digit.
    return sum(round(line.amount * 1000) for line in lines) / 1000
