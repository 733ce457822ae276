"""What every client must do: the same verbs, results and errors, wherever CamFlix runs.

A client's test class inherits ``ClientConformance`` and says how to make a client for a user; each operation has a test
named after it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import update

from camflix import operations
from camflix.errors import AmbiguousError, InvalidInputError, NotFoundError
from camflix.models import Movie
from camflix.operations import inputs
from tests.client.account_conformance import AccountConformance
from tests.client.conformance_own import OwnThingsConformance
from tests.client.import_conformance import ImportConformance
from tests.operations.examples import body_of, make_things

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.client import Client
    from tests.services.world import World

    MakeClient = Callable[[str], Client]


# What is asked of accounts has inputs that must fit the person; account_conformance.py has them. Imports go on after
# their answer; import_conformance.py waits for them.
EVERYDAY = sorted(
    name
    for name, each in operations.OPERATIONS.items()
    if each.scope != "admin" and name not in {"start_import", "get_import"}
)


# What only reads leaves the world as it was: one is enough for all of it.
READING = [name for name in EVERYDAY if operations.OPERATIONS[name].method == "GET"]
WRITING = [name for name in EVERYDAY if name not in READING]


class ClientConformance(OwnThingsConformance, AccountConformance, ImportConformance):
    """Every operation by every client."""

    @pytest.fixture
    def films(self, world: World) -> list[int]:
        """Return the films of a community of two tastes; ``zoe`` has rated seven like the first."""
        _users, films = world.community()
        zoe = world.user("zoe", privacy="private")
        world.bulk([(zoe, film, 92 - 11 * position) for position, film in enumerate(films[:7])])
        return films

    def test_rate(self, make_client: MakeClient, films: list[int]) -> None:
        # Asking for advice fits the model that the next rating is predicted by; rating itself never waits for one.
        make_client("zoe").call(operations.recommend, inputs.AskRecommendations())
        saved = make_client("zoe").call(operations.rate, inputs.RateMovie(films[8], 20))
        assert (saved.movie.id, saved.score, saved.previous_score) == (films[8], 20, None)
        assert saved.percentile is not None
        assert saved.tier == saved.percentile // 10 + 1
        assert saved.predicted_score is not None
        assert saved.gap == pytest.approx(20 - saved.predicted_score, abs=0.0005)
        again = make_client("zoe").call(operations.rate, inputs.RateMovie(films[8], 25))
        assert (again.previous_score, again.predicted_score) == (20, None)

    @pytest.mark.parametrize("score", [-1, 101])
    def test_rate_refuses_what_is_no_score(self, make_client: MakeClient, films: list[int], score: int) -> None:
        with pytest.raises(InvalidInputError) as raised:
            make_client("zoe").call(operations.rate, inputs.RateMovie(films[0], score))
        assert raised.value.field == "score"

    def test_rate_knows_no_such_film(self, make_client: MakeClient, films: list[int]) -> None:
        with pytest.raises(NotFoundError):
            make_client("zoe").call(operations.rate, inputs.RateMovie(max(films) + 1, 50))

    def test_unrate(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        assert client.call(operations.unrate, inputs.MovieRef(films[0])).previous_score == 92
        with pytest.raises(NotFoundError):
            client.call(operations.unrate, inputs.MovieRef(films[0]))

    def test_list_ratings(self, make_client: MakeClient, films: list[int]) -> None:
        page = make_client("zoe").call(operations.list_ratings, inputs.ListRatings())
        assert [rated.movie.id for rated in page.ratings] == films[:7]
        assert (page.username, page.n_ratings, page.n_different_missing) == ("zoe", 7, 0)
        assert page.ratings[0].percentile == (100 * 6 + 50) // 7
        assert len(make_client("zoe").call(operations.list_ratings, inputs.ListRatings(2)).ratings) == 2

    def test_undo(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.rate, inputs.RateMovie(films[0], 10))
        undone = client.call(operations.undo, inputs.Nothing())
        assert (undone.kind, undone.n_ratings) == ("rating", 1)
        best = client.call(operations.list_ratings, inputs.ListRatings(1)).ratings[0]
        assert (best.movie.id, best.score) == (films[0], 92)

    def test_undo_takes_back_what_is_no_rating_too(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.rate, inputs.RateMovie(films[0], 10))
        client.call(operations.hide, inputs.MovieRef(films[1]))
        undone = client.call(operations.undo, inputs.Nothing())
        assert (undone.kind, undone.is_there, undone.movie and undone.movie.id) == ("hidden", False, films[1])
        assert client.call(operations.list_hidden, inputs.Paged()).n_movies == 0
        assert client.call(operations.undo, inputs.Nothing()).kind == "rating"

    def test_undo_has_nothing_to_take_back(self, make_client: MakeClient, world: World) -> None:
        world.user("new")
        with pytest.raises(NotFoundError):
            make_client("new").call(operations.undo, inputs.Nothing())

    def test_list_movies(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        seen: list[int] = []
        cursor = None
        while True:
            page = client.call(operations.list_movies, inputs.ListMovies(sort="title", limit=7, cursor=cursor))
            seen += [movie.id for movie in page.movies]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == films
        assert len(set(seen)) == len(seen)
        found = client.call(operations.list_movies, inputs.ListMovies(query="FILM 12"))
        assert [movie.id for movie in found.movies] == [films[11]]

    def test_list_movies_refuses_a_cursor_of_another_list(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        page = client.call(operations.list_movies, inputs.ListMovies(sort="title", limit=len(films) - 1))
        for cursor in (page.next_cursor, "nonsense"):
            with pytest.raises(InvalidInputError) as raised:
                client.call(operations.list_movies, inputs.ListMovies(sort="year", cursor=cursor))
            assert raised.value.field == "cursor"

    def test_get_movie(self, make_client: MakeClient, films: list[int], world: World) -> None:
        client = make_client("zoe")
        with world.session() as session:
            session.execute(update(Movie).where(Movie.id == films[2]).values(poster_path="/a.jpg"))
        found = client.call(operations.get_movie, inputs.MovieRef(films[2]))
        assert (found.movie.title, found.movie.year) == ("Film 3", 1952)
        assert found.movie.n_ratings == found.community.n == sum(found.community.histogram) == 18
        assert (found.marks.score, found.marks.percentile, found.marks.tier) == (70, 64, 7)
        assert found.prediction is None
        assert found.poster_path == "/a.jpg"
        client.call(operations.recommend, inputs.AskRecommendations())
        assert client.call(operations.get_movie, inputs.MovieRef(films[8])).prediction is not None
        with pytest.raises(NotFoundError):
            client.call(operations.get_movie, inputs.MovieRef(max(films) + 1))

    def test_resolve_movie(self, make_client: MakeClient, films: list[int], world: World) -> None:
        client = make_client("zoe")
        assert client.call(operations.resolve_movie, inputs.ResolveMovie("film 4 (1953)")).id == films[3]
        for year in (1995, 2005):
            world.film("Heat", year)
        with pytest.raises(AmbiguousError) as raised:
            client.call(operations.resolve_movie, inputs.ResolveMovie("Heat"))
        assert len(raised.value.candidates) == 2
        with pytest.raises(NotFoundError):
            client.call(operations.resolve_movie, inputs.ResolveMovie("Nosferatu (1922)"))

    def test_recommend(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.recommend, inputs.AskRecommendations(5))
        assert found.personal
        listed = [each.movie.id for each in found.recommendations]
        assert len(listed) == 5
        assert not set(listed) & set(films[:7])
        assert all(each.prediction.predicted_score is not None for each in found.recommendations)
        assert found.order == "likely"
        for each in found.recommendations:
            assert each.prediction.low is not None
            assert each.prediction.high is not None
            assert each.prediction.predicted_score is not None
            assert each.prediction.low <= each.prediction.predicted_score <= each.prediction.high

    def test_recommend_by_score(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.recommend, inputs.AskRecommendations(8, "predicted"))
        scores = [each.prediction.predicted_score or 0 for each in found.recommendations]
        assert (found.order, len(scores)) == ("predicted", 8)
        assert scores == sorted(scores, reverse=True)

    def test_recommend_what_a_filter_asks_for(self, make_client: MakeClient, films: list[int]) -> None:
        asked = inputs.AskRecommendations(20, "predicted", "year:1960..1963")
        found = make_client("zoe").call(operations.recommend, asked)
        assert sorted(each.movie.id for each in found.recommendations) == films[10:14]
        with pytest.raises(InvalidInputError) as refused:
            make_client("zoe").call(operations.recommend, inputs.AskRecommendations(query="heat"))
        assert refused.value.field == "query"

    def test_pick(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        found = client.call(operations.pick, inputs.AskPick(7))
        assert found == client.call(operations.pick, inputs.AskPick(7))
        assert (found.username, found.seed) == ("zoe", 7)
        assert found.movie.id not in films[:7]
        assert client.call(operations.pick, inputs.AskPick(query="year:1961")).movie.id == films[11]
        seeds = {client.call(operations.pick, inputs.AskPick()).seed for _ in range(4)}
        assert len(seeds) == 4

    def test_similar(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.hide, inputs.MovieRef(films[1]))
        found = client.call(operations.similar, inputs.AskSimilar(films[0], 6))
        assert found.movie.id == films[0]
        shown = {each.movie.id: each for each in found.similar}
        assert films[1] not in shown
        assert films[0] not in shown
        assert [each.similarity for each in found.similar] == sorted(
            (s.similarity for s in found.similar), reverse=True
        )
        own = {film: 92 - 11 * position for position, film in enumerate(films[:7])}
        assert all(each.own_score == own.get(film) for film, each in shown.items())
        assert all(each.prediction.predicted_score is not None for each in found.similar)

    def test_together(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.together, inputs.AskTogether(("c-01", "c-02"), rewatch=True))
        assert found.members == ("zoe", "c-01", "c-02")
        assert len(found.picks) > 3
        for pick in found.picks:
            scores = [prediction.predicted_score for prediction in pick.predictions]
            assert pick.group_score == min(score for score in scores if score is not None)

    def test_together_picks_nothing_that_somebody_has_seen(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        client.call(operations.add_viewing, inputs.AddViewing(films[15], "2026-02-03"))
        everything = client.call(operations.together, inputs.AskTogether(("c-01",), n=50, rewatch=True))
        unseen = client.call(operations.together, inputs.AskTogether(("c-01",), n=50))
        mean = client.call(operations.together, inputs.AskTogether(("c-01",), n=50, rule="average", rewatch=True))
        assert films[15] in [pick.movie.id for pick in everything.picks]
        assert not {*films[:7], films[15]} & {pick.movie.id for pick in unseen.picks}
        for pick in mean.picks:
            scores = [prediction.predicted_score or 0 for prediction in pick.predictions]
            assert pick.group_score == pytest.approx(sum(scores) / len(scores), abs=0.0011)

    def test_together_is_only_for_those_who_let_one_see_them(
        self, make_client: MakeClient, world: World, films: list[int]
    ) -> None:
        world.user("shy", privacy="private")
        for members in (("shy",), ("c-01", "nobody")):
            with pytest.raises(NotFoundError):
                make_client("zoe").call(operations.together, inputs.AskTogether(members))
        with pytest.raises(InvalidInputError) as refused:
            make_client("zoe").call(operations.together, inputs.AskTogether(("c-01", "c-01")))
        assert refused.value.field == "members"

    def test_why_listed(self, make_client: MakeClient, films: list[int]) -> None:
        found = make_client("zoe").call(operations.why_listed, inputs.MovieRef(films[9]))
        assert {line.movie.id for line in found.lines if line.movie} == set(films[:7])
        assert round(found.order_score * 1000) == sum(round(line.amount * 1000) for line in found.lines)

    def test_twins(self, make_client: MakeClient, films: list[int]) -> None:
        del films
        found = make_client("zoe").call(operations.twins, inputs.AskTwins(5))
        assert [twin.rank for twin in found.twins] == [1, 2, 3, 4, 5]
        # Zoe rates like the people of even numbers.
        assert all(twin.username is not None and int(twin.username[2:]) % 2 == 0 for twin in found.twins)
        assert all(twin.similarity > 0 for twin in found.twins)

    def test_why(self, make_client: MakeClient, films: list[int]) -> None:
        client = make_client("zoe")
        listed = client.call(operations.recommend, inputs.AskRecommendations(3)).recommendations[0]
        receipt = client.call(operations.why, inputs.MovieRef(listed.movie.id))
        assert sum(round(line.amount * 1000) for line in receipt.lines) == round(receipt.total * 1000)
        assert receipt.prediction == listed.prediction
        assert receipt.own_score is None
        assert client.call(operations.why, inputs.MovieRef(films[0])).own_score == 92

    def test_profile(self, make_client: MakeClient, films: list[int]) -> None:
        profile = make_client("zoe").call(operations.profile, inputs.AskProfile(2))
        assert (profile.username, profile.n_ratings, profile.n_different_scores) == ("zoe", 7, 7)
        assert profile.mean_score == profile.median_score == 59.0
        assert [rated.movie.id for rated in profile.top] == films[:2]
        assert [rated.movie.id for rated in profile.bottom] == [films[6], films[5]]
        assert sum(profile.tiers) == 7

    @pytest.mark.parametrize("names", [READING, *([name] for name in WRITING)], ids=lambda names: names[0])
    def test_every_result_survives_json(
        self, make_client: MakeClient, films: list[int], world: World, names: list[str]
    ) -> None:
        things = make_things(world.camflix, "zoe", films)
        for name in names:
            operation = operations.OPERATIONS[name]
            result = make_client("zoe").call(operation, body_of(name, things))
            assert msgspec.json.decode(msgspec.json.encode(result), type=operation.result_type) == result, name
