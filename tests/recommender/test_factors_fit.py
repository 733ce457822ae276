"""Fitting the factor model: presets, chains on threads, warm start, watching, and data of every shape."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender import kernels
from camflix.recommender.arrays import Ratings
from camflix.recommender.evaluation import predict_pairs, rmse
from camflix.recommender.factors import Factors, WarmStart
from camflix.recommender.factors_fit import FactorsSettings, fast_settings, full_settings
from camflix.recommender.factors_posterior import posterior_means
from camflix.recommender.generator import generate
from tests.recommender.conformance import all_items, assert_same_arrays, check_sane
from tests.recommender.strategies import community, ratings_of

QUICK = FactorsSettings(2, 1, 16, 4, 8, 6, 2)
"""Rank 2, four chains of sixteen sweeps."""


def everybody_on_everything(model: Factors) -> np.ndarray:
    """Return all predictions of a model."""
    n_users, n_items = model.ratings.n_users, model.ratings.n_items
    users = np.repeat(np.arange(n_users, dtype=np.int32), n_items)
    return predict_pairs(model, users, np.tile(np.arange(n_items, dtype=np.int32), n_users)).estimates


def test_more_ratings_get_a_higher_rank_within_bounds() -> None:
    """14 at 80,000, 32 at ten times as many."""
    assert full_settings(80_000).rank == 14
    assert full_settings(800_000).rank == 32
    assert full_settings(0).rank == 6
    assert full_settings(10**9).rank == 32
    n_samples = [full_settings(n).n_samples for n in (0, 9_999, 10_000, 1_499_999, 1_500_000, 10**9)]
    assert n_samples == [128, 128, 64, 64, 32, 32]
    for n in (0, 1, 10**5, 10**8):
        assert fast_settings(n).n_chains <= full_settings(n).n_chains
        assert fast_settings(n).n_bundles == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rank", -1),
        ("rank", 64),
        ("n_bundles", 0),
        ("n_samples", 0),
        ("n_samples", 12),
        ("n_samples", 136),
        ("n_sweeps", 4),
        ("n_burnt", -1),
        ("n_warm_burnt", 6),
        ("n_warm_burnt", -1),
        ("n_bundles", 3),
    ],
)
def test_settings_that_cannot_be_sampled_are_refused(field: str, value: int) -> None:
    """Before anything is drawn."""
    with pytest.raises(ValueError, match=r"out of bounds|cannot be"):
        replace(QUICK, **{field: value})


def test_presets_fit_and_a_larger_one_is_not_worse() -> None:
    """Against the true expectations of a community whose noise is known."""
    ratings = community(seed=2, n_users=120, n_items=150)
    rng = np.random.default_rng(4)
    hidden = rng.random(ratings.n_ratings) < 0.2
    train = ratings.where(~hidden)
    users, items = ratings.row_users()[hidden], ratings.items[hidden]
    errors = []
    for chosen in (fast_settings(train.n_ratings), full_settings(train.n_ratings)):
        model = Factors.fit(train, settings=chosen)
        errors.append(rmse(predict_pairs(model, users, items).estimates - ratings.scores[hidden]))
    assert errors[1] < errors[0] + 0.1
    assert errors[1] < 0.75 * float(ratings.scores.std())


def test_what_is_served_is_near_the_posterior_mean() -> None:
    """On held-out ratings at most .0015 stars worse."""
    ratings = community(seed=2, n_users=120, n_items=150)
    hidden = np.random.default_rng(4).random(ratings.n_ratings) < 0.2
    train = ratings.where(~hidden)
    users, items = ratings.row_users()[hidden], ratings.items[hidden]
    served = rmse(predict_pairs(Factors.fit(train), users, items).estimates - ratings.scores[hidden])
    full = rmse(posterior_means(train, users, items) - ratings.scores[hidden])
    assert served / 20 < full / 20 + 0.0015


def test_one_processor_gives_the_bits_that_many_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which thread is faster decides nothing."""
    many = Factors.fit(community(), settings=replace(QUICK, n_bundles=4, n_samples=16))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert_same_arrays(many, Factors.fit(community(), settings=replace(QUICK, n_bundles=4, n_samples=16)))


