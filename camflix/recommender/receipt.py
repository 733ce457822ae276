"""Whole thousandths that add up: the arithmetic of receipts.

A prediction is shown in thousandths of a point and *is* the sum of its lines. Rounding each line on its own would not
add up, so the sum is rounded once and the lines share it by the method of largest remainders (Hamilton's rule): each
line gets the whole number under its own value, and what is left goes one by one to the greatest fractions. Each line
stays within one thousandth of its own value.
"""

from __future__ import annotations

from math import floor, fsum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camflix.recommender.arrays import Float64s, Int64s

THOUSANDTHS = 1000
"""How many of them make a point."""


def total_of(points: Iterable[float]) -> int:
    """Return the sum of ``points`` in whole thousandths, halves rounded up.

    The sum is exact before it is rounded (Shewchuk's algorithm), so the order of the summands doesn't matter.
    """
    return floor(fsum(value * THOUSANDTHS for value in points) + 0.5)


def apportion(points: Float64s, total: int | None = None) -> Int64s:
    """Return ``points`` in whole thousandths that add up; finite float64 ``[n]`` in, int64 ``[n]`` out.

    Equal fractions: the earlier line gets the thousandth.

    Args:
        points: the lines.
        total: what they add up to; ``total_of(points)`` unless it was rounded elsewhere from the same sum, taken in
            another order.
    """
    exact = np.asarray(points, dtype=np.float64) * THOUSANDTHS
    whole = np.floor(exact)
    amounts = whole.astype(np.int64)
    if total is None:
        total = total_of(np.asarray(points, dtype=np.float64).tolist())
    return _give_rest(amounts, exact - whole, total)


def apportion_ratios(numerators: Int64s, denominator: int) -> Int64s:
    """Return whole numbers near ``numerators / denominator`` whose sum is ``rounded_ratio(sum, denominator)``.

    Integers throughout: no rounding but the one that is asked for. int64 ``[n]`` in and out, ``denominator`` > 0.
    """
    amounts = numerators // denominator
    remainders = numerators - amounts * denominator
    return _give_rest(amounts, remainders, rounded_ratio(int(numerators.sum()), denominator))


def rounded_ratio(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded to a whole number, halves up; ``denominator`` > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def rounded_ratios(numerators: Int64s, denominators: Int64s) -> Int64s:
    """Return ``rounded_ratio`` of each pair; int64, 2 * numerators must fit."""
    return (2 * numerators + denominators) // (2 * denominators)


def _give_rest(amounts: Int64s, fractions: Float64s | Int64s, total: int) -> Int64s:
    rest = total - int(amounts.sum())
    amounts[np.argsort(-fractions, kind="stable")[:rest]] += 1
    return amounts
