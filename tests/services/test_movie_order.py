"""Windows of long lists: right whatever other processes do to ratings and films meanwhile."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from camflix.bootstrap import CamFlix
from camflix.importers.rows import FilmRow
from camflix.services import catalogue_memory
from camflix.services.catalogue import CatalogueWriter
from camflix.services.catalogue_memory import CatalogueMemory, Places
from camflix.services.movie_order import MovieOrder, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.services.movie_order import MovieSort
    from tests.services.world import World

_STATE = (1, 0, 0)


@pytest.fixture
def other(world: World) -> Iterator[CamFlix]:
    """Yield a CamFlix over the same database with a memory of its own, as another process has."""
    opened = CamFlix(world.camflix.settings, "fr", world.clock)
    yield opened
    opened.close()


def window(camflix: CamFlix, sort: MovieSort, offset: int, limit: int) -> list[int]:
    with camflix.transaction(writes=False) as services:
        return [movie.id for movie in services.listing.window(0, sort, offset, limit).movies]


def whole(world: World, sort: MovieSort) -> list[int]:
    with world.camflix.transaction(writes=False) as services:
        return [movie.id for movie in services.movies.page(sort, 200, None).movies]


def test_windows_are_right_after_another_process_brought_ratings_of_known_films(world: World, other: CamFlix) -> None:
    films, users = world.films(40), world.users([f"user-{number}" for number in range(6)])
    window(other, "ratings", 0, 10)
    world.bulk([(user, film, 50) for number, user in enumerate(users) for film in films[number : 30 - number]])
    expected = whole(world, "ratings")
    for offset in range(10, 40, 5):
        assert window(other, "ratings", offset, 5) == expected[offset : offset + 5]


def test_a_window_is_full_though_films_have_moved_before_it_one_by_one(world: World, other: CamFlix) -> None:
    films, ann = world.films(40), world.user("ann")
    window(other, "ratings", 0, 10)
    world.rate_all(ann, dict.fromkeys(films[:30], 50))
    assert window(other, "ratings", 10, 10) == whole(world, "ratings")[10:20]
    assert window(other, "ratings", 20, 10) == whole(world, "ratings")[20:30]


def test_years_that_another_process_learnt_are_noticed_after_some_seconds(world: World) -> None:
    for number in range(12):
        world.film(f"Film {number}", None if number < 4 else 1950 + number, movielens_id=number + 1)
    moment = 0.0
    memory = CatalogueMemory(seconds=lambda: moment)

    def by_year(offset: int, limit: int) -> list[int]:
        with world.session() as session:
            return MovieOrder(session, order_of("year", reverse=False), 0, (), memory).window(offset, limit)[0]

    by_year(0, 12)
    with world.session() as session:
        rows = [FilmRow(2 + number, f"Film {number}", 1930, movielens_id=number + 1) for number in range(3)]
        CatalogueWriter(session, world.clock).write(rows)
    moment += 60
    expected = whole(world, "year")
    assert len(expected) == 12
    assert by_year(0, 12) == expected
    assert [by_year(offset, 3) for offset in range(0, 12, 3)] == [expected[i : i + 3] for i in range(0, 12, 3)]


def test_a_place_found_before_the_catalogue_changed_is_not_kept_after() -> None:
    places, later = Places(), (1, 1, 0)
    assert places.before(10, _STATE) == (None, None, 0)
    assert places.before(10, later) == (None, None, 0)
    places.remember(5, "old", 55, _STATE)
    assert places.before(10, later) == (None, None, 0)
    places.remember(6, "new", 66, later)
    assert places.before(10, later) == ("new", 66, 6)


def test_threads_share_places_without_hindering_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_memory, "_MOST_PLACES", 16)
    places = Places()

    def look_and_remember(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(2000):
            offset = rng.randrange(1000)
            value, movie_id, place = places.before(offset, _STATE)
            assert (value, movie_id) == (place, place) or movie_id is None
            places.remember(offset, offset, offset, _STATE)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(look_and_remember, range(8)))
    finally:
        sys.setswitchinterval(interval)
