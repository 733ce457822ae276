"""What Likely is fitted and tuned with: grades, weights, strengths, features, the search for settings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from camflix.recommender import likely_fit
from camflix.recommender.arrays import Features, Ratings
from camflix.recommender.likely import Likely
from camflix.recommender.likely_features import FeaturePrior
from camflix.recommender.likely_fit import Settings, Strengths
from camflix.recommender.likely_grades import grades, item_weights, user_weights
from camflix.recommender.likely_sampling import Split, hold_out, sample_users
from camflix.recommender.likely_tuning import best_nearby, mean_ndcg, ndcg, tuned
from tests.recommender.likely_worlds import N_KINDS, community, kinds_as_features


def test_grades_rise_from_a_fifth_at_0_by_one_at_80_to_more_at_100() -> None:
    table = grades()
    assert table[[0, 20, 40, 60, 80, 100]].tolist() == pytest.approx([0.2, 0.3, 0.4, 0.7, 1.0, 1.2])
    assert np.all(np.diff(table) > 0)
    assert table[70] == pytest.approx(0.85)


def test_ratings_weigh_one_in_the_mean_and_those_of_busy_people_less() -> None:
    ratings = community()
    by_user = user_weights(np.diff(ratings.user_ptr))
    by_item = item_weights(np.diff(ratings.user_ptr), np.diff(ratings.item_ptr))
    mean = float((by_user[ratings.row_users()] * by_item[ratings.items]).mean())
    assert mean == pytest.approx(1, abs=0.1)
    assert np.all(np.diff(user_weights(np.arange(10))) <= 0)
    assert np.all(by_item > 0)


def test_the_ridge_follows_the_edge_of_the_noise() -> None:
    """ridge * sqrt(mean f_u * mean f_i) = ridge_scale * (sqrt(ratings a user) + sqrt(ratings an item))."""
    ratings = community()
    strengths = Strengths.of(ratings, Settings(ridge_scale=0.5))
    n_users, n_items = np.count_nonzero(np.diff(ratings.user_ptr)), np.count_nonzero(np.diff(ratings.item_ptr))
    edge = np.sqrt(ratings.n_ratings / n_users) + np.sqrt(ratings.n_ratings / n_items)
    users = strengths.user_ridges[np.diff(ratings.user_ptr) > 0] / strengths.ridge
    items = strengths.item_ridges[np.diff(ratings.item_ptr) > 0] / strengths.ridge
    assert strengths.ridge * np.sqrt(users.mean() * items.mean()) == pytest.approx(0.5 * edge)


def test_films_and_people_without_ratings_change_nothing_for_the_others() -> None:
    small, features = community(), kinds_as_features()
    padded = Ratings.from_triples(small.row_users(), small.items, small.scores, small.n_users + 9, small.n_items + 30)
    pointers = np.concatenate((features.item_ptr, np.full(30, features.item_ptr[-1])))
    wider = Features(features.n_features, pointers, features.columns, features.values)
    settings = Settings(n_factors=32)
    narrow = Likely.fit_with(small, features, settings=settings).arrays()
    wide = Likely.fit_with(padded, wider, settings=settings).arrays()
    assert narrow["constants"].tolist() == wide["constants"].tolist()
    assert np.allclose(narrow["gram"], wide["gram"])


@pytest.mark.parametrize(
    "wrong",
    [{"n_factors": 33}, {"n_factors": -32}, {"unknown_weight": 0.0}, {"ridge_scale": -1.0}, {"n_iterations": -1}],
)
def test_settings_that_cannot_be_fitted_with_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_small_data_get_short_vectors() -> None:
    assert Settings().factors_for(community()) == 32
    assert Settings().factors_for(community(n_users=400, n_items=600)) == 128
    assert Settings(n_factors=96).factors_for(community()) == 96


def test_priors_are_the_ridge_regression_of_vectors_on_features() -> None:
    features, rng = kinds_as_features(), np.random.default_rng(0)
    ridges, rated = rng.uniform(1, 3, 120), rng.random(120) < 0.8
    vectors = rng.normal(size=(120, 32)).astype(np.float32)
    prior = FeaturePrior.of(features, ridges, rated)
    assert prior is not None
    dense = np.zeros((120, N_KINDS))
    dense[np.repeat(np.arange(120), np.diff(features.item_ptr)), features.columns] = features.values
    masses = np.where(rated, ridges / ridges[rated].mean(), 0)
    loadings = np.linalg.solve(dense.T * masses @ dense + 3 * np.eye(N_KINDS), dense.T * masses @ vectors)
    assert np.allclose(prior.priors(vectors), dense @ loadings, atol=1e-6)


def test_no_features_are_no_prior() -> None:
    none = Features(0, np.zeros(121, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    ratings = community()
    assert FeaturePrior.of(none, np.ones(120), np.ones(120, dtype=np.bool_)) is None
    with_none, without = Likely.fit_with(ratings, none).arrays(), Likely.fit_with(ratings).arrays()
    assert with_none["vectors"].tobytes() == without["vectors"].tobytes()


@pytest.mark.parametrize(
    "wrong",
    [
        {"item_ptr": np.zeros(5, dtype=np.int64)},
        {"columns": np.full(102, 9, dtype=np.int32)},
        {"values": np.ones(3, dtype=np.float32)},
    ],
)
def test_features_that_do_not_fit_are_refused(wrong: dict[str, np.ndarray]) -> None:
    features = kinds_as_features()
    assert len(features.columns) == 102
    with pytest.raises(ValueError, match=r"not those of 120 items|lies outside 0 to 3|differ in length"):
        Likely.fit_with(community(), replace(features, **wrong))  # type: ignore[arg-type]


def test_features_help_where_ratings_are_few() -> None:
    ratings = community(seed=4, n_users=60, n_items=120)
    split = hold_out(ratings, seed=2, share=0.5)
    without = mean_ndcg(Likely.fit_with(split.train), split)
    with_kinds = mean_ndcg(Likely.fit_with(split.train, kinds_as_features()), split)
    assert with_kinds > without


def test_held_out_ratings_and_the_rest_are_all_ratings() -> None:
    ratings = community()
    split = hold_out(ratings, seed=1)
    assert split.train.n_ratings + split.held_out.n_ratings == ratings.n_ratings
    assert 0.04 < split.held_out.n_ratings / ratings.n_ratings < 0.13
    for user in (0, 5, 79):
        both = np.concatenate((split.train.of_user(user)[0], split.held_out.of_user(user)[0]))
        assert sorted(both.tolist()) == ratings.of_user(user)[0].tolist()
    again = hold_out(ratings, seed=1)
    assert np.array_equal(split.held_out.items, again.held_out.items)


def test_a_sample_keeps_whole_people_and_drops_films_that_became_rare() -> None:
    ratings = community(n_users=300)
    part = sample_users(ratings, kinds_as_features(), 0, most_ratings=ratings.n_ratings // 3)
    sample = part.ratings
    assert sample.n_ratings <= ratings.n_ratings // 3
    assert np.all(np.diff(sample.item_ptr) >= 5)
    assert part.features is not None
    assert len(part.features.item_ptr) == sample.n_items + 1 == np.count_nonzero(part.items) + 1
    everybody = [sorted(ratings.of_user(user)[1].tolist()) for user in range(ratings.n_users)]
    for user in range(0, sample.n_users, 7):
        kept = sample.of_user(user)[1].tolist()
        assert any(set(kept) <= set(scores) for scores in everybody)
    assert sample_users(ratings, None, 0, most_ratings=ratings.n_ratings).ratings is ratings


def test_many_ratings_are_begun_with_some_people_and_end_near_where_all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = community(seed=6, n_users=400, n_items=150)
    split = hold_out(ratings, seed=2, share=0.2)
    usual = mean_ndcg(Likely.fit_with(split.train, kinds_as_features(150)), split)
    monkeypatch.setattr(likely_fit, "_MOST_RATINGS", 100)
    monkeypatch.setattr(likely_fit, "_SAMPLED_RATINGS", split.train.n_ratings // 4)
    short = Likely.fit_with(split.train, kinds_as_features(150))
    assert mean_ndcg(short, split) == pytest.approx(usual, rel=0.05)
    assert (
        short.arrays()["vectors"].tobytes()
        == Likely.fit_with(split.train, kinds_as_features(150)).arrays()["vectors"].tobytes()
    )


def test_the_gain_of_a_list_is_discounted_by_place() -> None:
    relevant = np.array([3, 9], dtype=np.int32)
    assert ndcg(np.array([3, 9, 1]), relevant) == pytest.approx(1)
    assert ndcg(np.array([1, 2, 4]), relevant) == 0
    first, second = 1 / np.log2(2), 1 / np.log2(3)
    assert ndcg(np.array([1, 3]), relevant) == pytest.approx(second / (first + second))


def test_where_nothing_relevant_was_held_out_there_is_no_mean() -> None:
    ratings = community()
    nothing = Ratings.from_rows(120, np.zeros(81, dtype=np.int64), ratings.items[:0], ratings.scores[:0])
    assert np.isnan(mean_ndcg(Likely.fit_with(ratings), Split(ratings, nothing)))


def test_the_search_finds_a_summit_within_nine_trials() -> None:
    asked: list[Settings] = []
    people = np.random.default_rng(0).normal(0, 0.001, 400)

    def quality(settings: Settings) -> np.ndarray:
        asked.append(settings)
        distance = np.log(settings.ridge_scale / 0.55) ** 2 + np.log(settings.unknown_weight / 0.4) ** 2
        quality_of_each: np.ndarray = people - distance
        return quality_of_each

    found = best_nearby(quality, Settings())
    assert found.ridge_scale == pytest.approx(0.55, rel=0.12)
    assert found.unknown_weight == pytest.approx(0.4, rel=0.3)
    assert len(asked) == len(set(asked)) <= 9


def test_the_search_does_not_follow_chance() -> None:
    rng = np.random.default_rng(1)
    assert best_nearby(lambda _: rng.normal(0, 1, 300), Settings()) == Settings()


def test_with_few_ratings_the_defaults_are_kept() -> None:
    assert tuned(community()) == Settings()


def test_tuning_tries_settings_where_ratings_suffice() -> None:
    ratings = community(seed=6, n_users=250, n_items=150)
    assert tuned(ratings, seed=1) == tuned(ratings, seed=1)
