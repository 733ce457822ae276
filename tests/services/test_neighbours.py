"""Neighbours that are stored: of whom they tell what, and whose they are no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix.models import CodePurpose, Neighbour

if TYPE_CHECKING:
    from camflix.services.fitting import Fit
    from tests.services.world import World

N = 50


def fitted(world: World) -> Fit:
    with world.camflix.transaction(writes=False) as services:
        return services.fitting.fit()


def store(world: World, fit: Fit) -> int:
    """Store a model; return its id."""
    with world.camflix.transaction(writes=True) as services:
        return services.fitting.store(fit).header.id


def rate(world: World, user_id: int, movie_id: int, score: int) -> None:
    """Rate as the operation does, which learns neighbours anew."""
    world.rate(user_id, movie_id, score)
    with world.camflix.transaction(writes=True) as services:
        services.recommendations.learn(user_id)


def leave(world: World, user_id: int) -> None:
    with world.camflix.transaction(writes=True) as services:
        code, _until = services.account_codes.create(user_id, CodePurpose.DELETE)
        services.accounts.delete(user_id, code)


def with_neighbours(world: World, model_id: int) -> set[object]:
    return {row["user_id"] for row in world.table(Neighbour) if row["model_id"] == model_id}


def assert_told_by_ratings_as_they_are(world: World, user_id: int) -> None:
    with world.camflix.transaction(writes=False) as services:
        found = services.engine.served()
        assert found is not None
        expected = services.neighbours.worked_out(found, services.engine.taste(found, user_id), N)
        assert services.recommendations.twins(user_id, "someone", N).twins == expected != ()


@pytest.mark.long
def test_who_rates_while_a_model_is_fitted_has_neighbours_by_what_they_rated(world: World) -> None:
    users, films = world.community()
    world.camflix.refresh_engine()
    new = fitted(world)
    for place, film in enumerate(films[:12]):
        rate(world, users[0], film, 37 * place % 101)
    model_id = store(world, new)
    assert_told_by_ratings_as_they_are(world, users[0])
    # Nobody else need be worked out.
    assert with_neighbours(world, model_id) == set(users[1:])


def test_what_they_rate_later_is_stored_again(world: World) -> None:
    users, films = world.community()
    new = fitted(world)
    rate(world, users[0], films[0], 5)
    model_id = store(world, new)
    rate(world, users[0], films[1], 95)
    assert with_neighbours(world, model_id) == set(users)
    assert_told_by_ratings_as_they_are(world, users[0])


def test_who_goes_is_nobody_s_neighbour_any_more(world: World) -> None:
    users, _films = world.community()
    store(world, fitted(world))
    leave(world, users[-1])
    rows = world.table(Neighbour)
    assert {row["neighbour_id"] for row in rows} == {row["user_id"] for row in rows} == set(users[:-1])


def test_who_goes_while_a_model_is_fitted_is_nobody_s_neighbour_in_it(world: World) -> None:
    users, _films = world.community()
    new = fitted(world)
    leave(world, users[0])
    store(world, new)
    rows = world.table(Neighbour)
    assert {row["neighbour_id"] for row in rows} == {row["user_id"] for row in rows} == set(users[1:])
