"""How a person's scores are shown, and typed: of 100, of 10, or as five stars.

A choice of the whole process, like its language: one person sits before a terminal. What is kept, and what the API and
``--json`` say, is 0 to 100 whatever is chosen; so are receipts, whose points must add up to the digit.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

from camflix.i18n import N_, _, decimal
from camflix.scores import MAX_SCORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.results import ScoreDisplay

_HIGHEST: dict[ScoreDisplay, int] = {"100": 100, "10": 10, "stars": 5}
_WIDTHS: dict[ScoreDisplay, int] = {"100": 3, "10": 4, "stars": 5}
SCALES: dict[ScoreDisplay, str] = {"100": N_("0 to 100"), "10": N_("0 to 10"), "stars": N_("0 to 5")}
"""The words of each, to be translated."""
_REFUSALS: dict[ScoreDisplay, str] = {
    "100": N_("{score} is no score: give a whole number from 0 to 100."),
    "10": N_("{score} is no score: give a number from 0 to 10, with one decimal at most, as 7.5."),
    "stars": N_("{score} is no score: give stars from 0 to 5, as 3.5."),
}
_HALF_A_STAR = 10
_TYPED = re.compile(r"[0-9]{1,2}(?:[.,][0-9]{0,2})?")

_current: ScoreDisplay = "100"


def use_display(display: ScoreDisplay) -> None:
    """Show scores so from now on, in this process."""
    global _current  # noqa: PLW0603 - one person sits before a terminal
    _current = display


@contextmanager
def in_points() -> Iterator[None]:
    """Show scores of 100 meanwhile, as receipts do: shown otherwise, their lines would not add up to the digit."""
    chosen = _current
    use_display("100")
    try:
        yield
    finally:
        use_display(chosen)


def points_words(score: float) -> str:
    """Return that what stands above is in points of 100, and a score as shown elsewhere; nothing where it is so too."""
    if _current == "100":
        return ""
    return _("in points of 100; {score} as you have scores shown, {scale}", score=computed(score), scale=scale_words())


def current_display() -> ScoreDisplay:
    """Return how scores are shown now."""
    return _current


def scale_words() -> str:
    """Return from where to where scores go, as shown now."""
    return _(SCALES[_current])


def highest() -> int:
    """Return where scores end, as shown now."""
    return _HIGHEST[_current]


def width() -> int:
    """Return how many terminal cells the widest score of one's own takes."""
    return _WIDTHS[_current]


def given(score: int) -> str:
    """Return a score that somebody gave, to the digit: ``95``, ``9.5``; ``★★★½``, or ``4.75`` between half stars."""
    if _current == "100":
        return str(score)
    if _current == "10":
        return decimal(score / 10, 1)
    n_halves, rest = divmod(score, _HALF_A_STAR)
    if rest:
        return decimal(score / 20, 2)
    return "★" * (n_halves // 2) + "½" * (n_halves % 2) or "0"


def computed(score: float, digits: int = 1) -> str:
    """Return a predicted or mean score: ``78.3`` with so many digits of 100; ``7.8`` of ten, ``3.9`` of five stars."""
    return decimal(score * _HIGHEST[_current] / MAX_SCORE, digits if _current == "100" else 1)


def difference(points: float, digits: int = 1) -> str:
    """Return the difference of two scores, with its sign."""
    return decimal(points * _HIGHEST[_current] / MAX_SCORE, digits if _current == "100" else 1, signed=True)


def range_words(low: float, high: float) -> str:
    """Return a range of scores: ``60-85``, ``6.0-8.5``; seven cells at most."""
    if _current == "100":
        return f"{low:.0f}-{high:.0f}"
    # "10.0" would need a cell more than there is.
    return "-".join(
        decimal(highest(), 0) if words == decimal(highest(), 1) else words for words in map(computed, (low, high))
    )


def typed_score(text: str) -> int | None:
    """Return the score that was typed on the scale shown now; None where it is none.

    Of 100 whole numbers are typed; of ten ``8`` is 80 and ``7.5`` is 75; of five stars ``4`` is 80 and ``3.5`` is 70.
    What lies above the scale, or between two scores, is none: nobody saves 8 who means 80.
    """
    if _current == "100":
        return int(text) if text.isdecimal() and text.isascii() and int(text) <= MAX_SCORE else None
    if not _TYPED.fullmatch(text):
        return None
    points = Fraction(text.replace(",", ".").rstrip(".")) * MAX_SCORE / _HIGHEST[_current]
    return int(points) if points <= MAX_SCORE and points.denominator == 1 else None


def refusal(text: str) -> str:
    """Return why what was typed is no score."""
    return _(_REFUSALS[_current], score=text)