def test_a_watcher_sees_every_sweep_once() -> None:
    """Whatever threads count."""
    seen = []
    Factors.fit(community(), settings=replace(QUICK, n_bundles=2), watch=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 32) for done in range(1, 33)]


def test_a_watcher_can_end_the_fit() -> None:
    """Its exception comes out, and no thread goes on sampling."""

    class EnoughError(Exception):
        pass

    calls = []

    def watch(done: int, total: int) -> None:
        calls.append((done, total))
        if done == 5:
            raise EnoughError

    with pytest.raises(EnoughError):
        Factors.fit(community(), settings=replace(QUICK, n_bundles=2, n_sweeps=5000), watch=watch)
    assert len(calls) <= 7
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


@pytest.mark.long
def test_a_warm_start_goes_on_where_the_model_was() -> None:
    """A few sweeps from an earlier model predict nearly as a long fit does; as few from nothing do not."""
    ratings = generate(400, 500, 20_000, seed=5)
    settled = Factors.fit(ratings, seed=1)
    chosen = replace(full_settings(ratings.n_ratings), n_warm_sweeps=7, n_warm_burnt=3, n_samples=32)
    warm = Factors.fit(ratings, seed=2, settings=chosen, warm_start=WarmStart(settled))
    cold = Factors.fit(ratings, seed=2, settings=replace(chosen, n_sweeps=7, n_burnt=3))
    expected = everybody_on_everything(settled)
    near, far = (rmse(everybody_on_everything(model) - expected) for model in (warm, cold))
    assert near < 0.9 * far


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_many_people_of_few_ratings_are_told_apart_as_far_as_they_differ(*, is_warm: bool) -> None:
    """By the fast preset: a prior that began at their number would hold them together for a hundred sweeps."""
    rng = np.random.default_rng(0)
    n_users, n_items, n_each, spread = 2000, 200, 5, 14.0
    users = np.repeat(np.arange(n_users, dtype=np.int32), n_each)
    items = rng.random((n_users, n_items)).argsort(axis=1)[:, :n_each].ravel().astype(np.int32)
    levels = 60 + rng.normal(0, spread, n_users)[users] + rng.normal(0, 8, n_items)[items]
    scores = np.clip(np.rint(levels + rng.normal(0, 10, len(users))), 0, 100)
    ratings = Ratings.from_triples(users, items, scores.astype(np.uint8), n_users, n_items)
    chosen = fast_settings(ratings.n_ratings)
    model = Factors.fit(ratings, settings=chosen)
    if is_warm:
        model = Factors.fit(ratings, seed=1, settings=chosen, warm_start=WarmStart(model))
    learnt = model.samples.prior_precisions[:, 0].mean()
    assert learnt == pytest.approx(scores.var() / spread**2, rel=0.4)


def test_a_warm_start_is_the_same_twice() -> None:
    """To the bit, as every fit."""
    settled = Factors.fit(community(), settings=QUICK)
    first, second = (Factors.fit(community(), seed=7, settings=QUICK, warm_start=WarmStart(settled)) for _ in range(2))
    assert_same_arrays(first, second)


def test_a_warm_start_knows_items_that_moved_came_and_went() -> None:
    """Indices of the new ratings are told by indices of the old ones."""
    ratings = community()
    settled = Factors.fit(ratings, settings=QUICK)
    kept = np.random.default_rng(1).permutation(80)[:70]
    moved = np.full(80, -1, dtype=np.int32)
    moved[kept] = np.arange(70)
    known = moved[ratings.items] >= 0
    newer = Ratings.from_triples(ratings.row_users()[known], moved[ratings.items[known]], ratings.scores[known], 60, 75)
    origin = np.concatenate((kept, [-1] * 5)).astype(np.int32)
    model = Factors.fit(newer, settings=QUICK, warm_start=WarmStart(settled, origin))
    for user in (0, 5, 59):
        check_sane(model.predict(model.fitted_person(user), all_items(model)))
    grown = Ratings.from_rows(90, ratings.user_ptr, ratings.items, ratings.scores)
    check_sane(
        (at_end := Factors.fit(grown, settings=QUICK, warm_start=WarmStart(settled))).predict(
            at_end.fitted_person(3), all_items(at_end)
        )
    )


