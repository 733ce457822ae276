"""A new model stored while people rate: nobody waits for it, nobody is in its way. On PostgreSQL, where many write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from camflix.bootstrap import CamFlix
from camflix.db.columns import read_columns
from camflix.models import EngineModel, Genre, MovieGenre, Neighbour, Rating, RatingChange
from camflix.recommender.neighbours import all_nearest
from camflix.services import neighbours, snapshot
from camflix.services.leaving import delete_users
from camflix.settings import load_settings
from tests.passwords import CHEAP
from tests.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from camflix.recommender.arrays import Ratings
    from camflix.recommender.model import Neighbours
    from camflix.services.container import Services
    from camflix.services.fitting import Fit
    from tests.conftest import Clock

_MOST_SECONDS = 20


@pytest.fixture
def world(postgresql_url: str, tmp_path: Path, clock: Clock) -> Iterator[World]:
    variables = {"HOME": str(tmp_path), "DATABASE_URL": postgresql_url}
    opened = CamFlix(load_settings(variables), "fr", clock, passwords=CHEAP)
    yield World(opened, clock)
    opened.close()


def fitted(world: World) -> Fit:
    with world.camflix.transaction(writes=False) as services:
        return services.fitting.fit()


def rate(services: Services, user_id: int, movie_id: int, score: int) -> None:
    services.ratings.rate(user_id, movie_id, score, services.recommendations.predict(user_id, movie_id))
    services.recommendations.learn(user_id)


def rate_and_save(world: World, user_id: int, movie_id: int, score: int) -> None:
    with world.camflix.transaction(writes=True) as services:
        rate(services, user_id, movie_id, score)


def n_neighbours(world: World, user_id: int) -> dict[object, int]:
    """Return how many neighbours of a user are stored with each model."""
    rows = [row["model_id"] for row in world.table(Neighbour) if row["user_id"] == user_id]
    return {model: rows.count(model) for model in rows}


def test_who_rates_while_it_is_stored_does_not_wait(world: World) -> None:
    users, films = world.community()
    world.camflix.refresh_engine()
    new = fitted(world)
    with ThreadPoolExecutor(1) as other, world.camflix.transaction(writes=True) as services:
        services.fitting.store(new)
        other.submit(rate_and_save, world, users[0], films[0], 55).result(_MOST_SECONDS)
    first, second = (row["id"] for row in world.table(EngineModel))
    # Oneself is none of one's neighbours.
    assert n_neighbours(world, users[0]) == {first: len(users) - 1, second: len(users) - 1}


def test_who_rates_while_neighbours_are_written_is_worked_out_when_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, films = world.community()
    world.camflix.refresh_engine()
    new = fitted(world)

    def interrupted(ratings: Ratings, n: int) -> Iterator[Neighbours]:
        rate_and_save(world, users[0], films[0], 55)
        return all_nearest(ratings, n)

    monkeypatch.setattr(neighbours, "all_nearest", interrupted)
    with world.camflix.transaction(writes=True) as services:
        services.fitting.store(new)
    first, second = (row["id"] for row in world.table(EngineModel))
    assert n_neighbours(world, users[0]) == {first: len(users) - 1}
    assert n_neighbours(world, users[1]) == {first: len(users) - 1, second: len(users) - 1}


def test_it_does_not_wait_for_who_rates(world: World) -> None:
    users, films = world.community()
    world.camflix.refresh_engine()
    new = fitted(world)

    def store() -> None:
        with world.camflix.transaction(writes=True) as services:
            services.fitting.store(new)

    with ThreadPoolExecutor(1) as other, world.camflix.transaction(writes=True) as services:
        rate(services, users[0], films[0], 55)
        other.submit(store).result(_MOST_SECONDS)
    first, second = (row["id"] for row in world.table(EngineModel))
    assert n_neighbours(world, users[0]) == {first: len(users) - 1, second: len(users) - 1}


def test_neighbours_of_models_long_past_are_dropped(world: World) -> None:
    users, films = world.community()
    for _ in range(4):
        with world.camflix.transaction(writes=True) as services:
            services.fitting.refit()
        world.tick()
    rate_and_save(world, users[0], films[0], 55)
    assert set(n_neighbours(world, users[0])) == {row["id"] for row in world.table(EngineModel)}
    assert len(world.table(EngineModel)) == 2


def test_who_goes_takes_history_and_neighbours_along(world: World) -> None:
    users, _films = world.community()
    world.camflix.refresh_engine()
    assert n_neighbours(world, users[0])
    with world.session() as session:
        delete_users(session, users[:2])
    for model in (Rating, RatingChange, Neighbour):
        assert {row["user_id"] for row in world.table(model)} == set(users[2:])


def test_who_goes_while_a_model_is_fitted_is_not_in_its_neighbours(world: World) -> None:
    users, _films = world.community()
    new = fitted(world)
    with world.session() as session:
        delete_users(session, users[:1])
    with world.camflix.transaction(writes=True) as services:
        services.fitting.store(new)
    assert {row["user_id"] for row in world.table(Neighbour)} == set(users[1:])


def test_a_genre_that_comes_while_the_films_are_read_is_known(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _users, films = world.community()

    def interrupted(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
        if query.selected_columns.keys()[0] == "genre_id":
            with world.session() as other:
                genre = Genre(slug="heist")
                other.add(genre)
                other.flush()
                other.add(MovieGenre(movie_id=films[0], genre_id=genre.id))
        return read_columns(connection, query)

    monkeypatch.setattr(snapshot, "read_columns", interrupted)
    with world.camflix.transaction(writes=False) as services:
        features = snapshot.read_features(services.users._session, np.array(films, dtype=np.int64))
    assert features.item_ptr[1] > features.item_ptr[0]
