"""Search by words: begun, misspelt, with a space too many; in the right order; never by reading everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from camflix.importers.text import fold_title, title_words, word_forms
from camflix.models import TitleWord, WordForm
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
