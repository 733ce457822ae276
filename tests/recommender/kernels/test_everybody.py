from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.kernels import everybody, halves, twin_neighbours
from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.kernels.halves import in_halves
from camflix.recommender.kernels.person_arrays import VoteScale, Wanted
from camflix.recommender.percentiles import taste_distances
from tests.recommender.kernels.worlds import (
    LEVELS,
    all_same,
    arrays_of,
    made,
    needs_extension,
    random_ranking,
    ratings_of_few,
    residuals_of,
    same,
)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve as on a machine without a compiler."""
    monkeypatch.setattr(everybody, "AVAILABLE", False)


def a_person(ratings: Ratings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    items = np.flatnonzero(rng.random(ratings.n_items) < 0.6).astype(np.int32)
    return items, rng.integers(0, 101, size=len(items)).astype(np.uint8)


def nearest_by_twin(ratings: Ratings, person: Any, wanted: Wanted, without: int = -1) -> tuple[np.ndarray, ...]:
    items, scores = person
    similarity, n_common = twin_neighbours.pearson_row(
        ratings, items, scores, damping=wanted.damping, min_common=wanted.min_common
    )
    users = twin_neighbours.nearest(similarity, wanted.most, without=without)
    return users, similarity[users], taste_distances(ratings, items, scores, users), n_common[users]


@needs_extension
@given(ratings_of_few(), st.integers(0, 99), st.sampled_from((0.0, 25.0)), st.integers(0, 5), st.integers(-1, 5))
def test_the_nearest_are_the_twins_to_the_bit(
    ratings: Ratings, seed: int, damping: float, min_common: int, without: int
) -> None:
    person, known = a_person(ratings, seed), Everybody(ratings)
    for k in (0, 1, 7, ratings.n_users):
        wanted = Wanted(k, damping, min_common)
        for _ in range(2):  # the second finds the scratch memory as the first left it
            found = known.nearest(*person, wanted, without=without)
            assert all_same(found, nearest_by_twin(ratings, person, wanted, without))


@needs_extension
@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("n_items", [4095, 4096, 8500])
def test_the_nearest_of_very_many_ratings_are_the_twins_to_the_bit(n_items: int, levels: tuple[int, ...]) -> None:
    ratings = made(30, n_items, 0.9, seed=1, levels=levels)
    person = np.arange(n_items, dtype=np.int32), np.full(n_items, 100, dtype=np.uint8)
    person[1][::7] = 99
    known, wanted = Everybody(ratings), Wanted(30, 25.0, 3)
    for _ in range(2):  # the second finds the scratch memory as the first left it
        assert all_same(known.nearest(*person, wanted), nearest_by_twin(ratings, person, wanted))


def heard_by_twin(
    ratings: Ratings, person: Any, residuals: Any, most: int, without: int = -1
) -> tuple[np.ndarray, ...]:
    rows = twin_neighbours.residual_weights(ratings, residuals.by_item, *person, damping=50.0, min_common=3)
    return arrays_of(twin_neighbours.heard(*rows, most, without=without))


@needs_extension
@given(ratings_of_few(), st.integers(0, 99), st.integers(-1, 5))
def test_who_is_heard_is_the_twins_choice(ratings: Ratings, seed: int, without: int) -> None:
    known, items = Everybody(ratings), a_person(ratings, seed)[0]
    residuals = known.residuals(residuals_of(ratings, seed))
    person = (items, np.random.default_rng(seed).integers(-2047, 2048, size=len(items)).astype(np.int16))
    without = min(without, ratings.n_users - 1)
    for most in (0, 1, 3, ratings.n_users // 2, ratings.n_users):
        found = known.heard(residuals, person, Wanted(most, 50.0, 3), without=without)
        assert all_same(arrays_of(found), heard_by_twin(ratings, person, residuals, most, without))


@needs_extension
@pytest.mark.parametrize("halves_from", [-1, 10**9])
@pytest.mark.parametrize("n_levels", [2, 4000])
@pytest.mark.parametrize("most", [1, 20, 300, 3000])
def test_of_very_many_the_nearest_are_heard_and_of_equal_ones_the_first(
    most: int, n_levels: int, halves_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 3,000 people the list overflows many times; with two residuals most weights are equal to many others."""
    monkeypatch.setattr(everybody, "LONG_ROW", halves_from)
    monkeypatch.setattr(halves, "n_processors", lambda: 2)
    ratings = made(3000, 60, 0.3, seed=17)
    rng = np.random.default_rng(17)
    levels = rng.integers(-2047, 2048, size=n_levels).astype(np.int16)
    known = Everybody(ratings)
    residuals = known.residuals(levels[rng.integers(n_levels, size=ratings.n_ratings)])
    person = (np.arange(60, dtype=np.int32), levels[rng.integers(n_levels, size=60)])
    for _ in range(2):  # the second finds the scratch memory as the first left it
        found = known.heard(residuals, person, Wanted(most, 50.0, 3), without=7)
        assert all_same(arrays_of(found), heard_by_twin(ratings, person, residuals, most, 7))


