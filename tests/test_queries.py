"""The words of filters: which of them are filters, and which words of a title."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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
