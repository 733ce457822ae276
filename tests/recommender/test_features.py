"""Genres and release years as a matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.features import item_features


def test_films_of_one_period_and_genre_share_their_features() -> None:
    features = item_features([1980, 1983, 1984, None], [("drama", "war"), ("drama",), (), ("war",)])
    rows = [set(features.columns[s:e].tolist()) for s, e in zip(features.item_ptr, features.item_ptr[1:], strict=False)]
    assert [len(row) for row in rows] == [3, 2, 1, 1]
    assert len(rows[0] & rows[1]) == 2
    assert not rows[1] & rows[2]
    assert rows[3] < rows[0]
    assert features.n_features == 4


def test_the_squares_of_a_films_genres_add_up_to_one_as_does_its_period() -> None:
    features = item_features([1980, None], [("drama", "war"), ("crime", "drama", "noir", "war")])
    assert features.values.tolist() == [*([np.float32(0.5**0.5)] * 2), 1.0, *([0.5] * 4)]


def test_no_items_have_no_features() -> None:
    assert item_features([], []).item_ptr.tolist() == [0]


def test_as_many_years_as_genres_are_wanted() -> None:
    with pytest.raises(ValueError, match="shorter"):
        item_features([1980, 1990], [("drama",)])


@given(st.lists(st.tuples(st.none() | st.integers(1890, 2030), st.sets(st.sampled_from("abcd")))))
def test_each_item_has_as_many_features_as_facts(items: list[tuple[int | None, set[str]]]) -> None:
    features = item_features([year for year, _ in items], [sorted(genres) for _, genres in items])
    counts = np.diff(features.item_ptr).tolist()
    assert counts == [len(genres) + (year is not None) for year, genres in items]
    assert all(0 <= column < features.n_features for column in features.columns.tolist())
