"""One film: what others think of it is told only where it does not tell what one of them thinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camflix.results import Community
    from tests.services.world import World


def community(world: World, film: int, reader_id: int) -> Community:
    with world.camflix.transaction(writes=False) as services:
        return services.details.of(film, reader_id).community


def test_ones_own_rating_is_none_of_the_three_under_which_nothing_is_told(world: World) -> None:
    film = world.film("Heat")
    ann, bob, cleo, dan = (world.user(name) for name in ("ann", "bob", "cleo", "dan"))
    world.bulk([(ann, film, 50), (bob, film, 12), (cleo, film, 93)])
    found = community(world, film, ann)
    assert (found.n, found.mean, found.median, found.histogram) == (3, None, None, ())
    # Dan has not rated it: to him these are three others.
    assert community(world, film, dan).histogram == (0, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    world.rate(dan, film, 12)
    found = community(world, film, ann)
    assert (found.n, found.median, found.histogram) == (4, 31.0, (0, 2, 0, 0, 0, 1, 0, 0, 0, 1))


def test_a_private_readers_rating_is_neither_counted_nor_taken_from_the_count(world: World) -> None:
    film = world.film("Heat")
    ann = world.user("ann", privacy="private")
    others = world.users(["bob", "cleo", "dan"])
    world.bulk([(ann, film, 50), *((other, film, 10 * other) for other in others)])
    assert community(world, film, ann).n == community(world, film, 0).n == 3
    assert community(world, film, ann) == community(world, film, 0)
