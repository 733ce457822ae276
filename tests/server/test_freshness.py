"""The model of a server kept fresh: in a thread, however many ratings there are, while the last one answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix.server.freshness import Freshness
from camflix.services import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.services.engine import Served
    from tests.services.world import World


@pytest.fixture
def freshness(world: World) -> Iterator[Freshness]:
    """Yield what keeps the world's model fresh, and looks at it each time."""
    made = Freshness(world.camflix, check_seconds=0.0)
    yield made
    made.close()


def served(world: World) -> Served:
    with world.camflix.transaction(writes=False) as services:
        found = services.engine.served()
    assert found is not None
    return found


def go_private(world: World, user_id: int) -> None:
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        services.settings.change(user_id, privacy="private")


def test_the_first_request_waits_for_a_model(world: World, freshness: Freshness) -> None:
    users, _films = world.community(8, 10)
    freshness.ensure()
    assert served(world).snapshot.user_ids.tolist() == users


def test_who_went_private_is_heard_no_more_however_many_ratings_there_are(
    world: World, freshness: Freshness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_MOST_WAITED_FOR", 0)
    users, _films = world.community(8, 10)
    freshness.ensure()
    freshness.close()
    go_private(world, users[0])
    freshness.ensure()
    freshness.close()
    assert served(world).snapshot.user_ids.tolist() == users[1:]


@pytest.mark.parametrize("most_waited_for", [0, 300_000])
def test_a_server_that_starts_answers_by_the_last_model_until_a_thread_has_made_the_next(
    world: World, freshness: Freshness, monkeypatch: pytest.MonkeyPatch, most_waited_for: int
) -> None:
    monkeypatch.setattr(engine, "_MOST_WAITED_FOR", most_waited_for)
    users, _films = world.community(8, 10)
    world.camflix.refresh_engine()
    go_private(world, users[0])
    world.tick(days=3)
    # As long as another fits, this one waits.
    with world.camflix._model_cache().fitting:
        freshness.ensure()
        assert users[0] in served(world).snapshot.user_ids
    freshness.close()
    assert served(world).snapshot.user_ids.tolist() == users[1:]
