"""The words of filters: which of them are filters, and which words of a title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidInputError
from camflix.genres import slugs_of_words
from camflix.queries import MovieFilter, parse_query, split_query

_TOKENS = st.sampled_from(
    ["genre:drama", "YEAR:1960..1979", "-seen", "+Hidden", "psi:>75", "Alien", "2:37", "-1", "+seen!"]
)


def test_filters_are_told_from_words_of_a_title() -> None:
    assert split_query("the genre:drama 2:37 -seen") == ("the 2:37", "genre:drama -seen")


@given(st.lists(_TOKENS))
def test_the_two_parts_of_a_query_are_read_as_the_whole(tokens: list[str]) -> None:
    query = " ".join(tokens)
    words, filters = split_query(query)

    assert parse_query(query, MovieFilter()) == (words, parse_query(filters, MovieFilter())[1])


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("yaer:1990", "year"),
        ("Gener:drama", "genre"),
        ("genres:drama", "genre"),
        ("runtme:<100", "runtime"),
        ("rating:>50", "ratings"),
        ("année:1990", "year"),
        ("predicted:>70", "psi"),
    ],
)
def test_a_filter_with_a_slip_in_its_name_is_not_looked_for_in_titles(slip: str, meant: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_query(f"alien {slip}", MovieFilter())

    assert refused.value.values["near"] == meant


@pytest.mark.parametrize("slip", ["-genre:drama", "+watched", "-sen", "+Watchlst", "-vu"])
def test_a_filter_with_a_sign_that_is_none_is_refused_with_those_that_are(slip: str) -> None:
    with pytest.raises(InvalidInputError, match="no filter") as refused:
        parse_query(f"alien {slip}", MovieFilter())

    assert "-seen" in str(refused.value.values["flags"])
    assert split_query(f"alien {slip}") == ("alien", slip)


@pytest.mark.parametrize(
    "words",
    ["Mission:Impossible", "Alien:Covenant", "2001:1968", "M:4", "Terminator:3", "-1", "+one", "-M:2", "-see", "+rat"],
)
def test_words_of_titles_may_have_a_colon_in_them(words: str) -> None:
    assert parse_query(words, MovieFilter())[0] == words


@pytest.mark.parametrize("key", ["genre", "YEAR", "lang", "psi"])
def test_a_filter_that_says_nothing_is_refused_with_an_example(key: str) -> None:
    with pytest.raises(InvalidInputError, match="says nothing") as refused:
        parse_query(f"alien {key}:", MovieFilter())

    assert str(refused.value.values["example"]).startswith(f"{key.lower()}:")


@pytest.mark.parametrize("name", ["sci-fi", "science-fiction", "Science-Fiction", "sf", "scifi"])
def test_a_genre_of_several_names_is_found_by_each(name: str) -> None:
    assert slugs_of_words(name) == ["sci-fi", "science-fiction"]
