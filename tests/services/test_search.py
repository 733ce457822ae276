"""Search by words: begun, misspelt, with a space too many; in the right order; never by reading everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from camflix.importers.rows import FilmRow
from camflix.importers.text import fold_title, title_words, word_forms
from camflix.models import Movie, TitleWord, WordForm
from camflix.queries import MovieFilter
from camflix.services import title_search
from camflix.services.catalogue import CatalogueWriter
from camflix.services.title_index import TitleIndex

if TYPE_CHECKING:
    from tests.services.world import World

TITLES = (
    "The Shawshank Redemption",
    "Star Wars",
    "Starship Troopers",
    "Interstellar",
    "The Terminator",
    "Heat",
    "Alien",
)


@pytest.fixture
def catalogue(world: World) -> World:
    for title in TITLES:
        world.film(title)
    return world


def search(world: World, query: str) -> list[str]:
    with world.camflix.transaction(writes=False) as services:
        return [movie.title_en for movie in services.movies.search(query, 20).movies]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shawshnak", "The Shawshank Redemption"),
        ("redemtion", "The Shawshank Redemption"),
        ("redempttion shawshank", "The Shawshank Redemption"),
        ("shawshank redempti", "The Shawshank Redemption"),
        ("starwars", "Star Wars"),
        ("star wrs", "Star Wars"),
        ("inter stellar", "Interstellar"),
        ("interstelar", "Interstellar"),
        ("termiantor", "The Terminator"),
        ("termn", "The Terminator"),
        ("haet", "Heat"),
        ("starshp", "Starship Troopers"),
        ("ailen", "Alien"),
    ],
)
def test_a_slip_or_a_space_out_of_place_is_forgiven(catalogue: World, query: str, found: str) -> None:
    assert search(catalogue, query)[:1] == [found]


@pytest.mark.parametrize("query", ["xyz", "heart of darkness", "alien vs predator vs heat", "terminator interstellar"])
def test_words_that_no_film_has_together_find_none(catalogue: World, query: str) -> None:
    assert search(catalogue, query) == []


def test_words_of_different_titles_of_a_film_find_it(world: World) -> None:
    world.film("Amelie", title_fr="Le Fabuleux Destin")
    assert search(world, "destin amelie") == ["Amelie"]


def test_a_title_learnt_later_is_found_too(world: World) -> None:
    world.film("Heat", tmdb_id=949)
    world.film("Heat", tmdb_id=949, other_titles=("Feuer",))
    assert search(world, "feuer") == ["Heat"]


@pytest.mark.long
def test_where_many_films_have_a_word_the_best_known_come_first(world: World) -> None:
    films = world.films(2100)
    ann, bob = world.user("ann"), world.user("bob")
    world.bulk([(ann, films[1500], 50), (bob, films[1500], 60), (ann, films[700], 50)])
    with world.camflix.transaction(writes=False) as services:
        found = [movie.id for movie in services.movies.search("fil", 20).movies]
        assert found[:2] == [films[1500], films[700]]
        assert len(found) == 20
        assert [movie.id for movie in services.movies.search("film 2077", 20).movies] == [films[2076]]


def test_a_word_that_many_films_have_is_asked_for_again_after_one_more_has_it(world: World) -> None:
    world.films(2100)
    for _ in range(2):  # the second time from what is remembered of the first
        assert search(world, "fulm 2077")[:1] == ["Film 2077"]
    assert search(world, "film forever") == []
    world.film("Film Forever")
    assert search(world, "fulm forever")[:1] == ["Film Forever"]


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return 150 films that share words, the first fifty of them known; searches take those words for frequent."""
    for name, many in (("_RARE", 20), ("_MANY", 30), ("_BEST_KNOWN", 40)):
        monkeypatch.setattr(title_search, name, many)
    with world.session() as session:
        rows = [FilmRow(2 + i, f"The Night of {i}", 1950 + i % 10, language="is" * (i > 140)) for i in range(150)]
        CatalogueWriter(session, world.clock).write(rows)
        films = list(session.scalars(select(Movie.id).order_by(Movie.id)))
    users = world.users(["ann", "bob"])
    world.bulk([(user, film, 50) for user in users for film in films[: 50 - 10 * (user == users[1])]])
    return films


def filtered(world: World, query: str, limit: int = 100) -> list[int]:
    with world.camflix.transaction(writes=False) as services:
        page = services.listing.page(services.users.id_of("ann"), query, MovieFilter(), "ratings", limit, None)
        return [movie.id for movie in page.movies]


@pytest.mark.parametrize("words", ["the", "th", "night the", "the nigt", "the night of"])
def test_words_that_many_films_have_find_all_that_a_filter_leaves(world: World, crowd: list[int], words: str) -> None:
    in_1953 = crowd[3::10]
    assert sorted(filtered(world, f"{words} year:1953")) == in_1953
    assert filtered(world, f"{words} year:1953")[:5] == in_1953[:5]
    assert sorted(filtered(world, f"{words} lang:is")) == crowd[141:]
    assert sorted(filtered(world, f"{words} +rated year:1951..1952")) == sorted(crowd[1:50:10] + crowd[2:50:10])


def test_the_most_rated_that_a_filter_leaves_come_first_however_few_are_asked_for(
    world: World, crowd: list[int]
) -> None:
    last = [crowd[149], crowd[148]]
    world.bulk([(world.user("cleo"), last[0], 50), *((world.user(name), last[1], 50) for name in ("dan", "eve"))])
    assert filtered(world, "the ratings:1.. year:1958..1959 -rated", 3) == [last[1], last[0]]
    assert len(filtered(world, "the -rated", 7)) == 7


def test_a_year_in_brackets_finds_all_films_of_the_year_with_the_word(world: World, crowd: list[int]) -> None:
    with world.camflix.transaction(writes=False) as services:
        found = services.movies.search("the (1953)", 50).movies
    assert sorted(movie.id for movie in found) == crowd[3::10]


def test_rebuilding_the_index_changes_nothing(catalogue: World) -> None:
    before = catalogue.table(TitleWord), catalogue.table(WordForm)
    with catalogue.session() as session:
        assert TitleIndex(session).rebuild() == len(TITLES)
    assert (catalogue.table(TitleWord), catalogue.table(WordForm)) == before
    with catalogue.session() as session:
        TitleIndex(session).add([(1, "heat"), (1, "heat")])
        assert session.scalar(select(func.count()).select_from(TitleWord).where(TitleWord.word == "heat")) == 2


def test_words_a_slip_apart_share_a_form() -> None:
    for slip in ("terminatr", "ttterminator"[2:], "etrminator", "tarminator", "teerminator"):
        assert word_forms("terminator") & word_forms(slip), slip
    assert not word_forms("heat") & word_forms("alien")
    assert title_words(fold_title("Tora! Tora! Tora!")) == ["tora"]
