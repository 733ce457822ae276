"""The measures, against sums done by hand, and a model whose answers are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.arrays import Features
from camflix.recommender.classic import Classic
from camflix.recommender.evaluation import (
    EvaluationSettings,
    HeldOut,
    evaluate,
    evaluate_ranking,
    k_folds,
    mae,
    predict_pairs,
    ranking_metrics,
    rmse,
    share_within,
    split_holdout,
)
from camflix.recommender.model import Reason
from tests.recommender.strategies import community

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings


class SeenFeatures(Classic):
    """Remembers the shape of what it was fitted on."""

    shapes: ClassVar[list[tuple[int, int]]] = []

    @classmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Note items and features, then fit."""
        cls.shapes.append((ratings.n_items, 0 if features is None else len(features.item_ptr) - 1))
        return super().fit(ratings, features, seed=seed)


def held_out(users: list[int], items: list[int], scores: list[float]) -> HeldOut:
    """Return test ratings."""
    return HeldOut(np.array(users, dtype=np.int32), np.array(items, dtype=np.int32), np.array(scores, dtype=float))


def test_errors_are_measured_as_by_hand() -> None:
    """Root mean square, mean, shares; NaN where there is nothing."""
    errors = np.array([3.0, -4.0, 5.0, -10.001])
    assert rmse(np.array([3.0, -4.0])) == pytest.approx(12.5**0.5)
    assert mae(errors) == pytest.approx(22.001 / 4)
    assert share_within(errors, 5) == 0.75
    assert share_within(errors, 10) == 0.75
    assert np.isnan(rmse(np.zeros(0)))
    assert np.isnan(mae(np.zeros(0)))


def test_a_list_is_measured_as_by_hand() -> None:
    """Hits at places 1 and 3 of 3 relevant: precision .2, recall 2/3, nDCG (1 + 1/2) / (1 + 1/log2(3) + 1/2)."""
    listed = np.arange(10, dtype=np.int32)
    precision, recall, ndcg = ranking_metrics(listed, np.array([0, 2, 99], dtype=np.int32))
    assert precision == 0.2
    assert recall == pytest.approx(2 / 3)
    assert ndcg == pytest.approx(1.5 / (1.5 + 1 / np.log2(3)))


def test_a_perfect_list_has_an_ndcg_of_one_and_a_short_one_counts_misses() -> None:
    """Also with more relevant items than places."""
    assert ranking_metrics(np.arange(10, dtype=np.int32), np.arange(25, dtype=np.int32)) == (1.0, 0.4, 1.0)
    assert ranking_metrics(np.array([7], dtype=np.int32), np.array([7], dtype=np.int32)) == (0.1, 1.0, 1.0)
    assert ranking_metrics(np.zeros(0, dtype=np.int32), np.array([7], dtype=np.int32)) == (0.0, 0.0, 0.0)


@given(n=st.integers(2, 60), n_splits=st.integers(2, 9), seed=st.integers(0, 2**32 - 1))
def test_folds_part_the_ratings_as_scikit_surprise_does(n: int, n_splits: int, seed: int) -> None:
    """Each rating is in one test fold; the first n % k folds are one longer; the order is the legacy shuffle's."""
    if n_splits > n:
        with pytest.raises(ValueError, match="folds"):
            next(k_folds(n, n_splits, seed))
        return
    folds = list(k_folds(n, n_splits, seed))
    shuffled = np.arange(n)
    np.random.RandomState(seed).shuffle(shuffled)
    assert np.concatenate([test for _, test in folds]).tolist() == shuffled.tolist()
    assert [len(test) for _, test in folds] == [n // n_splits + (fold < n % n_splits) for fold in range(n_splits)]
    for train, test in folds:
        assert sorted([*train.tolist(), *test.tolist()]) == list(range(n))


def test_the_first_fold_of_ten_is_the_published_permutation() -> None:
    """numpy's legacy shuffle of 0-9 by seed 0 begins 2, 8, 4, 9."""
    folds = list(k_folds(10, 5, 0))
    assert folds[0][1].tolist() == [2, 8]
    assert folds[1][1].tolist() == [4, 9]


def test_a_holdout_is_a_share_drawn_by_its_seed() -> None:
    """Parts the ratings in two; another seed, other ratings."""
    train, test = split_holdout(50, 0.2, seed=7)
    assert len(test) == 10
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(50))
    assert test.tolist() == split_holdout(50, 0.2, seed=7)[1].tolist()
    assert test.tolist() != split_holdout(50, 0.2, seed=8)[1].tolist()


