"""Lists, twins and receipts: what a person may see, and that the numbers agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from camflix.errors import NotFoundError
from camflix.queries import MovieFilter
from camflix.services.counting import recount

if TYPE_CHECKING:
    from camflix.results import ListOrder, Receipt, Recommendations, TwinList
    from tests.services.world import World


def recommend(world: World, user_id: int, n: int = 10, order: ListOrder = "likely", query: str = "") -> Recommendations:
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        name = services.users.username_of(user_id)
        return services.recommendations.recommend(user_id, name, n, order, query)


def twins(world: World, user_id: int, n: int = 30) -> TwinList:
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        return services.recommendations.twins(user_id, "someone", n)


def why(world: World, user_id: int, movie_id: int) -> Receipt:
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        return services.recommendations.why(user_id, "someone", movie_id)


def listed(found: Recommendations) -> list[int]:
    return [each.movie.id for each in found.recommendations]


def reader(world: World, films: list[int], n: int = 8, privacy: str = "private") -> int:
    """Add someone who rates like the people of even numbers."""
    user_id = world.user("reader", privacy=privacy)
    world.rate_all(user_id, {film: 92 - 9 * position for position, film in enumerate(films[:n])})
    return user_id


def test_no_list_ever_holds_a_film_that_was_rated_or_hidden_and_it_is_refilled(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    before = listed(recommend(world, user_id, 6))
    world.hide(user_id, before[:2])
    world.rate(user_id, before[2], 50)
    after = listed(recommend(world, user_id, 6))
    assert not set(after) & {*films[:8], *before[:3]}
    assert len(after) == 6


def test_no_list_holds_a_film_of_the_diary(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    before = listed(recommend(world, user_id, 6))
    with world.camflix.transaction(writes=True) as services:
        services.diary.add(user_id, before[0], "2026-02-01", None)
    after = listed(recommend(world, user_id, 6))
    assert before[0] not in after
    assert len(after) == 6


def test_people_like_you_decide_what_comes_first(world: World) -> None:
    _users, films = world.community()
    first = listed(recommend(world, reader(world, films)))
    # Those of like taste love the early films; of the unrated ones the earliest.
    assert first[0] in films[8:11]
    assert films[-1] not in first[:5]


def test_until_enough_is_known_the_list_is_popular_and_says_so(world: World) -> None:
    _users, films = world.community()
    user_id = world.user("new", privacy="private")
    world.rate_all(user_id, {film: 80 - film % 7 for film in films[:4]})
    world.hide(user_id, [films[4]])
    found = recommend(world, user_id, 5)
    assert not found.personal
    assert found.reason == "too_few_ratings"
    assert all(each.prediction.predicted_score is None for each in found.recommendations)
    assert not set(listed(found)) & set(films[:5])
    counts = [each.movie.n_ratings for each in found.recommendations]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 5


@pytest.mark.long
def test_the_popular_list_is_filled_however_many_films_were_seen(world: World) -> None:
    """Someone who brought in their whole history before there is anyone like them, told by neighbours."""
    world.choose_engine("classic")
    films = world.films(620)
    first, second = world.user("first", privacy="private"), world.user("second")
    world.bulk([(second, film, 50) for film in films] + [(first, film, 60) for film in films[:610]])
    found = recommend(world, first, 20)
    assert (found.personal, found.reason) == (False, "no_neighbours")
    assert sorted(listed(found)) == films[610:]


def test_a_film_without_any_rating_is_not_popular(world: World) -> None:
    films, second = world.films(5), world.user("second")
    world.bulk([(second, film, 50) for film in films[:2]])
    assert sorted(listed(recommend(world, world.user("first"), 20))) == films[:2]


def test_hidden_films_are_not_popular_either(world: World) -> None:
    films, second = world.films(5), world.user("second")
    world.bulk([(second, film, 50) for film in films])
    user_id = world.user("first")
    world.hide(user_id, films[:4])
    assert listed(recommend(world, user_id, 20)) == films[4:]


def test_nothing_can_be_said_before_anyone_rated_anything(world: World) -> None:
    film, user_id = world.film("Heat"), world.user("first")
    world.camflix.refresh_engine()
    for ask in (lambda: recommend(world, user_id), lambda: twins(world, user_id), lambda: why(world, user_id, film)):
        with pytest.raises(NotFoundError, match="no ratings to learn from"):
            ask()
    with world.camflix.transaction(writes=False) as services:
        prediction = services.recommendations.predict(user_id, film)
    assert prediction is not None
    assert (prediction.predicted_score, prediction.reason) == (None, "film_unrated")


def test_the_receipt_of_someone_new_gives_the_reason_and_still_the_best_guess(world: World) -> None:
    _users, films = world.community()
    receipt = why(world, world.user("new"), films[0])
    assert receipt.prediction.predicted_score is None
    assert receipt.prediction.reason == "too_few_ratings"
    assert sum(round(line.amount * 1000) for line in receipt.lines) == round(receipt.total * 1000)
    assert 0 < receipt.total < 100


def test_a_prediction_moves_the_moment_a_film_is_rated(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    before = why(world, user_id, films[15])
    world.rate(user_id, films[14], 100)
    world.rate(user_id, films[16], 100)
    after = why(world, user_id, films[15])
    assert after.total > before.total


@pytest.mark.long
def test_a_film_that_was_rated_is_predicted_everywhere_as_its_receipt_has_it(world: World) -> None:
    users, films = world.community()
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        user, found = users[3], services.recommendations
        rated = [film for film in films if services.ratings.score_of(user, film) is not None]
        why = {film: found.why(user, "c-03", film).prediction for film in films}
        assert {film: found.predict(user, film) for film in films} == why
        alike = found.similar(user, rated[0], 10).similar
        assert any(like.own_score is not None for like in alike)
        assert [like.prediction for like in alike] == [why[like.movie.id] for like in alike]


def test_the_receipt_adds_up_and_is_the_prediction_shown_everywhere(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    for each in recommend(world, user_id).recommendations:
        receipt = why(world, user_id, each.movie.id)
        assert sum(round(line.amount * 1000) for line in receipt.lines) == round(receipt.total * 1000)
        assert receipt.total == each.prediction.predicted_score
        assert receipt.prediction == each.prediction
        with world.camflix.transaction(writes=False) as services:
            assert services.recommendations.predict(user_id, each.movie.id) == each.prediction


def test_a_rated_film_is_explained_as_if_it_were_not(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    expected = why(world, user_id, films[12])
    world.rate(user_id, films[12], 3)
    found = why(world, user_id, films[12])
    assert found.own_score == 3
    assert found.total == expected.total


def test_a_film_that_nobody_rated_has_a_reason_and_no_score(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    recommend(world, user_id)
    receipt = why(world, user_id, world.film("Brand new", 2026))
    assert receipt.prediction.predicted_score is None
    assert receipt.prediction.reason == "film_unrated"
    with pytest.raises(NotFoundError):
        why(world, user_id, 10_000)


def test_who_contributes_anonymously_is_nowhere_named(world: World) -> None:
    users, films = world.community()
    world.choose_engine("classic")
    with world.session() as session:
        services_users = (
            f"UPDATE user_account SET privacy = 'private', contributes_anonymously = true WHERE id = {users[0]}"
        )
        session.connection().exec_driver_sql(services_users)
    user_id = reader(world, films)
    found = twins(world, user_id)
    assert None in [twin.username for twin in found.twins]
    assert "c-00" not in [twin.username for twin in found.twins]
    lines = [line for film in films[8:] for line in why(world, user_id, film).lines if line.part == "neighbour"]
    assert any(line.username is None for line in lines)
    assert "c-00" not in {line.username for line in lines}
    assert all((line.score is None) == (line.username is None) for line in lines), "nor is what they gave told"


def test_who_leaves_the_community_is_nobodys_twin_before_anything_is_learnt_anew(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    best = twins(world, user_id).twins[0].username
    with world.camflix.transaction(writes=True) as services:
        services.settings.change(services.users.id_of(str(best)), privacy="private", contributes_anonymously=False)

    with world.camflix.transaction(writes=False) as services:
        names = [twin.username for twin in services.recommendations.twins(user_id, "someone", 30).twins]
    assert best not in names
    assert None not in names


@pytest.mark.parametrize("engine", ["classic", "factors"])
def test_a_rated_film_is_predicted_as_if_it_were_not_wherever_it_stands(world: World, engine: str) -> None:
    """In lists, in their order, in filters, on the watchlist, beside films like it and for a group."""
    _users, films = world.community()
    world.choose_engine(engine)
    user_id = reader(world, films)
    expected = {film: why(world, user_id, film).total for film in films}
    middle = sorted(expected.values())[10]
    with world.camflix.transaction(writes=True) as services:
        for film in films:
            services.watchlist.add(user_id, film)
        page = services.listing.page(user_id, "", MovieFilter(), "predicted", 100, None)
        above = services.listing.page(user_id, f"psi:>={math.ceil(middle)}", MovieFilter(), "title", 100, None)
        watched = services.watchlist.page(user_id, "predicted", 100, None)
        group = services.groups.pick(user_id, "reader", ("c-01",), 100, "average", rewatch=True)
    in_order = [mark.predicted_score or 0.0 for mark in page.marks]

    assert {mark.movie_id: mark.predicted_score for mark in page.marks} == expected
    assert in_order == sorted(in_order, reverse=True)
    assert {movie.id for movie in above.movies} == {f for f, score in expected.items() if score >= math.ceil(middle)}
    assert {film.movie.id: film.predicted_score for film in watched.movies} == expected
    assert {pick.movie.id: pick.predictions[0].predicted_score for pick in group.picks} == {
        pick.movie.id: expected[pick.movie.id] for pick in group.picks
    }


@pytest.mark.long
@pytest.mark.parametrize("change", ["privacy = 'private'", "is_active = false"])
def test_who_is_private_or_disabled_feeds_nobody(world: World, change: str) -> None:
    users, films = world.community()
    user_id = reader(world, films)
    best = twins(world, user_id).twins[0].username
    assert best is not None
    with world.session() as session:
        session.connection().exec_driver_sql(f"UPDATE user_account SET {change} WHERE username = '{best}'")
        recount(session, "SELECT id FROM movie")
    with world.camflix.transaction(writes=True) as services:
        services.epochs.advance()
    assert best not in [twin.username for twin in twins(world, user_id).twins]
    lines = [line for film in films[8:] for line in why(world, user_id, film).lines]
    assert best not in {line.username for line in lines}
    assert len(users) == 24


def test_twins_are_alike_the_nearest_first_and_never_oneself(world: World) -> None:
    _users, films = world.community()
    found = twins(world, reader(world, films, privacy="public"))
    similarities = [twin.similarity for twin in found.twins]
    assert similarities == sorted(similarities, reverse=True)
    assert min(similarities) > 0
    assert "reader" not in [twin.username for twin in found.twins]


def test_unchanged_data_give_the_same_list(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    assert recommend(world, user_id) == recommend(world, user_id)
    world.camflix._models = None
    assert recommend(world, user_id) == recommend(world, user_id)


def test_the_watchlist_tells_the_same_predictions_in_every_order(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    wanted = listed(recommend(world, user_id, 3))
    with world.camflix.transaction(writes=True) as services:
        for film in wanted:
            services.watchlist.add(user_id, film)
    with world.camflix.transaction(writes=False) as services:
        expected = services.predictions.of(user_id, wanted)
        assert len(expected) == 3
        for order in ("added", "title", "predicted"):
            page = services.watchlist.page(user_id, order, 2, None)
            rest = services.watchlist.page(user_id, order, 2, page.next_cursor)
            assert {each.movie.id: each.predicted_score for each in (*page.movies, *rest.movies)} == expected
