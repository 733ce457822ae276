"""Percentiles and taste distances of many at once, against the plain functions of ``scores``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix import scores
from camflix.recommender.percentiles import (
    NO_PERCENTILE,
    n_common_needed,
    percentile_rows,
    percentiles,
    percentiles_of_scores,
    taste_distances,
)
from tests.recommender.strategies import as_mapping, community, rating_matrices, ratings_of, rescaled, row, rows

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings

ANN = {0: 90, 1: 80, 2: 60, 3: 40, 4: 20}
BOB = {0: 70, 1: 75, 2: 50, 3: 30, 4: 10}


def test_the_vectors_of_the_specification_hold() -> None:
    """90, 80, 80, 60, 40, 20 are 91, 66, 66, 41, 25, 8; and 4 lower, 21 equal of 25 is 58, where floats give 57."""
    table = percentiles_of_scores(np.array([90, 80, 80, 60, 40, 20], dtype=np.uint8))
    assert table[[20, 40, 60, 80, 90]].tolist() == [8, 25, 41, 66, 91]
    rounding = percentiles_of_scores(np.array([1, 2, 3, 4] + [50] * 21, dtype=np.uint8))
    assert rounding[50] == 58
    many = percentiles_of_scores(np.array([10] * 190 + [1, 2, 3, 4, 5] + [60] * 10 + [80] * 46, dtype=np.uint8))
    assert many[60] == 79


def test_four_different_scores_give_no_percentile() -> None:
    """Never a fake 50."""
    assert set(percentiles_of_scores(np.array([10, 20, 30, 40] * 9, dtype=np.uint8)).tolist()) == {NO_PERCENTILE}


@given(ratings=rating_matrices())
def test_percentiles_of_the_matrix_are_those_of_each_user(ratings: Ratings) -> None:
    """The integer rule of ``scores``, everywhere."""
    found = percentiles(ratings)
    for user in range(ratings.n_users):
        expected = scores.percentiles(ratings.of_user(user)[1].tolist())
        row_ = slice(int(ratings.user_ptr[user]), int(ratings.user_ptr[user + 1]))
        own = ratings.scores[row_].tolist()
        assert found[row_].tolist() == [NO_PERCENTILE if expected is None else expected[score] for score in own]


@given(ratings=rating_matrices(), rule=st.lists(st.integers(0, 100), min_size=101, max_size=101, unique=True))
def test_percentiles_survive_any_monotone_rescale(ratings: Ratings, rule: list[int]) -> None:
    """Only the order of scores counts; so does the mirrored order, mirrored."""
    order = sorted(rule)
    assert np.array_equal(percentiles(ratings), percentiles(rescaled(ratings, lambda score: order[score])))
    few = sorted(set(ratings.scores.tolist()))
    stretched = dict(zip(few, sorted(rule[: len(few)]), strict=True))
    assert np.array_equal(percentiles(ratings), percentiles(rescaled(ratings, lambda s: stretched.get(s, 0))))


def test_rows_come_in_the_order_asked_for() -> None:
    """Also twice."""
    ratings = community(n_users=12, n_items=30)
    table = percentile_rows(ratings, np.array([5, 2, 5], dtype=np.int32))
    assert np.array_equal(table[0], percentiles_of_scores(ratings.of_user(5)[1]))
    assert np.array_equal(table[1], percentiles_of_scores(ratings.of_user(2)[1]))
    assert np.array_equal(table[0], table[2])


def test_the_pair_of_the_specification_is_eight_apart() -> None:
    """Ann and Bob."""
    rated = {(0, item): score for item, score in BOB.items()}
    assert taste_distances(ratings_of(rated, 1, 6), *row(ANN), np.array([0], dtype=np.int32)).tolist() == [8.0]


@given(ratings=rating_matrices(), own=rows(12))
def test_taste_distances_are_those_of_each_pair(ratings: Ratings, own: dict[int, int]) -> None:
    """Null where ``scores`` says that it can't be told, else equal to the bit."""
    own = {item: score for item, score in own.items() if item < ratings.n_items}
    users = np.arange(ratings.n_users, dtype=np.int32)
    found = taste_distances(ratings, *row(own), users)
    for user in users.tolist():
        expected = scores.taste_distance(own, as_mapping(ratings, user))
        assert found[user] == (pytest.approx(math.nan, nan_ok=True) if expected is None else expected)


def test_taste_distances_of_a_community_are_symmetric_and_zero_with_oneself() -> None:
    """Where they can be told at all."""
    ratings = community()
    users = np.arange(ratings.n_users, dtype=np.int32)
    table = np.array([taste_distances(ratings, *ratings.of_user(user), users) for user in users.tolist()])
    assert np.array_equal(table, table.T, equal_nan=True)
    own = np.diagonal(table)
    assert np.all((own == 0) | np.isnan(own))
    assert np.count_nonzero(own == 0) > ratings.n_users // 2


@given(first=st.integers(0, 3000), second=st.lists(st.integers(0, 3000), min_size=1))
def test_the_films_needed_in_common_are_those_of_scores(first: int, second: list[int]) -> None:
    """Both rooms count alike."""
    found = n_common_needed(first, np.array(second, dtype=np.int64))
    assert found.tolist() == [scores.n_common_needed(first, other) for other in second]