def test_pairs_are_predicted_in_their_order() -> None:
    """Users mixed, a pair twice: each as asked alone."""
    model = Classic.fit(community())
    users, items = np.array([4, 1, 4, -1, 1], dtype=np.int32), np.array([3, 3, 9, 3, 3], dtype=np.int32)
    found = predict_pairs(model, users, items)
    assert found.items.tolist() == items.tolist()
    for place, (user, item) in enumerate(zip(users.tolist(), items.tolist(), strict=True)):
        nobody = model.person(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))
        person = model.fitted_person(user) if user >= 0 else nobody
        assert found.estimates[place] == model.explain(person, item).total / 1000
    assert len(predict_pairs(model, users[:0], items[:0]).items) == 0


def test_unknown_users_and_items_get_the_models_guess_and_cost_coverage() -> None:
    """An unknown item is one more column without ratings; features get a row for it."""
    train = community(n_users=30, n_items=20)
    features = Features(1, np.arange(21), np.zeros(20, dtype=np.int32), np.ones(20, dtype=np.float32))
    SeenFeatures.shapes.clear()
    result = evaluate(SeenFeatures, train, held_out([0, -1, 0, -1], [1, 1, -1, -1], [60, 60, 60, 60]), features)
    assert SeenFeatures.shapes == [(21, 21)]
    assert result.n_test == 4
    assert result.coverage == 0.25
    assert np.isfinite(result.rmse_100)


def test_an_evaluation_without_unknowns_leaves_the_items_alone() -> None:
    """No extra column where none is needed."""
    SeenFeatures.shapes.clear()
    evaluate(SeenFeatures, community(n_users=30, n_items=20), held_out([0], [1], [60]))
    assert SeenFeatures.shapes == [(20, 0)]


def test_an_evaluation_says_all_it_measured() -> None:
    """Against the predictions themselves; on five stars it is a twentieth."""
    train = community()
    model = Classic.fit(train)
    users = np.repeat(np.arange(10, dtype=np.int32), 8)
    items = np.tile(np.arange(8, dtype=np.int32), 10)
    scores = np.random.default_rng(3).integers(0, 101, 80).astype(float)
    result = evaluate(Classic, train, HeldOut(users, items, scores))
    found = predict_pairs(model, users, items)
    assert (result.engine, result.n_train, result.n_test) == ("classic", train.n_ratings, 80)
    assert result.rmse_100 == rmse(found.estimates - scores)
    assert result.rmse(5) == pytest.approx(result.rmse_100 / 20)
    assert result.mae(10) == pytest.approx(result.mae_100 / 10)
    assert result.coverage == np.mean(found.reasons == Reason.KNOWN)
    assert result.interval_80 == np.mean((found.low <= scores) & (scores <= found.high))
    assert result.within_5 <= result.within_10
    assert result.fit_seconds > 0
    assert result.predict_seconds > 0
    assert not result.peak_mb <= 0


def test_lists_are_measured_over_users_with_something_relevant() -> None:
    """Unknown users and items don't enter; nor do candidates that the training set has no rating of."""
    model = Classic.fit(community())
    test = held_out([0, 0, 1, 2, -1, 3], [5, 6, 7, 8, 9, -1], [100, 20, 10, 80, 100, 100])
    assert evaluate_ranking(model, test).n_users == 2
    everything = evaluate_ranking(model, held_out([0], [79], [100]), EvaluationSettings(list_length=80))
    assert everything.recall == 0
    assert np.isnan(evaluate_ranking(model, held_out([0], [5], [20])).ndcg)


def test_a_drawn_sample_of_users_is_the_same_twice() -> None:
    """By its seed."""
    model = Classic.fit(community())
    test = HeldOut(np.arange(50, dtype=np.int32), (np.arange(50, dtype=np.int32) * 7) % 79, np.full(50, 90.0))
    sample = evaluate_ranking(model, test, EvaluationSettings(seed=4, n_ranked_users=9))
    assert sample.n_users == 9
    assert sample == evaluate_ranking(model, test, EvaluationSettings(seed=4, n_ranked_users=9))
