"""The best of a catalogue."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.model import Person
from camflix.recommender.ranking import best_first, candidates
from tests.recommender.strategies import row


@given(
    values=st.lists(st.integers(0, 6).map(float), max_size=40),
    n=st.integers(0, 12),
    floor=st.integers(0, 4),
    seed=st.integers(0, 99),
)
def test_the_best_are_those_of_a_full_sort(values: list[float], n: int, floor: int, seed: int) -> None:
    """Many ties, a floor, fewer than asked for: always greatest first, ties by position."""
    n_evidence = np.random.default_rng(seed).integers(0, 6, len(values)).astype(np.int32)
    expected = sorted((p for p in range(len(values)) if n_evidence[p] >= floor), key=lambda p: (-values[p], p))[:n]
    found = best_first(np.array(values), n, n_evidence=n_evidence, min_evidence=floor)
    assert found.tolist() == expected


def test_candidates_are_neither_rated_nor_excluded() -> None:
    """In any order, also twice."""
    person = Person(*row({1: 50, 4: 60}), user=-1)
    assert candidates(7, person, np.array([6, 0, 6], dtype=np.int32)).tolist() == [2, 3, 5]
