"""The 0-100 scale, other scales to it and back, percentile, tier, taste distance; pure functions on integers.

Scores and percentiles are integers throughout: ``(100 * L + 50 * E) // N`` has one answer on every machine, where the
same in floats has two (docs/adr/0003-integers-for-scores.md).
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from camflix.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_SCORE = 0
MAX_SCORE = 100
MIN_DISTINCT_SCORES = 5
"""A percentile means something from this many different scores on."""

_PLAIN_INTEGER = re.compile(r"[0-9]{1,3}")


def parse_score(text: str) -> int:
    """Return the score that ``text`` spells, an integer from 0 to 100.

    Raises:
        InvalidInputError: for anything else (-1, 101, 7.5, "abc"), naming the field ``score``.
    """
    if _PLAIN_INTEGER.fullmatch(text.strip(" ")) and int(text) <= MAX_SCORE:
        return int(text)
    raise InvalidInputError(
        "score: “{value}” is not a score.", hint="Give a whole number from 0 to 100.", field="score", value=text
    )


def from_scale(value: Fraction, maximum: int) -> int:
    """Return ``value`` on a scale that ends at ``maximum`` as a score, halves rounded up.

    Raises:
        InvalidInputError: when the value lies outside 0..maximum.
    """
    if not 0 <= value <= maximum:
        raise InvalidInputError(
            "rating: {value} lies outside the scale 0 to {maximum}.",
            hint="Correct the line, or choose the right scale.",
            field="rating",
            value=float(value),
            maximum=maximum,
        )
    return int(value * MAX_SCORE / maximum + Fraction(1, 2))


def to_scale(score: float, maximum: float) -> float:
    """Return a 0-100 score on a scale that ends at ``maximum``."""
    return score * maximum / MAX_SCORE


def percentile(n_lower: int, n_equal: int, n_all: int) -> int:
    """Return the percentile, 0 to 100, of a film with ``n_lower`` of the user's ``n_all`` scores under its own.

    ``n_equal`` counts the equal scores, this film's included: ``P = (100 * L + 50 * E) // N``.
    """
    return (100 * n_lower + 50 * n_equal) // n_all


def percentiles(scores: Sequence[int]) -> dict[int, int] | None:
    """Return the percentile of each different score of one user; None under five different scores."""
    return percentiles_of_counts(Counter(scores))


def percentiles_of_counts(counts: Mapping[int, int]) -> dict[int, int] | None:
    """Return ``percentiles`` from how often each score was given."""
    if len(counts) < MIN_DISTINCT_SCORES:
        return None
    n_all = sum(counts.values())
    result: dict[int, int] = {}
    n_lower = 0
    for score in sorted(counts):
        result[score] = percentile(n_lower, counts[score], n_all)
        n_lower += counts[score]
    return result


def median_of_counts(counts: Mapping[int, int]) -> float:
    """Return the median of scores given how often each occurs; there must be some."""
    n = sum(counts.values())
    middle: list[int] = []
    seen = 0
    for score in sorted(counts):
        middle += [score for position in ((n - 1) // 2, n // 2) if seen <= position < seen + counts[score]]
        seen += counts[score]
    return sum(middle) / 2


def tier(percentile_: int) -> int:
    """Return the tier, 1 to 10, of a percentile: ``P // 10 + 1``, the top one closed at 100."""
    return min(percentile_ // 10 + 1, 10)


def n_common_needed(n_first: int, n_second: int) -> int:
    """Return how many films two users with so many ratings must share before their taste distance is told."""
    smaller = min(n_first, n_second)
    return max(3, min(20, -(-smaller // 20)))


def taste_distance(first: Mapping[int, int], second: Mapping[int, int]) -> float | None:
    """Return the mean absolute difference of percentiles over the films both rated; None when it can't be told.

    Args:
        first: score by film of one user.
        second: score by film of the other.

    Returns:
        0.0 (the same taste) to 100.0; None with too few films in common, or too few different scores of either.
    """
    common = first.keys() & second.keys()
    percentiles_1, percentiles_2 = percentiles(list(first.values())), percentiles(list(second.values()))
    if percentiles_1 is None or percentiles_2 is None or len(common) < n_common_needed(len(first), len(second)):
        return None
    return sum(abs(percentiles_1[first[film]] - percentiles_2[second[film]]) for film in common) / len(common)
