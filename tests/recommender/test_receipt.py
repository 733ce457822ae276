"""Whole thousandths that add up."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.receipt import apportion, apportion_ratios, rounded_ratio, rounded_ratios, total_of

POINTS = st.lists(st.floats(-100, 100), max_size=60)


@given(POINTS)
def test_the_lines_add_up_and_each_is_within_a_thousandth_of_its_value(points: list[float]) -> None:
    """Whatever the values are."""
    amounts = apportion(np.array(points))
    assert int(amounts.sum()) == total_of(points)
    for amount, value in zip(amounts.tolist(), points, strict=True):
        # The value's own thousandths, as a float has them; the law is exact on these.
        assert abs(Fraction(amount) - Fraction(value * 1000)) <= 1


@given(POINTS, st.randoms(use_true_random=False))
def test_the_total_does_not_depend_on_the_order_of_lines(points: list[float], random: object) -> None:
    """So a model may add them in any order."""
    shuffled = list(points)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total_of(shuffled) == total_of(points)


@given(st.lists(st.integers(-(10**12), 10**12), max_size=60), st.integers(1, 10**9))
def test_ratios_add_up_to_the_rounded_ratio_of_their_sum(numerators: list[int], denominator: int) -> None:
    """In integers, exactly."""
    amounts = apportion_ratios(np.array(numerators, dtype=np.int64), denominator)
    assert int(amounts.sum()) == rounded_ratio(sum(numerators), denominator)
    for amount, numerator in zip(amounts.tolist(), numerators, strict=True):
        assert abs(Fraction(amount) - Fraction(numerator, denominator)) <= 1


def test_equal_fractions_give_the_thousandth_to_the_earlier_line() -> None:
    """The rule that makes it the same everywhere."""
    assert apportion(np.array([0.0015, 0.0015, 0.0015])).tolist() == [2, 2, 1]
    assert apportion(np.array([])).tolist() == []


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**12))
def test_halves_are_rounded_up(numerator: int, denominator: int) -> None:
    """Alone and in arrays."""
    expected = (Fraction(numerator, denominator) + Fraction(1, 2)).__floor__()
    assert rounded_ratio(numerator, denominator) == expected
    assert rounded_ratios(np.array([numerator]), np.array([denominator])).tolist() == [expected]
