"""A good film drawn by chance: from the best, never one that is done with, the same for the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from camflix import i18n
from camflix.errors import InvalidInputError, NotFoundError
from camflix.models import Movie
from camflix.queries import MovieFilter, parse_query
from camflix.services.filters import FilterConditions
from tests.services.test_recommendations import listed, reader, recommend

if TYPE_CHECKING:
    from camflix.results import Pick
    from tests.services.world import World


def pick(world: World, user_id: int, seed: int | None = None, query: str = "") -> Pick:
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        return services.picks.pick(user_id, "reader", seed, query)


def picks(world: World, user_id: int, query: str = "", n: int = 60) -> list[Pick]:
    world.camflix.refresh_engine()
    with world.camflix.transaction(writes=False) as services:
        return [services.picks.pick(user_id, "reader", seed, query) for seed in range(n)]


def drawn(world: World, user_id: int, query: str = "", n: int = 60) -> list[int]:
    return [found.movie.id for found in picks(world, user_id, query, n)]


@pytest.mark.long
def test_the_same_seed_draws_the_same_film_and_others_draw_others(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films, 6)
    assert drawn(world, user_id, n=20) == drawn(world, user_id, n=20)
    assert len(set(drawn(world, user_id, n=20))) > 3


def test_a_seed_draws_alike_on_every_database(world: World) -> None:
    world.choose_engine("classic")
    _users, films = world.community()
    user_id = reader(world, films, 6)
    places = [films.index(movie_id) for movie_id in drawn(world, user_id, n=6)]
    assert places == [12, 8, 6, 9, 9, 16]


def test_without_a_seed_one_is_drawn_and_told(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films, 6)
    seeds = {pick(world, user_id).seed for _ in range(8)}
    assert len(seeds) == 8
    found = pick(world, user_id)
    assert pick(world, user_id, found.seed) == found


@pytest.mark.long
def test_every_film_of_the_best_is_drawn_and_no_other_about_equally_often(world: World) -> None:
    _users, films = world.community(n_films=20)
    user_id = reader(world, films, 6)
    best = {each.movie.id: each.prediction for each in recommend(world, user_id, 14, "predicted").recommendations[:10]}
    counts = dict.fromkeys(best, 0)
    for found in picks(world, user_id, n=200):
        assert found.prediction == best[found.movie.id]
        assert found.n_films == 10
        counts[found.movie.id] += 1
    # Binomial: 20 expected of each, 4.2 about it; four times that is far out.
    assert all(3 < count < 37 for count in counts.values()), counts


def test_a_film_that_was_rated_seen_or_hidden_is_never_drawn(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films, 6)
    before = pick(world, user_id, 1).movie.id
    other = pick(world, user_id, 0).movie.id
    world.hide(user_id, [before])
    with world.camflix.transaction(writes=True) as services:
        services.diary.add(user_id, other, None, None)
    assert not set(drawn(world, user_id)) & {before, other, *films[:6]}


@pytest.mark.long
def test_a_film_that_few_know_is_not_drawn(world: World) -> None:
    users, films = world.community(n_users=48)
    user_id = reader(world, films)
    obscure = world.film("Known To One", 1999)
    world.rate(users[0], obscure, 100)
    assert obscure not in drawn(world, user_id)


def test_a_filter_is_kept_to(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films, 6)
    wanted = films[9:12]
    years = [1949 + 1 + films.index(film) for film in wanted]
    found = set(drawn(world, user_id, f"year:{years[0]}..{years[-1]}", 40))
    assert found == set(wanted)
    with world.camflix.transaction(writes=True) as services:
        services.watchlist.add(user_id, films[13])
    assert set(drawn(world, user_id, "+watchlist", 5)) == {films[13]}


@pytest.mark.parametrize("words", ["drama", "Drama", "drame", "DRAME"])
def test_a_genre_is_named_as_the_catalogue_or_as_the_reader_names_it(world: World, words: str) -> None:
    wanted, _other = world.film("Heat", 1995, genres=("Drama",)), world.film("Jumanji", 1995, genres=("Comedy",))
    i18n.use_language("fr")
    _words, filter_ = parse_query(f"genre:{words}", MovieFilter())
    with world.session() as session:
        conditions = FilterConditions(session, lambda: pytest.fail("nothing is predicted"), 0).of(filter_)
        assert session.scalars(select(Movie.id).where(*conditions)).all() == [wanted]


@pytest.mark.parametrize("query", ["heat", "year:1960.. heat", "year:soon", "genre:none"])
def test_what_is_no_filter_is_refused(world: World, query: str) -> None:
    world.community()
    with pytest.raises(InvalidInputError) as refused:
        pick(world, reader(world, []), 1, query)
    assert refused.value.field in {"query", "genre"}
    with pytest.raises(InvalidInputError):
        recommend(world, world.user("other"), query=query)


def test_where_no_film_fits_that_is_said(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    with pytest.raises(NotFoundError, match="no film to pick"):
        pick(world, user_id, 1, "year:1800")


@pytest.mark.long
def test_who_rated_nothing_draws_from_what_most_people_rated(world: World) -> None:
    users, films = world.community()
    newcomer = world.user("newcomer")
    popular = [films[12], films[16]]  # which this one has not rated yet
    world.rate_all(users[0], dict.fromkeys(popular, 50))
    found = picks(world, newcomer)
    assert {each.prediction.reason for each in found} == {"too_few_ratings"}
    assert {each.n_films for each in found} == {10}
    assert set(popular) <= {each.movie.id for each in found}


def test_a_list_holds_only_what_a_filter_asks_for_and_is_filled_with_it(world: World) -> None:
    _users, films = world.community()
    user_id = reader(world, films)
    for order in ("likely", "predicted"):
        found = listed(recommend(world, user_id, 5, order, "year:1960..1964"))
        assert sorted(found) == films[10:15]
    unfiltered = recommend(world, user_id, 20, "predicted")
    high = recommend(world, user_id, 20, "predicted", "psi:>=60")
    expected = [each for each in unfiltered.recommendations if (each.prediction.predicted_score or 0) >= 60]
    assert list(high.recommendations) == expected


def test_a_list_whose_filter_leaves_nothing_is_empty_and_personal(world: World) -> None:
    _users, films = world.community()
    found = recommend(world, reader(world, films), query="year:1800")
    assert (found.recommendations, found.personal, found.reason) == ((), True, None)


def test_popular_films_for_a_newcomer_are_those_of_the_filter(world: World) -> None:
    _users, films = world.community()
    found = recommend(world, world.user("newcomer"), 20, query="year:1955..1957")
    assert sorted(listed(found)) == films[5:8]
    assert (found.personal, found.reason) == (False, "too_few_ratings")
