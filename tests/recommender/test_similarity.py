"""Pearson correlation of users, exact, against a plain twin and the vectors of the product."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.model import Person
from camflix.recommender.neighbours import nearest
from camflix.recommender.similarity import nearest_first, pearson_row, top_k
from tests.recommender.strategies import as_mapping, community, rating_matrices, ratings_of, row, rows

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings

ANN = {0: 90, 1: 80, 2: 60, 3: 40, 4: 20}
BOB = {0: 70, 1: 75, 2: 50, 3: 30, 4: 10}


def plain_pearson(first: dict[int, int], second: dict[int, int], damping: float, min_common: int) -> float:
    """Return the textbook's two-pass correlation in floats; NaN where it is null."""
    common = sorted(first.keys() & second.keys())
    n = len(common)
    if n < min_common:
        return math.nan
    x, y = [first[item] for item in common], [second[item] for item in common]
    mean_x, mean_y = sum(x) / n, sum(y) / n
    covariance = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    variance_x = math.fsum((a - mean_x) ** 2 for a in x)
    variance_y = math.fsum((b - mean_y) ** 2 for b in y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        return math.nan
    return covariance / math.sqrt(variance_x * variance_y) * n / (n + damping)


def two_users() -> Ratings:
    """Return the product's pair, Ann 0 and Bob 1, and Cid 2 who gave everything 50."""
    rated = {(0, item): score for item, score in ANN.items()} | {(1, item): score for item, score in BOB.items()}
    return ratings_of(rated | {(2, item): 50 for item in range(5)}, 3, 6)


def test_the_pair_of_the_specification_has_its_correlation() -> None:
    """Undamped .981959, damped .163660."""
    plain, n_common = pearson_row(two_users(), *row(ANN), damping=0.0)
    damped, _ = pearson_row(two_users(), *row(ANN), damping=25.0)
    assert plain[1] == pytest.approx(0.981959, abs=5e-7)
    assert damped[1] == pytest.approx(0.163660, abs=5e-7)
    assert n_common.tolist() == [5, 5, 5]


def test_no_variance_on_the_overlap_is_null_and_not_zero() -> None:
    """Cid rated everything alike: nothing is known of him."""
    similarity, _ = pearson_row(two_users(), *row(ANN))
    assert np.isnan(similarity[2])


def test_two_films_in_common_are_null_and_three_are_not() -> None:
    """The bound counts films in common, not films."""
    assert np.isnan(pearson_row(two_users(), *row({0: 90, 1: 80, 5: 3}))[0][1])
    assert not np.isnan(pearson_row(two_users(), *row({0: 90, 1: 80, 2: 3}))[0][1])


def test_a_person_without_ratings_is_like_nobody() -> None:
    """Null with everybody, nothing in common."""
    similarity, n_common = pearson_row(two_users(), *row({}))
    assert np.all(np.isnan(similarity))
    assert n_common.tolist() == [0, 0, 0]


@given(ratings=rating_matrices(), own=rows(12))
def test_a_row_agrees_with_the_textbook(ratings: Ratings, own: dict[int, int]) -> None:
    """To 1e-9, null where it is null."""
    own = {item: score for item, score in own.items() if item < ratings.n_items}
    similarity, n_common = pearson_row(ratings, *row(own), damping=25.0)
    for user in range(ratings.n_users):
        theirs = as_mapping(ratings, user)
        assert n_common[user] == len(own.keys() & theirs.keys())
        assert similarity[user] == pytest.approx(plain_pearson(own, theirs, 25.0, 3), abs=1e-9, nan_ok=True)


@given(ratings=rating_matrices())
def test_similarity_is_symmetric_to_the_bit(ratings: Ratings) -> None:
    """Integer sums don't know who asked."""
    table = np.array([pearson_row(ratings, *ratings.of_user(user))[0] for user in range(ratings.n_users)])
    assert np.array_equal(table, table.T, equal_nan=True)


def test_the_order_of_ratings_does_not_matter_to_the_bit() -> None:
    """A person's films may be walked in any order."""
    ratings = community()
    items, scores = ratings.of_user(3)
    shuffle = np.random.default_rng(2).permutation(len(items))
    expected = pearson_row(ratings, items, scores)[0]
    assert np.array_equal(expected, pearson_row(ratings, items[shuffle], scores[shuffle])[0], equal_nan=True)


def test_the_nearest_are_best_first_with_ties_by_index() -> None:
    """Null is never among them, a negative similarity comes last."""
    similarity = np.array([0.5, np.nan, 0.9, 0.5, -0.2, 0.5])
    assert nearest_first(similarity, 3).tolist() == [2, 0, 3]
    assert nearest_first(similarity, 10).tolist() == [2, 0, 3, 5, 4]
    assert nearest_first(similarity, 10, without=2).tolist() == [0, 3, 5, 4]
    assert nearest_first(similarity, 0).tolist() == []


def test_all_pairs_are_the_rows_of_each() -> None:
    """The table is what each user's own row says, without the user; short rows end in -1."""
    ratings = community(n_users=20, n_items=30)
    table = top_k(ratings, 30)
    for user in range(ratings.n_users):
        similarity, n_common = pearson_row(ratings, *ratings.of_user(user))
        similarity[user] = np.nan
        n_known = int(np.count_nonzero(~np.isnan(similarity)))
        found = table.users[user, :n_known]
        assert set(found.tolist()) == set(np.flatnonzero(~np.isnan(similarity)).tolist())
        assert np.array_equal(table.similarity[user, :n_known], np.sort(similarity)[:n_known][::-1])
        assert np.array_equal(table.n_common[user, :n_known], n_common[found])
        assert set(table.users[user, n_known:].tolist()) <= {-1}
        assert np.all(np.isnan(table.similarity[user, n_known:]))


def test_twins_carry_taste_distance_and_films_in_common() -> None:
    """Bob is Ann's nearest, at a taste distance of 8; Cid is nobody's."""
    person = Person(*row(ANN), user=0)
    found = nearest(Everybody(two_users()), person, 10)
    assert found.users.tolist() == [1]
    assert found.taste_distance.tolist() == [8.0]
    assert found.n_common.tolist() == [5]
    assert found.similarity[0] == pytest.approx(0.163660, abs=5e-7)
