"""Profiles, and the sample community."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix.importers import sample
from camflix.models import Movie, Rating, RatingChange, User

if TYPE_CHECKING:
    from camflix.results import Profile, UserSummary
    from tests.services.world import World


def add(world: World, username: str, email: str | None = None) -> UserSummary:
    with world.camflix.transaction(writes=True) as services:
        return services.users.add(username, email=email)


def profile(world: World, user_id: int, n_extremes: int = 3) -> Profile:
    with world.camflix.transaction(writes=False) as services:
        return services.profiles.of(user_id, n_extremes)


def test_a_profile_without_ratings_is_empty_not_wrong(world: World) -> None:
    found = profile(world, add(world, "zoe").id)
    assert (found.n_ratings, found.mean_score, found.median_score, found.tiers, found.top) == (0, None, None, (), ())
    assert found.accuracy_all.n == 0


def test_a_profile_counts_means_and_tiers(world: World) -> None:
    films = world.films(6)
    user_id = add(world, "zoe").id
    world.rate_all(user_id, dict(zip(films, (90, 80, 80, 60, 40, 20), strict=True)))
    found = profile(world, user_id)
    assert (found.n_ratings, found.n_different_scores) == (6, 5)
    assert found.mean_score == pytest.approx(61.667)
    assert found.median_score == 70.0
    assert found.tiers == (1, 0, 1, 0, 1, 0, 2, 0, 0, 1)
    assert [rated.score for rated in found.top] == [90, 80, 80]
    assert [rated.score for rated in found.bottom] == [20, 40, 60]


@pytest.mark.long
def test_accuracy_compares_what_was_predicted_before_each_first_rating(world: World) -> None:
    _users, films = world.community()
    user_id = world.user("reader", privacy="private")
    world.rate_all(user_id, {film: 92 - 9 * position for position, film in enumerate(films[:8])})
    world.camflix.refresh_engine()
    gaps = [abs(world.rate(user_id, film, 50).gap or 0) for film in films[8:13]]
    world.rate(user_id, films[8], 90)
    accuracy = profile(world, user_id).accuracy_all
    assert accuracy.n == 5
    assert accuracy.mean_absolute_error == pytest.approx(sum(gaps) / 5)
    assert accuracy.within_10 == pytest.approx(sum(gap <= 10 for gap in gaps) / 5)
    predicted = [row["predicted_by"] for row in world.table(RatingChange) if row["predicted_score"] is not None]
    assert predicted == ["factors"] * 5


@pytest.mark.long
def test_the_sample_community_comes_once_and_goes_without_a_trace_but_its_films(world: World) -> None:
    mine, film = add(world, "me").id, world.film("Mine", 2000)
    world.rate(mine, film, 70)
    n_ratings = sum(1 for _ in sample.ratings())
    with world.camflix.transaction(writes=True) as services:
        report = services.demo.load()
    assert (report.rows, report.created) == (n_ratings, n_ratings)
    with world.camflix.transaction(writes=True) as services:
        again = services.demo.load()
    assert (again.created, again.updated, again.unchanged) == (0, 0, n_ratings)
    with world.camflix.transaction(writes=True) as services:
        assert services.demo.remove() == 401
    assert [row["username"] for row in world.table(User)] == ["me"]
    assert len(world.table(Rating)) == 1
    assert len(world.table(Movie)) == len(sample.films()) + 1
