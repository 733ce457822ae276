"""Rating: one score a person and film, each change in the history, counts always true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from camflix import scores
from camflix.errors import NotFoundError
from camflix.importers.rows import FilmRow
from camflix.models import Movie, Rating, RatingChange
from camflix.results import Accuracy, Prediction
from camflix.services.catalogue import CatalogueWriter

if TYPE_CHECKING:
    from camflix.services.container import Services
    from tests.conftest import Clock
    from tests.services.world import World


class RolledBackError(Exception):
    """Ends a transaction of which nothing is to stay."""


def predicted(score: float | None) -> Prediction:
    return Prediction(score, score, score, None if score is not None else "no_neighbours", 3, "classic")


@pytest.fixture
def ann(world: World) -> int:
    """Return someone in a world where others have rated other films too."""
    noise = world.films(3)
    bob = world.user("bob")
    world.rate_all(bob, dict(zip(noise, (10, 50, 90), strict=True)))
    return world.user("ann")


class TestRate:
    def test_a_score_is_saved_with_its_moment(self, world: World, ann: int, clock: Clock) -> None:
        film = world.film("Heat")
        saved = world.rate(ann, film, 95)
        assert (saved.movie.id, saved.score, saved.previous_score) == (film, 95, None)
        row = next(row for row in world.table(Rating) if row["user_id"] == ann)
        assert row == {
            "user_id": ann,
            "movie_id": film,
            "score": 95,
            "created_at": clock(),
            "updated_at": clock(),
            "source": "camflix",
        }

    def test_a_changed_score_keeps_the_day_of_the_first(self, world: World, ann: int, clock: Clock) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 95)
        first = clock()
        world.tick(days=3)
        saved = world.rate(ann, film, 40)
        assert saved.previous_score == 95
        row = next(row for row in world.table(Rating) if row["user_id"] == ann)
        assert (row["score"], row["created_at"], row["updated_at"]) == (40, first, clock())

    def test_every_change_is_in_the_history(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        for score in (95, 0, 100):
            world.rate(ann, film, score)
        world.remove(ann, film)
        world.rate(ann, film, 50)
        changes = [row for row in world.table(RatingChange) if row["user_id"] == ann]
        steps = [(row["old_score"], row["new_score"]) for row in changes]
        assert steps == [(None, 95), (95, 0), (0, 100), (100, None), (None, 50)]
        assert [row["old_source"] for row in changes] == [None, "camflix", "camflix", "camflix", None]

    def test_the_same_score_again_is_no_change(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 95)
        before = (world.table(RatingChange), world.table(Movie))
        (rated,) = (row for row in world.table(Rating) if row["user_id"] == ann)
        saved = world.rate(ann, film, 95)
        assert (saved.score, saved.previous_score) == (95, 95)
        assert (world.table(RatingChange), world.table(Movie)) == before
        # But from now on nothing from before this moment says anything against it.
        (again,) = (row for row in world.table(Rating) if row["user_id"] == ann)
        assert again == {**rated, "updated_at": world.clock()}

    def test_zero_is_a_score(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        assert world.rate(ann, film, 0).score == 0
        assert world.rate(ann, film, 1).previous_score == 0

    def test_a_film_that_is_not_there_cannot_be_rated(self, world: World, ann: int) -> None:
        with pytest.raises(NotFoundError) as refused:
            world.rate(ann, 10**6, 95)
        assert refused.value.field == "movie_id"

    @pytest.mark.parametrize("score", [-1, 101])
    def test_the_database_itself_refuses_what_is_no_score(self, world: World, ann: int, score: int) -> None:
        film = world.film("Heat")
        values = {"created_at": world.clock(), "updated_at": world.clock(), "source": "x"}
        with pytest.raises(IntegrityError), world.session() as session:
            session.execute(insert(Rating).values(user_id=ann, movie_id=film, score=score, **values))


class TestPercentiles:
    def test_they_come_with_the_fifth_different_score_never_before(self, world: World, ann: int) -> None:
        films = world.films(6)
        told = [world.rate(ann, film, score) for film, score in zip(films, (20, 40, 60, 80, 80, 90), strict=True)]
        assert [saved.n_different_missing for saved in told] == [4, 3, 2, 1, 1, 0]
        assert [saved.percentile for saved in told] == [None] * 5 + [91]
        assert [saved.tier for saved in told] == [None] * 5 + [10]

    def test_one_more_score_moves_all_of_them(self, world: World, ann: int) -> None:
        films = world.films(6)
        world.rate_all(ann, dict(zip(films, (90, 80, 80, 60, 40, 20), strict=True)))
        with world.camflix.transaction(writes=False) as services:
            page = services.ratings.page(ann, "ann")
            assert services.ratings.percentiles(ann) == {20: 8, 40: 25, 60: 41, 80: 66, 90: 91}
            assert services.ratings.n_different_missing(ann) == 0
        assert [(rated.score, rated.percentile, rated.tier) for rated in page.ratings] == [
            (90, 91, 10),
            (80, 66, 7),
            (80, 66, 7),
            (60, 41, 5),
            (40, 25, 3),
            (20, 8, 1),
        ]

    def test_those_of_one_person_have_nothing_to_do_with_anyone_else(self, world: World, ann: int) -> None:
        films = world.films(6)
        world.rate_all(ann, dict(zip(films, (90, 80, 80, 60, 40, 20), strict=True)))
        zoe = world.user("zoe")
        world.rate_all(zoe, dict.fromkeys(films, 100))
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.percentiles(zoe) is None
            assert services.ratings.score_counts(ann) == {90: 1, 80: 2, 60: 1, 40: 1, 20: 1}
            assert services.ratings.n_different_missing(zoe) == 4


class TestRemove:
    def test_the_rating_goes_and_its_history_stays(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 95)
        removed = world.remove(ann, film)
        assert (removed.movie.title, removed.previous_score) == ("Heat", 95)
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.score_of(ann, film) is None
            assert services.movies.get(film).n_ratings == 0
        assert [row["new_score"] for row in world.table(RatingChange) if row["user_id"] == ann] == [95, None]

    def test_what_was_not_rated_cannot_be_removed(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        with pytest.raises(NotFoundError, match="Heat"):
            world.remove(ann, film)
        with pytest.raises(NotFoundError, match="number"):
            world.remove(ann, 10**6)

    def test_someone_elses_rating_of_the_film_stays(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        zoe = world.user("zoe")
        world.rate(ann, film, 95)
        world.rate(zoe, film, 5)
        world.remove(ann, film)
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.score_of(zoe, film) == 5
            assert services.movies.get(film).n_ratings == 1


class TestPredictions:
    def rate(self, world: World, user: int, film: int, score: int, prediction: Prediction | None) -> None:
        world.tick()
        with world.camflix.transaction(writes=True) as services:
            saved = services.ratings.rate(user, film, score, prediction)
        if saved.predicted_score is not None:
            assert saved.gap == round(score - saved.predicted_score, 3)

    def test_what_was_predicted_is_kept_with_the_first_rating_only(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        self.rate(world, ann, film, 95, predicted(80.25))
        self.rate(world, ann, film, 90, predicted(94.0))
        world.remove(ann, film)
        changes = [row for row in world.table(RatingChange) if row["user_id"] == ann]
        assert [row["predicted_score"] for row in changes] == [80.25, None, None]
        assert [row["predicted_by"] for row in changes] == ["classic", None, None]

    def test_where_nothing_could_be_predicted_nothing_is_kept(self, world: World, ann: int) -> None:
        one, two = world.films(2)
        self.rate(world, ann, one, 95, None)
        self.rate(world, ann, two, 95, predicted(None))
        changes = [row for row in world.table(RatingChange) if row["user_id"] == ann]
        assert [(row["predicted_score"], row["predicted_by"]) for row in changes] == [(None, None)] * 2

    def test_accuracy_is_the_mean_gap_and_the_shares_within_5_and_10(self, world: World, ann: int) -> None:
        films = world.films(5)
        for film, (score, guess) in zip(
            films, [(50, 50.0), (50, 45.0), (50, 60.0), (50, 60.5), (50, None)], strict=True
        ):
            self.rate(world, ann, film, score, predicted(guess))
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.accuracy(ann) == Accuracy(4, 25.5 / 4, 0.5, 0.75)
            assert services.ratings.accuracy(ann, 2) == Accuracy(2, 10.25, 0.0, 0.5)
            assert services.ratings.accuracy(world_user(world, "bob")) == Accuracy(0, None, None, None)

    def test_a_slip_that_was_undone_says_nothing_of_predictions(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        self.rate(world, ann, film, 0, predicted(77))
        world.undo(ann)
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.accuracy(ann).n == 0
        self.rate(world, ann, film, 80, predicted(77))
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.accuracy(ann) == Accuracy(1, 3.0, 1.0, 1.0)
            assert sum(month.n for month in services.stats.of(ann, "ann", 5, 1).accuracy) == 1

    def test_a_changed_mind_does_not_change_how_near_the_prediction_was(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        self.rate(world, ann, film, 50, predicted(60.0))
        self.rate(world, ann, film, 60, predicted(50.0))
        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.accuracy(ann).mean_absolute_error == 10.0

    def test_a_film_counts_once_however_often_it_is_rated_anew(self, world: World, ann: int) -> None:
        film = world.films(1)[0]
        for _time in range(3):
            self.rate(world, ann, film, 80, predicted(70.0))
            world.remove(ann, film)
        self.rate(world, ann, film, 90, predicted(60.0))

        with world.camflix.transaction(writes=False) as services:
            assert services.ratings.accuracy(ann) == Accuracy(1, 10.0, 0.0, 1.0)


def world_user(world: World, name: str) -> int:
    with world.camflix.transaction(writes=False) as services:
        return services.users.id_of(name)


class TestPage:
    def test_best_first_then_latest_then_by_film(self, world: World, ann: int) -> None:
        a, b, c, d = world.films(4)
        for film, score in ((b, 70), (a, 70), (c, 90), (d, 10)):
            world.rate(ann, film, score)
        with world.camflix.transaction(writes=False) as services:
            page = services.ratings.page(ann, "ann")
            best = services.ratings.page(ann, "ann", 2)
        assert [rated.movie.id for rated in page.ratings] == [c, a, b, d]
        assert [rated.movie.id for rated in best.ratings] == [c, a]
        assert (best.n_ratings, best.n_different_missing) == (4, 2)

    def test_someone_who_rated_nothing_has_an_empty_one(self, world: World, ann: int) -> None:
        with world.camflix.transaction(writes=False) as services:
            page = services.ratings.page(ann, "ann")
        assert (page.username, page.ratings, page.n_ratings, page.n_different_missing) == ("ann", (), 0, 5)

    def test_more_films_than_one_query_takes_come_with_their_titles(self, world: World, ann: int) -> None:
        films = world.films(620)
        world.bulk([(ann, film, position % 101) for position, film in enumerate(films)])
        with world.camflix.transaction(writes=False) as services:
            page = services.ratings.page(ann, "ann")
        assert len({rated.movie.title for rated in page.ratings}) == 620
        assert [rated.score for rated in page.ratings] == sorted((p % 101 for p in range(620)), reverse=True)


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(given_scores=st.lists(st.integers(0, 100), min_size=1, max_size=12))
def test_the_percentile_told_at_once_is_that_of_the_arithmetic(world: World, given_scores: list[int]) -> None:
    def act(services: Services) -> NoReturn:
        user = services.users.add("ann").id
        CatalogueWriter(services.users._session, world.clock).write(FilmRow(2, "Film") for _ in given_scores)
        films = services.users._session.scalars(select(Movie.id)).all()
        saved = [services.ratings.rate(user, *rated, None) for rated in zip(films, given_scores, strict=True)][-1]
        expected = scores.percentiles(given_scores)
        assert saved.percentile == (expected[given_scores[-1]] if expected else None)
        raise RolledBackError

    with pytest.raises(RolledBackError), world.camflix.transaction(writes=True) as services:
        act(services)


class TestManyAtOnce:
    """Forty ratings by eight threads: nothing lost, nothing twice, each change knows the one before."""

    def rate(self, world: World, user: int, film: int, score: int) -> None:
        with world.camflix.transaction(writes=True) as services:
            services.ratings.rate(user, film, score, None)

    def test_of_one_film_by_one_person(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda score: self.rate(world, ann, film, score), range(40)))
        assert len([row for row in world.table(Rating) if row["user_id"] == ann]) == 1
        assert len([row for row in world.table(RatingChange) if row["user_id"] == ann]) == 40

    @pytest.mark.long
    def test_of_one_film_by_many_people(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        people = [world.user(f"user-{number}") for number in range(40)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda user: self.rate(world, user, film, user % 101), people))
        with world.camflix.transaction(writes=False) as services:
            assert services.movies.get(film).n_ratings == 40

    @pytest.mark.long
    def test_rated_removed_and_undone_at_once(self, world: World, ann: int) -> None:
        films = world.films(3)

        def act(number: int) -> None:
            with world.camflix.transaction(writes=True) as services:
                try:
                    if number % 4 == 0:
                        services.ratings.remove(ann, films[number % 3])
                    elif number % 4 == 1:
                        services.undo.undo(ann)
                    else:
                        services.ratings.rate(ann, films[number % 3], number, None)
                except NotFoundError:
                    pass  # nothing there to remove or to undo yet

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(act, range(40)))