@needs_extension
@pytest.mark.parametrize("n_items", [1023, 1024, 5000])
@pytest.mark.parametrize("extreme", [2047, -2047])
@pytest.mark.parametrize("most", [3, 20])
def test_the_residuals_of_very_many_ratings_are_summed_exactly(most: int, extreme: int, n_items: int) -> None:
    ratings = made(20, n_items, 0.98, seed=14)
    known = Everybody(ratings)
    residuals = known.residuals(np.full(ratings.n_ratings, extreme, dtype=np.int16))
    person = (np.arange(n_items, dtype=np.int32), np.full(n_items, 2047, dtype=np.int16))
    for _ in range(2):  # the second finds the scratch memory as the first left it
        found = known.heard(residuals, person, Wanted(most, 50.0, 3))
        assert all_same(arrays_of(found), heard_by_twin(ratings, person, residuals, most))


@needs_extension
def test_a_long_list_of_people_with_very_many_films_in_common_is_the_twins() -> None:
    ratings = made(900, 1100, 0.5, seed=18)
    known = Everybody(ratings)
    residuals = known.residuals(residuals_of(ratings, 18))
    own = np.random.default_rng(18).integers(-2047, 2048, size=1100).astype(np.int16)
    person = (np.arange(1100, dtype=np.int32), own)
    found = known.heard(residuals, person, Wanted(5, 50.0, 3))
    assert all_same(arrays_of(found), heard_by_twin(ratings, person, residuals, 5))


@given(ratings_of_few(), st.integers(0, 99))
def test_residuals_are_turned_round_as_ratings_are(ratings: Ratings, seed: int) -> None:
    by_user = residuals_of(ratings, seed)
    residuals = Everybody(ratings).residuals(by_user)
    assert same(residuals.by_item, by_user[np.argsort(ratings.items, kind="stable")])


