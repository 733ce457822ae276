"""Filters of films: what ranges of predicted scores hold, to the thousandth."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidInputError
from camflix.queries import Bounds, MovieFilter, parse_query
from tests.services.test_recommendations import reader

if TYPE_CHECKING:
    from tests.services.world import World

_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def holds(query: str, thousandths: int) -> bool:
    bounds = parse_query(query, MovieFilter())[1].predicted
    assert bounds is not None
    return bounds.low <= thousandths <= bounds.high


@given(bound=st.integers(0, 101), thousandths=st.integers(0, 100_000))
def test_a_sign_compares_with_the_predicted_score_itself(bound: int, thousandths: int) -> None:
    for sign, compare in _SIGNS.items():
        assert holds(f"psi:{sign}{bound}", thousandths) == compare(thousandths, 1000 * bound)


@given(ends=st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted), thousandths=st.integers(0, 100_000))
def test_a_range_of_predicted_scores_holds_those_that_round_into_it(ends: list[int], thousandths: int) -> None:
    low, high = ends
    rounded = (thousandths + 500) // 1000
    assert holds(f"psi:{low}..{high}", thousandths) == (low <= rounded <= high)
    assert holds(f"psi:{low}", thousandths) == (rounded == low)
    assert holds(f"psi:{low}..", thousandths) == (low <= rounded)
    assert holds(f"psi:..{high}", thousandths) == (rounded <= high)


@pytest.mark.parametrize("turned", ["year:1960..1950", "score:90..10", "psi:60..59"])
def test_a_range_turned_round_is_refused_with_an_example(turned: str) -> None:
    with pytest.raises(InvalidInputError, match="is no range for"):
        parse_query(turned, MovieFilter())


@pytest.mark.parametrize("key", ["year", "runtime", "score", "ratings"])
def test_other_ranges_are_of_whole_numbers_both_ends_in_them(key: str) -> None:
    def bounds(value: str) -> Bounds:
        return getattr(parse_query(f"{key}:{value}", MovieFilter())[1], key)  # type: ignore[no-any-return]

    assert (bounds("75"), bounds("60..79")) == (Bounds(75, 75), Bounds(60, 79))
    assert (bounds(">75").low, bounds(">=75").low, bounds("75..").low) == (76, 75, 75)
    assert (bounds("<75").high, bounds("<=75").high, bounds("..75").high) == (74, 75, 75)


def test_every_film_with_a_predicted_score_is_on_one_side_of_a_bound(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        scores = dict(services.predictions.all(user_id))

        def found(query: str) -> set[int]:
            page = services.listing.page(user_id, query, MovieFilter(), "predicted", 200, None)
            return {movie.id for movie in page.movies}

        between = [int(score) for score in scores.values() if score % 1]
        assert between
        for bound in between[:5]:
            above, below = found(f"psi:>{bound}"), found(f"psi:<{bound + 1}")
            assert above == {movie_id for movie_id, score in scores.items() if score > bound}
            assert above | below == set(scores)
            assert above & below
        assert found("psi:..49") | found("psi:50..") == set(scores)
