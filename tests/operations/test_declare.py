"""How operations are declared, and that all of them are declared well."""

from __future__ import annotations

import re

import pytest

from camflix import errors
from camflix.operations import OPERATIONS, Context, inputs
from camflix.operations.declare import operation
from camflix.operations.validate import checked, decoded
from camflix.results import MovieSummary  # noqa: TC001 - the decorator reads annotations at run time

_ERRORS = re.compile(r"Errors: ([\w, ]+)\.")


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_says_what_it_does_and_how_it_fails(name: str) -> None:
    declared = OPERATIONS[name]
    assert declared.summary.endswith(".")
    for listed in _ERRORS.findall(declared.summary):
        assert all(hasattr(errors, error) for error in listed.split(", "))
    assert declared.path.startswith("/api/")
    assert declared.path.endswith("/")
    assert declared.writes == (declared.method != "GET")


def test_routes_are_unique() -> None:
    routes = [(declared.method, declared.path) for declared in OPERATIONS.values()]
    assert len(set(routes)) == len(routes)


def test_what_is_in_a_path_is_in_the_input() -> None:
    for declared in OPERATIONS.values():
        wanted = set(re.findall(r"\{(\w+)\}", declared.path))
        assert wanted <= set(declared.input_type.__struct_fields__)


def test_a_function_without_types_is_refused() -> None:
    with pytest.raises(TypeError, match="all typed"):

        @operation("GET", "/api/untyped/")
        def untyped(context, body):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return context, body


def test_a_route_that_is_taken_is_refused() -> None:
    before = dict(OPERATIONS)
    with pytest.raises(TypeError, match="taken"):

        @operation("GET", "/api/movies/")
        def another(context: Context, body: inputs.MovieRef) -> MovieSummary:
            return context.services.movies.get(body.movie_id)

    assert before == OPERATIONS


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"movie_id": 1, "score": 101}, "score"),
        ({"movie_id": 1, "score": -1}, "score"),
        ({"movie_id": 1, "score": 7.5}, "score"),
        ({"movie_id": 1, "score": "abc"}, "score"),
        ({"movie_id": 1, "score": None}, "score"),
        ({"movie_id": 1, "score": True}, "score"),
        ({"movie_id": 0, "score": 5}, "movie_id"),
        ({"movie_id": 1}, "score"),
        ({"movie_id": 1, "score": 5, "stars": 5}, "stars"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(value: dict[str, object], field: str) -> None:
    with pytest.raises(errors.InvalidInputError) as raised:
        decoded(value, inputs.RateMovie)
    assert raised.value.field == field


def test_numbers_of_a_query_string_are_read_as_numbers() -> None:
    assert decoded({"n": "5"}, inputs.AskTwins, strict=False) == inputs.AskTwins(5)


def test_a_struct_made_with_a_wrong_value_is_refused_before_anything_happens() -> None:
    with pytest.raises(errors.InvalidInputError):
        checked(inputs.RateMovie(1, 500))
    assert checked(inputs.RateMovie(1, 50)) == inputs.RateMovie(1, 50)
