from __future__ import annotations

import numpy as np
import pytest

from camflix.recommender import generator
from camflix.recommender.generator import generate
from camflix.recommender.kernels.border import check_ratings


def test_generated_ratings_are_sound_and_about_as_many_as_asked_for() -> None:
    ratings = generate(943, 1682, 100_000, seed=1)
    check_ratings(ratings)
    assert ratings.n_ratings == pytest.approx(100_000, rel=0.03)
    assert set(np.unique(ratings.scores).tolist()) <= set(range(10, 101, 10))


def test_the_same_seed_gives_the_same_ratings() -> None:
    first, second, other = (generate(200, 400, 8_000, seed=seed) for seed in (5, 5, 6))
    assert first.items.tobytes() == second.items.tobytes()
    assert first.scores.tobytes() == second.scores.tobytes()
    assert first.items.tobytes() != other.items.tobytes()


@pytest.mark.long
def test_few_films_are_rated_by_half_of_everybody_and_many_by_few() -> None:
    ratings = generate(6040, 3706, 1_000_000, seed=2)
    raters = np.sort(np.diff(ratings.item_ptr))[::-1]
    assert 0.4 * 6040 < raters[0] < 0.7 * 6040
    assert np.median(raters) < 0.03 * 6040
    activity = np.diff(ratings.user_ptr)
    assert activity.mean() > 1.4 * np.median(activity)


def test_tastes_can_be_learnt() -> None:
    """Two users who share many films agree more than chance would have it, or less: their tastes differ."""
    ratings = generate(300, 300, 18_000, seed=3, step=1)
    dense = np.full((300, 300), np.nan)
    dense[ratings.row_users(), ratings.items] = ratings.scores
    residuals = dense - np.nanmean(dense, axis=0)
    residuals -= np.nanmean(residuals, axis=1, keepdims=True)
    filled = np.nan_to_num(residuals)
    values = np.linalg.svd(filled, compute_uv=False)
    rng = np.random.default_rng(3)
    shuffled = rng.permuted(filled, axis=0)
    assert values[0] > 1.2 * np.linalg.svd(shuffled, compute_uv=False)[0]


@pytest.mark.parametrize(("step", "least"), [(1, 0), (10, 10), (20, 20)])
def test_scores_keep_to_the_steps_of_the_scale(step: int, least: int) -> None:
    scores = generate(200, 400, 8_000, seed=4, step=step).scores
    assert (scores % step == 0).all()
    assert scores.min() >= least
    assert scores.max() == 100


def test_chunks_do_not_depend_on_one_user_fitting_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "_CHUNK_DRAWS", 10)
    check_ratings(generate(30, 400, 1_200, seed=5))


@pytest.mark.parametrize("n_ratings", [100, 50_000])
def test_too_few_or_too_many_ratings_are_refused(n_ratings: int) -> None:
    with pytest.raises(ValueError, match="too few or too many"):
        generate(100, 400, n_ratings)
