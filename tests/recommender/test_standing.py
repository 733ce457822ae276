"""Where a person stands beside the baseline, and the ranges of predictions: kernels and numpy, to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender import interval, standing
from camflix.recommender.baseline import fit_baseline
from camflix.recommender.interval import Interval, Ranges
from camflix.recommender.kernels import AVAILABLE
from camflix.recommender.standing import Standings, standardised
from tests.recommender.strategies import community, rating_matrices

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings

needs_kernels = pytest.mark.skipif(not AVAILABLE, reason="The C extension is not built here.")


@pytest.mark.parametrize("steps", [pytest.param("compiled", marks=needs_kernels), "plain"])
@given(rating_matrices())
def test_a_row_alone_stands_where_it_does_among_all(steps: str, ratings: Ratings) -> None:
    baseline = fit_baseline(ratings)
    residuals = baseline.residuals(ratings)
    spreads = baseline.spreads(ratings, residuals)
    z = standardised(residuals, np.repeat(spreads, np.diff(ratings.user_ptr)))
    with pytest.MonkeyPatch.context() as patch:
        if steps == "plain":
            patch.setattr(standing, "AVAILABLE", False)
        standings = Standings(baseline)
        for user in range(ratings.n_users):
            items, scores = ratings.of_user(user)
            found = standings.of(items, scores)
            assert found.effect == baseline.effect(baseline.less_items(items, scores))
            assert found.spread == spreads[user]
            assert found.z.dtype == np.int16
            assert found.z.tolist() == z[ratings.user_ptr[user] : ratings.user_ptr[user + 1]].tolist()


@pytest.mark.parametrize("steps", [pytest.param("compiled", marks=needs_kernels), "plain"])
def test_what_is_no_row_of_ratings_stands_nowhere(steps: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if steps == "plain":
        monkeypatch.setattr(standing, "AVAILABLE", False)
    ratings = community()
    standings, scores = Standings(fit_baseline(ratings)), np.array([50, 60], dtype=np.uint8)
    for items in ([3, 3], [4, 3]):
        with pytest.raises(ValueError, match="items must ascend"):
            standings.of(np.array(items, dtype=np.int32), scores)
    for item in (-1, ratings.n_items):
        with pytest.raises(ValueError, match="items must lie in"):
            standings.of(np.array([item], dtype=np.int32), scores[:1])
    with pytest.raises(ValueError, match="scores must lie in 0 to 100"):
        standings.of(np.array([1, 2], dtype=np.int32), np.array([50, 101], dtype=np.uint8))
    with pytest.raises(ValueError, match=r"scores must be uint8 \[1\]"):
        standings.of(np.array([1], dtype=np.int32), scores)


@needs_kernels
@given(st.integers(0, 999), st.integers(0, 60), st.sampled_from(((0, 100_000), (10_000, 90_000), (50_000, 50_000))))
def test_scores_and_ranges_are_the_twins(seed: int, n: int, ends: tuple[int, int]) -> None:
    ratings, rng = community(), np.random.default_rng(seed)
    baseline = fit_baseline(ratings)
    normal = Interval.of_normal(baseline, ratings, baseline.residuals(ratings))
    ranges = Ranges(normal, baseline, np.diff(ratings.item_ptr))
    items = rng.integers(ratings.n_items, size=n).astype(np.int32)
    unclipped, n_evidence = rng.integers(-40_000, 140_000, size=n), rng.integers(41, size=n).astype(np.int32)
    person = (float(rng.random() * 3), int(rng.integers(200)))
    fast = ranges.shown(items, unclipped, n_evidence, *person, ends)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interval, "AVAILABLE", False)
        plain = ranges.shown(items, unclipped, n_evidence, *person, ends)
    for one, other in zip(fast, plain, strict=True):
        assert one.dtype == other.dtype
        assert one.tolist() == other.tolist()
    estimates, low, high = fast
    assert np.all((ends[0] / 1000 <= low) & (low <= estimates) & (estimates <= high) & (high <= ends[1] / 1000))
    half = np.ceil(ranges.half_widths(items, n_evidence, *person)) / 1000
    assert np.all((low == ends[0] / 1000) | np.isclose(low, estimates - half, atol=1e-9))
