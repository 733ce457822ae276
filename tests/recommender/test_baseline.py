"""Effects of films and people, drawn to the mean where little is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given

from camflix.recommender.baseline import MIDDLE, fit_baseline
from tests.recommender.strategies import community, rating_matrices, ratings_of, row

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings


def test_a_film_above_the_mean_has_a_damped_positive_effect() -> None:
    """Closer to the mean than its own ratings are."""
    rated = {(user, 0): 90 for user in range(6)} | {(user, 1): 50 for user in range(6)}
    baseline = fit_baseline(ratings_of(rated, 6, 3))
    assert baseline.mean == 70_000
    assert 0 < baseline.item_effects[0] < 20_000
    assert baseline.item_effects[0] == -baseline.item_effects[1]
    assert baseline.item_effects[2] == 0


def test_the_effect_of_one_row_is_that_of_the_whole_matrix() -> None:
    """To the digit, so that folding in unchanged ratings changes nothing."""
    ratings = community()
    baseline = fit_baseline(ratings)
    residuals = baseline.residuals(ratings)
    spreads = baseline.spreads(ratings, residuals)
    for user in range(ratings.n_users):
        items, scores = ratings.of_user(user)
        less_items = baseline.less_items(items, scores)
        own = less_items - baseline.effect(less_items)
        assert np.array_equal(own, residuals[ratings.user_ptr[user] : ratings.user_ptr[user + 1]])
        assert spreads[user] == baseline.spread(own)


def test_dampings_follow_the_data() -> None:
    """Where films differ little from each other, a film needs more ratings to leave the mean."""
    rng = np.random.default_rng(4)
    dampings = []
    for difference in (2, 20):
        effects = rng.normal(0, difference, 40)
        scores = np.clip(np.rint(50 + effects + rng.normal(0, 10, (30, 40))), 0, 100).astype(int)
        rated = {(user, item): int(scores[user, item]) for user in range(30) for item in range(40)}
        dampings.append(fit_baseline(ratings_of(rated, 30, 40)).item_damping)
    assert dampings[0] > 5 * dampings[1]


def test_no_ratings_give_the_middle_of_the_scale() -> None:
    """And no effects."""
    baseline = fit_baseline(ratings_of({}, 2, 3))
    assert baseline.mean == MIDDLE
    assert baseline.item_effects.tolist() == [0, 0, 0]
    assert baseline.effect(baseline.less_items(*row({}))) == 0
    assert baseline.effect(baseline.less_items(*row({0: 100}))) > 0


@given(ratings=rating_matrices())
def test_any_matrix_has_finite_effects_on_the_scale(ratings: Ratings) -> None:
    """One rating, all alike, empty rows: dampings stay positive, effects within the scale."""
    baseline = fit_baseline(ratings)
    assert 0 <= baseline.mean <= 100_000
    assert np.all(np.abs(baseline.item_effects) <= 100_000)
    assert baseline.item_damping > 0
    assert baseline.user_damping > 0
    assert baseline.variance >= 1
    assert np.all(baseline.spreads(ratings, baseline.residuals(ratings)) > 0)
