"""A list is not ten sequels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender.diversity import NO_FRANCHISE, diversify

few = settings(max_examples=100, deadline=None)


@st.composite
def candidates(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw order scores, vectors and franchises of up to 40 candidates."""
    n = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low, high = draw(st.sampled_from(((0, 100), (-50, 50), (-50, -1), (7, 8))))
    vectors = rng.normal(size=(n, 4)).astype(np.float32)
    vectors[rng.random(n) < 0.1] = 0
    return -np.sort(-rng.integers(low, high, n).astype(np.float64)), vectors, rng.integers(-1, 5, n).astype(np.int32)


@few
@given(drawn=candidates(), n=st.integers(0, 50), trade_off=st.floats(0, 1), most=st.integers(1, 3))
def test_a_varied_list_is_as_long_as_it_can_be_and_keeps_the_best_first(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], n: int, trade_off: float, most: int
) -> None:
    scores, vectors, franchises = drawn
    chosen = diversify(scores, vectors, n, franchises=franchises, trade_off=trade_off, most_of_a_franchise=most)
    again = diversify(scores, vectors, n, franchises=franchises, trade_off=trade_off, most_of_a_franchise=most)
    assert len(set(chosen.tolist())) == len(chosen) == min(n, len(scores))
    assert n == 0 or chosen[0] == 0
    assert chosen.tolist() == again.tolist()


@few
@given(drawn=candidates(), n=st.integers(0, 50), most=st.integers(1, 3))
def test_a_franchise_has_no_more_than_its_share_while_others_are_left(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], n: int, most: int
) -> None:
    scores, vectors, franchises = drawn
    chosen = diversify(scores, vectors, n, franchises=franchises, most_of_a_franchise=most)
    sizes = np.bincount(franchises[franchises >= 0], minlength=5)
    n_within = int(np.minimum(sizes, most).sum()) + int(np.count_nonzero(franchises == NO_FRANCHISE))
    within = franchises[chosen[:n_within]]
    assert np.all(np.bincount(within[within >= 0], minlength=5) <= most)


@few
@given(drawn=candidates(), n=st.integers(0, 50))
def test_without_trade_off_and_franchises_the_order_stays(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], n: int
) -> None:
    scores, vectors, _ = drawn
    assert diversify(scores, vectors, n, trade_off=0).tolist() == list(range(min(n, len(scores))))


def test_a_copy_gives_way_to_something_else_that_is_nearly_as_good() -> None:
    scores = np.array([100.0, 99.0, 95.0])
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert diversify(scores, vectors, 3).tolist() == [0, 2, 1]


def test_what_is_much_worse_does_not_come_up_for_being_different() -> None:
    scores = np.array([100.0, 99.0, 20.0])
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert diversify(scores, vectors, 2).tolist() == [0, 1]


def test_sequels_come_back_when_nothing_else_is_left() -> None:
    vectors = np.eye(4, dtype=np.float32)
    franchises = np.array([3, 3, NO_FRANCHISE, 3], dtype=np.int32)
    scores = np.array([9.0, 8.0, 2.0, 1.0])
    assert diversify(scores, vectors, 4, franchises=franchises, trade_off=0).tolist() == [0, 2, 1, 3]


def test_no_candidates_are_no_list() -> None:
    assert len(diversify(np.zeros(0), np.zeros((0, 32), dtype=np.float32), 10)) == 0


@pytest.mark.parametrize(
    ("scores", "n_vectors", "n_franchises", "trade_off"),
    [
        ([2.0, 1.0], 3, 2, 0.2),
        ([2.0, 1.0], 2, 3, 0.2),
        ([1.0, 2.0], 2, 2, 0.2),
        ([np.nan, 1.0], 2, 2, 0.2),
        ([2.0, 1.0], 2, 2, 1.5),
    ],
)
def test_what_does_not_fit_is_refused(scores: list[float], n_vectors: int, n_franchises: int, trade_off: float) -> None:
    with pytest.raises(ValueError, match=r"don't fit together|descending|between 0 and 1"):
        diversify(
            np.array(scores),
            np.ones((n_vectors, 4), dtype=np.float32),
            2,
            franchises=np.zeros(n_franchises, dtype=np.int32),
            trade_off=trade_off,
        )