@pytest.mark.parametrize("origin", [[0] * 79, [0] * 79 + [80], [0] * 79 + [-2]])
def test_a_warm_start_that_points_nowhere_is_refused(origin: list[int]) -> None:
    """It would read past the earlier model."""
    settled = Factors.fit(community(), settings=QUICK)
    with pytest.raises(ValueError, match="warm start"):
        Factors.fit(community(), settings=QUICK, warm_start=WarmStart(settled, np.array(origin, dtype=np.int32)))


def test_a_warm_start_from_another_rank_is_taken() -> None:
    """Coordinates that the earlier model lacks start at random, those too many are left."""
    settled = Factors.fit(community(), settings=QUICK)
    for rank in (0, 1, 4):
        model = Factors.fit(community(), settings=replace(QUICK, rank=rank), warm_start=WarmStart(settled))
        check_sane(model.predict(model.fitted_person(3), all_items(model)))


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 9999),
    st.sampled_from([(30, 12), (3, 200), (200, 3), (1, 40), (40, 1), (30, 60)]),
    st.sampled_from(
        [(50,), (0,), (100,), (0, 100), (20, 40, 60, 80, 100), tuple(range(10, 101, 10)), tuple(range(101))]
    ),
    st.sampled_from([0.02, 0.3, 1.0]),
)
def test_data_of_any_shape_is_fitted(
    seed: int, shape: tuple[int, int], levels: tuple[int, ...], density: float
) -> None:
    """Tiny, narrow, constant scores, two levels, users and films of one rating: predictions stay on the scale given."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random(shape) < density)
    scores = rng.choice(np.array(levels, dtype=np.uint8), size=len(users))
    ratings = Ratings.from_triples(users.astype(np.int32), items.astype(np.int32), scores, *shape)
    for chosen in (QUICK, replace(QUICK, rank=9, n_bundles=2)):
        model = Factors.fit(ratings, settings=chosen)
        for user in {0, shape[0] - 1}:
            predictions = model.predict(model.fitted_person(user), all_items(model))
            check_sane(predictions)
            if len(scores):
                assert np.all((predictions.low >= scores.min()) & (predictions.high <= scores.max()))


def test_constant_scores_are_predicted() -> None:
    """Nothing scatters, and nothing is divided by it."""
    model = Factors.fit(ratings_of({(user, item): 70 for user in range(30) for item in range(20)}, 30, 25))
    predictions = model.predict(model.fitted_person(4), all_items(model))
    assert np.all(predictions.estimates == 70)


def test_coarse_scales_are_told_as_well_as_fine_ones() -> None:
    """Five levels and half stars of one community: errors follow the rounding and nothing else."""
    errors = []
    for step in (1, 10, 25):
        ratings = community(seed=3, n_users=150, n_items=150, step=step)
        hidden = np.random.default_rng(1).random(ratings.n_ratings) < 0.2
        model = Factors.fit(ratings.where(~hidden), settings=fast_settings(ratings.n_ratings))
        found = predict_pairs(model, ratings.row_users()[hidden], ratings.items[hidden]).estimates
        errors.append(rmse(found - ratings.scores[hidden]) ** 2 - step**2 / 12)
    assert max(errors) < 1.25 * min(errors)


@pytest.mark.skipif(not kernels.AVAILABLE, reason="The C extension is not built here.")
def test_thousands_of_ratings_of_one_person_are_fitted() -> None:
    """One who has seen everything, among many who saw one film each."""
    users = np.concatenate((np.zeros(3000), np.arange(1, 3001))).astype(np.int32)
    items = np.concatenate((np.arange(3000), np.arange(3000))).astype(np.int32)
    scores = np.random.default_rng(1).integers(0, 101, 6000).astype(np.uint8)
    model = Factors.fit(Ratings.from_triples(users, items, scores, 3001, 3000), settings=QUICK)
    check_sane(model.predict(model.fitted_person(0), all_items(model)))
    check_sane(model.predict(model.fitted_person(7), all_items(model)))
