"""Ratings as compressed rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from tests.recommender.strategies import as_mapping, rating_matrices, ratings_of

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int32s, UInt8s


def triples(users: list[int], items: list[int], scores: list[int]) -> tuple[Int32s, Int32s, UInt8s]:
    return np.array(users, dtype=np.int32), np.array(items, dtype=np.int32), np.array(scores, dtype=np.uint8)


@given(ratings=rating_matrices(), seed=st.integers(0, 99))
def test_triples_in_any_order_give_the_same_rows_and_columns(ratings: Ratings, seed: int) -> None:
    users, items, scores = ratings.row_users(), ratings.items, ratings.scores
    shuffle = np.random.default_rng(seed).permutation(len(items))
    again = Ratings.from_triples(users[shuffle], items[shuffle], scores[shuffle], ratings.n_users, ratings.n_items)
    for name in ("user_ptr", "items", "scores", "item_ptr", "users", "item_scores"):
        assert np.array_equal(getattr(again, name), getattr(ratings, name))


@given(ratings=rating_matrices())
def test_rows_and_columns_tell_the_same_ratings(ratings: Ratings) -> None:
    by_row = {
        (user, item, score) for user in range(ratings.n_users) for item, score in as_mapping(ratings, user).items()
    }
    by_column = {
        (user, item, score)
        for item in range(ratings.n_items)
        for user, score in zip(*(column.tolist() for column in ratings.of_item(item)), strict=True)
    }
    assert by_row == by_column
    assert len(by_row) == ratings.n_ratings


@given(ratings=rating_matrices(), data=st.data())
def test_several_rows_or_columns_are_found_one_after_another(ratings: Ratings, data: st.DataObject) -> None:
    items = data.draw(st.lists(st.integers(0, ratings.n_items - 1), max_size=9))
    positions, places = ratings.ratings_of_items(np.array(items, dtype=np.int32))
    expected = [(place, user) for place, item in enumerate(items) for user in ratings.of_item(item)[0].tolist()]
    assert list(zip(places.tolist(), ratings.users[positions].tolist(), strict=True)) == expected
    users = data.draw(st.lists(st.integers(0, ratings.n_users - 1), max_size=9))
    positions, places = ratings.ratings_of_users(np.array(users, dtype=np.int32))
    expected = [(place, item) for place, user in enumerate(users) for item in ratings.of_user(user)[0].tolist()]
    assert list(zip(places.tolist(), ratings.items[positions].tolist(), strict=True)) == expected


@given(ratings=rating_matrices(), seed=st.integers(0, 99))
def test_a_part_of_the_ratings_keeps_users_and_items(ratings: Ratings, seed: int) -> None:
    kept = np.random.default_rng(seed).random(ratings.n_ratings) < 0.5
    part = ratings.where(kept)
    assert (part.n_users, part.n_items, part.n_ratings) == (ratings.n_users, ratings.n_items, int(kept.sum()))
    assert np.array_equal(part.row_users(), ratings.row_users()[kept])
    assert np.array_equal(part.scores, ratings.scores[kept])


@pytest.mark.parametrize(
    ("given_triples", "complaint"),
    [
        (triples([0, 0], [1, 1], [5, 6]), "twice"),
        (triples([0, 1], [1], [5, 6]), "length"),
        (triples([2], [1], [5]), "user lies outside 0 to 1"),
        (triples([-1], [1], [5]), "user lies outside"),
        (triples([0], [3], [5]), "item lies outside 0 to 2"),
        (triples([0], [0], [101]), "score lies outside 0 to 100"),
    ],
)
def test_triples_that_cannot_be_ratings_are_refused(
    given_triples: tuple[Int32s, Int32s, UInt8s], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Ratings.from_triples(*given_triples, n_users=2, n_items=3)


def test_no_ratings_are_ratings() -> None:
    nothing = ratings_of({}, n_users=2, n_items=3)
    assert nothing.n_ratings == 0
    assert nothing.of_user(1)[0].tolist() == []
    assert nothing.ratings_of_items(np.array([0, 2], dtype=np.int32))[0].tolist() == []
