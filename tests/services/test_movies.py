"""The catalogue: search forgives, pages hold still, a name means one film or says why not."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from camflix import i18n
from camflix.errors import AmbiguousError, InvalidInputError, NotFoundError
from camflix.importers.rows import FilmRow
from camflix.services.catalogue import CatalogueWriter

if TYPE_CHECKING:
    from camflix.results import MovieSummary
    from camflix.services.movie_order import MovieSort
    from tests.services.world import World


def search(world: World, query: str, limit: int = 20) -> list[str]:
    with world.camflix.transaction(writes=False) as services:
        return [movie.title_en for movie in services.movies.search(query, limit).movies]


def resolve(world: World, reference: str) -> MovieSummary:
    with world.camflix.transaction(writes=False) as services:
        return services.movies.resolve(reference)


@pytest.fixture
def amelie(world: World) -> int:
    world.film("Amelia", 2009)
    world.film("The Tale of Amelie", 1980)
    world.film("Heat", 1995, imdb_id="tt0113277", tmdb_id=949, movielens_id=6)
    return world.film(
        "Amelie",
        2001,
        title_fr="Le Fabuleux Destin d'Amélie Poulain",
        title_original="Le Fabuleux Destin d'Amélie Poulain",
        other_titles=("Amélie from Montmartre",),
    )


@pytest.mark.usefixtures("amelie")
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("amelie", "Amelie"),
        ("AMÉLIE", "Amelie"),
        ("amel", "Amelia"),
        ("fabuleux destin", "Amelie"),
        ("poulain amelie", "Amelie"),
        ("Amelie (2001)", "Amelie"),
        ("le fabuleux destin d’amélie poulain", "Amelie"),
        ("amelie from montmartr", "Amelie"),
        ("amelei", "Amelie"),
        ("Heta", "Heat"),
    ],
)
def test_search_finds_a_film_by_what_people_type(world: World, query: str, first: str) -> None:
    assert search(world, query)[0] == first


@pytest.mark.usefixtures("amelie")
def test_an_exact_title_comes_before_prefixes_and_these_before_words(world: World) -> None:
    assert search(world, "amelie") == ["Amelie", "The Tale of Amelie"]


@pytest.mark.usefixtures("amelie")
@pytest.mark.parametrize("query", ["", "   ", "!!!", "zzzzzz", "%", "_", "' OR 1=1 --", "\u0000"])
def test_search_finds_nothing_for_what_is_no_title(world: World, query: str) -> None:
    assert search(world, query) == []


@pytest.mark.usefixtures("amelie")
def test_search_stops_at_its_limit(world: World) -> None:
    assert len(search(world, "a", 2)) == 2


@pytest.mark.parametrize("reference", ["tt0113277", "tmdb:949", "ml:6", "Heat (1995)", "heat", " Heat "])
@pytest.mark.usefixtures("amelie")
def test_a_film_is_named_by_title_or_id(world: World, reference: str) -> None:
    assert resolve(world, reference).title == "Heat"
    assert resolve(world, f"id:{resolve(world, reference).id}").title == "Heat"


@pytest.mark.usefixtures("amelie")
@pytest.mark.parametrize(
    "reference", ["tt9999999", "tmdb:1", "ml:99", "id:999", "Nosferatu (1922)", "Heat (1950)", "?"]
)
def test_a_film_that_is_not_there_is_not_guessed(world: World, reference: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        resolve(world, reference)
    assert raised.value.values["film"] == reference


@pytest.mark.usefixtures("amelie")
def test_a_near_title_is_proposed(world: World) -> None:
    with pytest.raises(NotFoundError) as raised:
        resolve(world, "Amelei")
    assert "Amélie" in str(raised.value.values["titles"])


@pytest.mark.usefixtures("amelie")
def test_a_year_one_off_is_ambiguous_with_the_film_as_candidate(world: World) -> None:
    with pytest.raises(AmbiguousError) as raised:
        resolve(world, "Heat (1996)")
    assert [movie.title for movie in raised.value.candidates] == ["Heat"]  # type: ignore[attr-defined]


def test_two_films_of_one_year_are_told_apart_by_their_spelling_only(world: World) -> None:
    world.film("Mother!", 2017)
    world.film("Mother", 2017)
    assert resolve(world, "Mother! (2017)").title == "Mother!"
    assert resolve(world, "Mother (2017)").title == "Mother"
    with pytest.raises(AmbiguousError) as raised:
        resolve(world, "MOTHER (2017)")
    assert len(raised.value.candidates) == 2


def test_a_year_tells_films_of_a_title_that_very_many_have(world: World) -> None:
    with world.session() as session:
        films = [FilmRow(2 + number, "Home", 1900 + number) for number in range(80)]
        CatalogueWriter(session, world.clock).write([*films, FilmRow(90, "Home", 1999), FilmRow(91, "Home", None)])
    for year in (1905, 1945, 1979, 1999):
        assert resolve(world, f"Home ({year})").year == year
    with pytest.raises(AmbiguousError) as raised:
        resolve(world, "Home (1980)")
    assert [movie.year for movie in raised.value.candidates] == [1979, None]  # type: ignore[attr-defined]
    with pytest.raises(AmbiguousError):
        resolve(world, "Home")


def test_titles_are_in_the_readers_language(world: World, amelie: int) -> None:
    with world.camflix.transaction(writes=False) as services:
        assert services.movies.get(amelie).title == "Le Fabuleux Destin d'Amélie Poulain"
    world.camflix.language = "en"
    with world.camflix.transaction(writes=False) as services:
        assert services.movies.get(amelie).title == "Amelie"


@pytest.mark.parametrize("sort", ["ratings", "title", "year"])
def test_pages_hold_every_film_once_though_films_are_added_meanwhile(world: World, sort: MovieSort) -> None:
    films = world.films(23)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        with world.camflix.transaction(writes=False) as services:
            page = services.movies.page(sort, 5, cursor)
        seen += [movie.id for movie in page.movies]
        if len(seen) == 10:
            world.film("Aaa", 2025)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(set(seen) & set(films)) == films
    assert len(set(seen)) == len(seen)


@given(cursor=st.text(max_size=40))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_cursor_that_no_list_gave_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as raised, world.camflix.transaction(writes=False) as services:
        services.movies.page("title", 5, cursor)
    assert raised.value.field == "cursor"


@given(
    cursor=st.tuples(
        st.sampled_from(["ratings", "title", "year", "x", None]),
        st.integers()
        | st.text(max_size=5)
        | st.booleans()
        | st.none()
        | st.sampled_from(["\0", "\udcff", 2**31, -(2**31)]),
        st.integers() | st.text(max_size=5) | st.booleans(),
    ),
    sort=st.sampled_from(["ratings", "title", "year"]),
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_cursor_made_by_hand_is_answered_or_refused(
    world: World, cursor: tuple[object, object, object], sort: MovieSort
) -> None:
    coded = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
    try:
        with world.camflix.transaction(writes=False) as services:
            assert services.movies.page(sort, 5, coded).movies == ()
    except InvalidInputError as error:
        refused = error
    else:
        assert cursor[0] == sort
        return
    assert refused.field == "cursor"


def test_films_without_a_year_come_at_the_end_of_a_list_by_year(world: World) -> None:
    undated, dated = world.film("Babylon 5", None), world.film("Heat", 1995)
    older, other = world.film("Alien", 1979), world.film("Shorts", None)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        with world.camflix.transaction(writes=False) as services:
            page = services.movies.page("year", 1, cursor)
        seen += [movie.id for movie in page.movies]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [dated, older, other, undated]


def test_the_most_rated_come_first_and_equals_in_a_fixed_order(world: World) -> None:
    films, users = world.films(5), [world.user(f"user-{number}") for number in range(3)]
    world.bulk([(user, film, 50) for number, user in enumerate(users) for film in films[: number + 1]])
    with world.camflix.transaction(writes=False) as services:
        page = services.movies.page("ratings", 10, None)
    assert [movie.n_ratings for movie in page.movies] == [3, 2, 1, 0, 0]
    assert [movie.id for movie in page.movies][:3] == films[:3]
    assert page.next_cursor is None


def test_a_page_that_ends_exactly_has_no_next(world: World) -> None:
    world.films(10)
    with world.camflix.transaction(writes=False) as services:
        first = services.movies.page("title", 5, None)
        second = services.movies.page("title", 5, first.next_cursor)
    assert (len(first.movies), len(second.movies), second.next_cursor) == (5, 5, None)


def test_of_films_found_alike_the_most_rated_come_first(world: World) -> None:
    old, new = world.film("The Thing", 1982), world.film("The Thing", 2011)
    world.rate(world.user("ann"), new, 50)
    with world.camflix.transaction(writes=False) as services:
        assert [movie.id for movie in services.movies.search("the thing", 20).movies] == [new, old]
        assert [movie.id for movie in services.movies.search("the thing (1982)", 20).movies] == [old]
        assert services.movies.search("the thing (1999)", 20).movies == ()


def test_a_title_of_signs_only_is_found_as_it_is_written(world: World) -> None:
    film = world.film("$", 1971)
    assert resolve(world, "$").id == film
    assert search(world, "$") == ["$"]


def test_a_title_that_looks_like_a_search_pattern_is_only_a_title(world: World) -> None:
    world.film("100% Arabica", 1997)
    world.film("100 Girls", 2000)
    assert search(world, "100%") == ["100% Arabica"]
    assert search(world, "100_girls") == ["100 Girls"]


def test_films_of_one_name_and_year_are_told_apart_by_their_ids(world: World) -> None:
    ids = [world.film("War of the Worlds", 2005, movielens_id=number) for number in (1, 2)]
    with world.camflix.transaction(writes=False) as services, pytest.raises(AmbiguousError) as ambiguous:
        services.movies.resolve("War of the Worlds (2005)")
    assert all(f"(2005) id:{id_}" in str(ambiguous.value) for id_ in ids)
    assert "year" not in ambiguous.value.hint


def test_an_ambiguous_title_brings_all_it_may_mean_and_how_to_say_which(world: World) -> None:
    for year in (1982, 2011):
        world.film("The Thing", year)
    with pytest.raises(AmbiguousError) as raised:
        resolve(world, "the thing")
    assert [movie.year for movie in raised.value.candidates] == [1982, 2011]  # type: ignore[attr-defined]
    i18n.use_language("en")
    assert "The Thing (1982), The Thing (2011)" in i18n.say(raised.value)
    assert f"id:{raised.value.candidates[0].id}" in i18n.say(raised.value)  # type: ignore[attr-defined]


def test_any_title_of_a_film_names_it_in_its_year_only(world: World, amelie: int) -> None:
    assert resolve(world, "Amélie from Montmartre (2001)").id == amelie
    assert resolve(world, "le fabuleux destin d'amelie poulain").id == amelie
    with pytest.raises(NotFoundError):
        resolve(world, "Amélie from Montmartre (1950)")


def test_a_film_without_a_year_may_be_meant_by_any(world: World) -> None:
    world.film("Babylon 5", None)
    assert resolve(world, "Babylon 5").year is None
    with pytest.raises(AmbiguousError) as raised:
        resolve(world, "Babylon 5 (1993)")
    assert "(?)" in str(raised.value)


def test_films_that_are_not_there_are_left_out_and_the_same_id_comes_once(world: World) -> None:
    one, two = world.films(2)
    with world.camflix.transaction(writes=False) as services:
        assert list(services.movies.by_ids([two, 10**6, one, two])) == sorted((one, two))
        assert services.movies.by_ids([]) == {}
        with pytest.raises(NotFoundError) as raised:
            services.movies.get(10**6)
    assert raised.value.field == "movie_id"
