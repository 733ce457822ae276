"""The receipt: a prediction as the sum it is, in columns whose points add up at the right edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from camflix import display
from camflix.cli.output import console
from camflix.cli.views import gauge, print_paragraph, print_title, range_words, score_text
from camflix.cli.words import REASONS, title_of
from camflix.i18n import N_, _, decimal, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from rich.console import Console

    from camflix.results import Prediction, Receipt, ReceiptLine

    Shown = TypeVar("Shown")

_MOST_COLUMNS = 78
_LEAST_NAME = 12
_GAP = 2
_MOST_LINES, _LEAST_LINES = 12, 4
_LINES_AROUND = 18
"""What a receipt says beside its single people, so that on a small screen all of it stands on one page."""

_BASE = ("mean", "film", "person", "choice")
_OWN = ("own_rating", "own_presence")


def show_receipt(receipt: Receipt) -> None:
    """Print a prediction as the sum it is, in points of 100."""
    with display.in_points():
        _print_receipt(receipt)
    predicted = receipt.prediction.predicted_score
    if predicted is not None and (words := display.points_words(predicted)):
        print_paragraph(words, style="dim")


def _print_receipt(receipt: Receipt) -> None:
    out = console()
    print_title(_("{film}, for {user}", film=title_of(receipt.movie), user=receipt.username))
    if receipt.prediction.reason is None:
        _print_prediction(out, receipt.prediction)
    else:
        print_paragraph(_("No predicted score: {reason}.", reason=_(REASONS[receipt.prediction.reason])))
    if receipt.own_score is not None:
        print_paragraph(_("Your own score is {score}; predicted as if you had not given it.", score=receipt.own_score))
    # What nothing is predicted from makes no sum.
    if receipt.lines and receipt.prediction.reason is None:
        _Paper(out, receipt).print_all()
        print_paragraph(_footnote(receipt), style="dim")


def _print_prediction(out: Console, prediction: Prediction) -> None:
    assert prediction.predicted_score is not None
    score = score_text(prediction.predicted_score, 1)
    rule = Text("0 ") + gauge(prediction.low or 0, prediction.predicted_score, prediction.high or 0) + Text(" 100")
    opinions = Text(plural("from {n} opinion", "from {n} opinions", prediction.n_evidence))
    rows = ((_("predicted score"), score, rule), (_("80% range"), Text(range_words(prediction)), opinions))
    label_width = max(cell_len(label) for label, _value, _remark in rows)
    value_width = max(value.cell_len for _label, value, _remark in rows)
    for label, value, remark in rows:
        indent = " " * (_GAP + value_width - value.cell_len)
        out.print(Text(set_cell_size(label, label_width) + indent) + value + Text(" " * (_GAP + 1)) + remark)


def _footnote(receipt: Receipt) -> str:
    engine = receipt.prediction.engine
    if any(line.part == "neighbour" for line in receipt.lines):
        words = N_("engine: {engine}; deviation × weight = points; the lines add up to the digit")  # noqa: RUF001 - times
        return _(words, engine=engine)
    return _("engine: {engine}; the lines add up to the digit", engine=engine)


class _Paper:
    """Writes the lines of one receipt: words to the left, points to the right."""

    def __init__(self, out: Console, receipt: Receipt) -> None:
        self._out = out
        self._receipt = receipt
        self._width = min(out.width, _MOST_COLUMNS)
        self._n_shown = (
            max(_LEAST_LINES, min(_MOST_LINES, out.height - _LINES_AROUND)) if out.is_terminal else _MOST_LINES
        )
        written = [_points(_thousandths(line)) for line in receipt.lines]
        self._points_width = max(map(cell_len, (*written, _points(round(receipt.total * 1000)), _("points"))))

    def print_all(self) -> None:
        base, people, own = (self._lines(*parts) for parts in (_BASE, ("neighbour",), _OWN))
        self._out.print()
        for line in base:
            self._sum(_base_words(line), _points(_thousandths(line), signed=line.part != "mean"))
        if base and (people or own):
            self._rule()
            self._sum(_("with taste left aside"), _points(_total(base), signed=False))
        if people:
            self._people(people)
        if own:
            self._own(own)
        for line in self._lines("clip"):
            self._sum(_("kept inside the scale"), _points(_thousandths(line)))
        self._rule()
        self._sum(_("total"), _points(round(self._receipt.total * 1000), signed=False), style="bold")

    def _lines(self, *parts: str) -> list[ReceiptLine]:
        return [line for line in self._receipt.lines if line.part in parts]

    def _people(self, lines: list[ReceiptLine]) -> None:
        header = (_("who rated it"), _("score"), _("deviation"), _("weight"), _("correlation"), _("in common"))
        shown, others = self._greatest(sorted(lines, key=lambda line: -abs(line.amount)))
        rows = [_person_cells(line) for line in shown]
        self._table(header, rows, [_points(_thousandths(line)) for line in shown])
        if others:
            words = plural("the {n} other person together", "the {n} other people together", len(others))
            self._sum(words, _points(_total(others)))

    def _own(self, lines: list[ReceiptLine]) -> None:
        """Write a line a film: what its score adds, and what its having been rated at all adds."""
        header = (_("what you rated"), _("score"), _("its score"), _("its choice"))
        films: dict[int, list[ReceiptLine]] = {}
        for line in lines:
            assert line.movie is not None
            films.setdefault(line.movie.id, []).append(line)
        ordered = sorted(films.values(), key=lambda of_one: -abs(_total(of_one)))
        shown, others = self._greatest(ordered)
        self._table(header, [_film_cells(film) for film in shown], [_points(_total(film)) for film in shown])
        if others:
            words = plural("the {n} other film together", "the {n} other films together", len(others))
            self._sum(words, _points(sum(map(_total, others))))

    def _greatest(self, ordered: list[Shown]) -> tuple[list[Shown], list[Shown]]:
        # One line for one other would say less in the same space.
        n = len(ordered) if len(ordered) == self._n_shown + 1 else self._n_shown
        return ordered[:n], ordered[n:]

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[str]], points: Sequence[str]) -> None:
        """Write rows under a header: names to the left, then as many columns as there is room for."""
        widths = [_GAP + max(map(cell_len, column)) for column in list(zip(header, *rows, strict=True))[1:]]
        room = self._width - self._points_width - _GAP
        while widths and room - sum(widths) < _LEAST_NAME:
            widths.pop()
        self._out.print()
        for number, (cells, amount) in enumerate(zip((header, *rows), (_("points"), *points), strict=True)):
            name = _cut(cells[0], room - sum(widths))
            values = "".join(_right(cell, width) for cell, width in zip(cells[1:], widths, strict=False))
            self._print(name + values + _right(amount, self._points_width + _GAP), "bold" if number == 0 else "")

    def _sum(self, words: str, points: str, style: str = "") -> None:
        room = self._width - self._points_width - _GAP
        self._print(_cut(words, room) + _right(points, self._points_width + _GAP), style)

    def _rule(self) -> None:
        self._print(_right("─" * self._points_width, self._width))

    def _print(self, line: str, style: str = "") -> None:
        self._out.print(Text(line, style=style, no_wrap=True))


def _base_words(line: ReceiptLine) -> str:
    if line.part == "mean":
        return _("the mean of all ratings")
    # Nothing, more, less.
    signs = {
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
    }[line.part]
    return _(signs[(line.amount > 0) - (line.amount < 0)])


def _person_cells(line: ReceiptLine) -> tuple[str, ...]:
    return (
        line.username or _("anonymous"),
        _or_dash(line.score),
        decimal(line.deviation or 0, 1, signed=True),
        _("{number}%", number=decimal(100 * (line.weight or 0), 2)),
        decimal(line.correlation or 0, 3),
        _or_dash(line.n_common),
    )


def _film_cells(lines: Sequence[ReceiptLine]) -> tuple[str, ...]:
    parts = {line.part: _thousandths(line) for line in lines}
    title = title_of(lines[0].movie) if lines[0].movie else ""
    return (title, _or_dash(lines[0].score), *(_points(parts.get(part, 0)) for part in _OWN))


def _or_dash(number: int | None) -> str:
    return "-" if number is None else str(number)


def _points(thousandths: int, *, signed: bool = True) -> str:
    return decimal(thousandths / 1000, 3, signed=signed)


def _thousandths(line: ReceiptLine) -> int:
    return round(line.amount * 1000)


def _total(lines: Sequence[ReceiptLine]) -> int:
    # Thousandths as integers: floats would not add up to the digit.
    return sum(map(_thousandths, lines))


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text