@needs_extension
@given(ratings_of_few(), st.integers(0, 99))
def test_rows_made_in_halves_are_those_made_at_once(ratings: Ratings, seed: int) -> None:
    known, (items, scores) = Everybody(ratings), a_person(ratings, seed)
    residuals = known.residuals(residuals_of(ratings, seed))
    own = np.random.default_rng(seed).integers(-2047, 2048, size=len(items)).astype(np.int16)

    def rows() -> list[np.ndarray]:
        nearest, heard = Wanted(ratings.n_users // 2, 25.0, 2), Wanted(ratings.n_users // 2, 50.0, 2)
        both = known.nearest_and_heard(residuals, (items, scores, own), nearest, heard)
        ranking = known.heard(residuals, (items, own), heard)
        return [*known.nearest(items, scores, nearest), *arrays_of(ranking), *both[0], *arrays_of(both[1])]

    def counted() -> list[np.ndarray]:
        return [known.votes(random_ranking(known, seed), residuals, k=3).packed.copy()]

    at_once = [*rows(), *counted()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(everybody, "LONG_ROW", -1)
        patch.setattr(everybody, "LONG_COUNT", -1)
        patch.setattr(halves, "n_processors", lambda: 2)
        assert all_same([*rows(), *counted()], at_once)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_helpers_of_its_own() -> None:
    in_halves(lambda _begin, _end: None, 2, worth_it=True)
    child = multiprocessing.get_context("fork").Process(
        target=in_halves, args=(lambda _begin, _end: None, 2), kwargs={"worth_it": True}
    )
    child.start()
    child.join(20)
    assert child.exitcode == 0


@needs_extension
@given(ratings_of_few(), st.integers(0, 99))
def test_taste_distances_are_their_twins(ratings: Ratings, seed: int) -> None:
    rng = np.random.default_rng(seed)
    items, scores = a_person(ratings, seed)
    users = rng.permutation(ratings.n_users).astype(np.int32)
    known = Everybody(ratings)
    for own in (scores, np.minimum(scores, 3)):  # the second has too few different scores
        assert same(known.taste_distances(items, own, users), taste_distances(ratings, items, own, users))


def test_the_taste_distance_of_the_specification() -> None:
    """A = 90, 80, 60, 40, 20 and B = 70, 75, 50, 30, 10: their percentiles are 90, 70, 50, 30, 10 and 70, 90, ..."""
    items = np.arange(5, dtype=np.int32)
    ratings = Ratings.from_rows(5, np.array([0, 5]), items, np.array([70, 75, 50, 30, 10], dtype=np.uint8))
    own = np.array([90, 80, 60, 40, 20], dtype=np.uint8)
    assert Everybody(ratings).taste_distances(items, own, np.zeros(1, dtype=np.int32)).tolist() == [8.0]


@pytest.mark.parametrize("halves_from", [0, 10**9])
@pytest.mark.parametrize("n_rated", [0, 300, 4200])
@pytest.mark.parametrize("levels", LEVELS)
def test_the_nearest_of_many_are_those_of_the_row_however_many_films_are_rated(
    levels: tuple[int, ...], n_rated: int, halves_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everybody, "LONG_ROW", halves_from)
    monkeypatch.setattr(halves, "n_processors", lambda: 2)
    known = Everybody(made(700, 4200, 0.04, seed=22, levels=levels))
    items = np.arange(n_rated, dtype=np.int32)
    varied = np.random.default_rng(3).integers(0, 101, size=n_rated).astype(np.uint8)
    for scores in (varied, np.full(n_rated, 70, dtype=np.uint8)):  # the second is like nobody
        for k in (0, 1, 50, 700):
            wanted = Wanted(k, 25.0, 3)
            expected = nearest_by_twin(known.ratings, (items, scores), wanted, 2)
            assert all_same(known.nearest(items, scores, wanted, without=2), expected)


@needs_extension
@pytest.mark.parametrize("halves_from", [0, 10**9])
@pytest.mark.parametrize("wide", [0, 1])
@pytest.mark.parametrize(("n_users", "n_rated"), [(700, 0), (700, 300), (700, 1023), (700, 1024), (40_000, 60)])
def test_who_is_asked_for_at_once_is_who_is_found_one_after_the_other(
    n_users: int, n_rated: int, wide: int, halves_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,024 ratings the sums don't fit; 40,000 people are more than are summed at a time."""
    monkeypatch.setattr(everybody, "LONG_ROW", halves_from)
    monkeypatch.setattr(halves, "n_processors", lambda: 2)
    ratings = made(n_users, 1100 if n_users < 1000 else 60, 0.1, seed=23)
    known, rng = Everybody(ratings), np.random.default_rng(23)
    known.wide = wide and known.wide
    residuals = known.residuals(residuals_of(ratings, 23))
    items = np.arange(n_rated, dtype=np.int32)
    scores = rng.integers(0, 101, size=n_rated).astype(np.uint8)
    own = rng.integers(-2047, 2048, size=n_rated).astype(np.int16)
    for nearest, heard in ((Wanted(50, 25.0, 3), Wanted(200, 50.0, 3)), (Wanted(0, 0.0, 0), Wanted(1, 0.0, 1))):
        for _ in range(2):  # the second finds the scratch memory as the first left it
            found = known.nearest_and_heard(residuals, (items, scores, own), nearest, heard, without=4)
            assert all_same(found[0], nearest_by_twin(ratings, (items, scores), nearest, 4))
            assert all_same(arrays_of(found[1]), arrays_of(known.heard(residuals, (items, own), heard, without=4)))


@pytest.mark.usefixtures("plain")
def test_without_the_extension_the_same_are_found_at_once() -> None:
    ratings = made(60, 40, 0.6, seed=11)
    known, person, wanted = Everybody(ratings), a_person(ratings, 11), Wanted(7, 25.0, 3)
    residuals = known.residuals(residuals_of(ratings, 11))
    own = np.arange(len(person[0]), dtype=np.int16) * 40 - 500
    found = known.nearest_and_heard(residuals, (*person, own), wanted, wanted, without=2)
    assert all_same(found[0], nearest_by_twin(ratings, person, wanted, 2))
    assert all_same(found[0], known.nearest(*person, wanted, without=2))
    assert all_same(arrays_of(found[1]), arrays_of(known.heard(residuals, (person[0], own), wanted, without=2)))


def test_threads_do_not_lend_each_other_their_memory() -> None:
    ratings = made(400, 60, 0.5, seed=10)
    known = Everybody(ratings)

    def first(user: int) -> list[bytes]:
        found = known.nearest(*ratings.of_user(user), Wanted(9, 25.0, 3), without=user)
        return [array.tobytes() for array in found]

    alone = [first(user) for user in range(400)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(first, range(400))) == alone


@pytest.mark.usefixtures("plain")
def test_without_the_extension_the_same_is_served() -> None:
    ratings = made(60, 40, 0.6, seed=11)
    known, (items, scores) = Everybody(ratings), a_person(ratings, 11)
    residuals = known.residuals(residuals_of(ratings, 11))
    assert known.nearest(items, scores, Wanted(60, 25.0, 3)).n_common.max() > 10
    person = (items, np.arange(len(items), dtype=np.int16))
    ranking = known.heard(residuals, person, Wanted(60, 25.0, 3), without=2)
    assert 2 not in ranking.order
    catalogue = known.votes(ranking, residuals, k=40)
    wanted = (np.zeros(40, dtype=np.int64), VoteScale(1000, 256, 1), 3)
    best = known.best(ranking, residuals, *wanted, k=40, exclude=items[:1], min_votes=1)
    assert len(best[0]) == 3
    assert items[0] not in best[0]
    some = known.votes(ranking, residuals, k=40, items=np.arange(3, dtype=np.int32))
    assert catalogue.numerators[:3].tolist() == some.numerators.tolist()
    distances = known.taste_distances(items, scores, np.arange(60, dtype=np.int32))
    assert distances.min() >= 0


def test_residuals_out_of_bounds_are_refused() -> None:
    ratings = made(5, 5, 0.9, seed=15)
    known, wrong = Everybody(ratings), np.full(ratings.n_ratings, 2048, dtype=np.int16)
    with pytest.raises(ValueError, match="by_user must lie in -2047 to 2047"):
        known.residuals(wrong)
    residuals = known.residuals(wrong - np.int16(1))
    person = (np.arange(2, dtype=np.int32), np.array([0, -2048], dtype=np.int16))
    with pytest.raises(ValueError, match="own must lie in -2047 to 2047"):
        known.heard(residuals, person, Wanted(3, 1.0, 3))


def test_residuals_of_other_ratings_are_refused() -> None:
    """Of as many as well: their columns would be read."""
    first, second = made(5, 5, 0.9, seed=15), made(5, 5, 0.9, seed=15)
    known, items, own = Everybody(first), np.arange(2, dtype=np.int32), np.zeros(2, dtype=np.int16)
    residuals, scores = Everybody(second).residuals(np.zeros(second.n_ratings, dtype=np.int16)), np.zeros(2, np.uint8)
    wanted, ranking = Wanted(3, 1.0, 3), random_ranking(known, 1)
    for ask in (
        lambda: known.heard(residuals, (items, own), wanted),
        lambda: known.nearest_and_heard(residuals, (items, scores, own), wanted, wanted),
        lambda: known.votes(ranking, residuals, k=4),
    ):
        with pytest.raises(ValueError, match="residuals must be of these ratings"):
            ask()
