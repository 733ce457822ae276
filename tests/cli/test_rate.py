"""``camflix rate``: what is taken, what is refused, and which film is meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answer, assert_one_clear_line, row_counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Home, Outcome

ALIEN = "Alien (1979)"


@pytest.mark.parametrize("score", ["-1", "101", "7.5", "7,5", "abc", "", " ", "1e2", "+5", "٥", "5 0", "-0", "NaN"])
def test_what_is_no_score_is_refused_by_its_name_on_the_help_page(demo: Home, score: str) -> None:
    before = row_counts(demo.database)

    outcome = answer("rate", ALIEN, score)

    assert_one_clear_line(outcome)
    assert outcome.code == 2
    assert outcome.err.startswith("camflix: NOTE")
    assert f"« {score} »" in outcome.err.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert row_counts(demo.database) == before


@pytest.mark.parametrize("score", ["-1", "101", "7.5", "abc", ""])
def test_a_process_that_refuses_a_score_exits_with_2_and_tells_programs_the_field(
    demo: Home, run_camflix: Callable[..., Outcome], score: str
) -> None:
    outcome = run_camflix("rate", ALIEN, score, "--json")

    problem = json.loads(outcome.out)["error"]
    assert outcome.code == problem["exit_code"] == 2
    assert (problem["code"], problem["field"]) == ("invalid_input", "score")
    assert problem["message"] in outcome.err


@pytest.mark.parametrize(("text", "score"), [("0", 0), ("100", 100), ("007", 7), (" 42 ", 42)])
def test_every_whole_number_from_0_to_100_is_a_score(demo: Home, text: str, score: int) -> None:
    saved = json.loads(answer("rate", ALIEN, text, "--json").out)

    assert saved["score"] == score


@pytest.mark.parametrize(
    "film", ["Alien (1979)", "alien", "ALIEN", "Alien, le huitième passager", "tt0078748", "tmdb:348", "ml:1214"]
)
def test_a_film_can_be_named_in_many_ways(demo: Home, film: str) -> None:
    outcome = answer("rate", film, "95", "--json")

    assert (outcome.code, json.loads(outcome.out)["movie"]["tmdb_id"]) == (0, 348)


def test_a_second_rating_of_a_film_tells_what_it_was_before(demo: Home) -> None:
    answer("rate", ALIEN, "95")

    outcome = answer("rate", ALIEN, "60")

    assert "95" in outcome.out.splitlines()[0]
    assert json.loads(answer("rate", ALIEN, "60", "--json").out)["previous_score"] == 60


def test_a_rank_is_told_from_the_fifth_different_score_on(demo: Home) -> None:
    ranks = [
        json.loads(answer("rate", f"tmdb:{tmdb_id}", score, "--json").out)["percentile"]
        for tmdb_id, score in ((348, "90"), (680, "80"), (603, "60"), (78, "40"), (62, "20"))
    ]

    assert ranks == [None, None, None, None, 10]


def test_a_film_that_is_not_there_exits_with_3_and_near_titles(demo: Home) -> None:
    outcome = answer("rate", "Alian (1979)", "90")

    assert_one_clear_line(outcome)
    assert outcome.code == 3
    assert "Alien, le huitième passager (1979)" in outcome.err


def test_a_film_like_no_other_exits_with_3_and_says_how_to_look(demo: Home) -> None:
    outcome = answer("rate", "xyzzy", "90")

    assert_one_clear_line(outcome)
    assert outcome.code == 3
    assert "camflix search" in outcome.err


def test_a_year_that_is_one_off_is_ambiguous_and_programs_get_the_candidates(demo: Home) -> None:
    outcome = answer("rate", "Alien (1978)", "90", "--json")

    problem = json.loads(outcome.out)["error"]
    assert outcome.code == problem["exit_code"] == 4
    assert problem["code"] == "ambiguous"
    assert [(film["title_en"], film["year"]) for film in problem["candidates"]] == [("Alien", 1979)]
    assert f"id:{problem['candidates'][0]['id']}" in outcome.err


def test_people_get_the_candidates_in_one_sentence(demo: Home) -> None:
    outcome = answer("rate", "Alien (1978)", "90")

    assert_one_clear_line(outcome)
    assert outcome.code == 4
    assert "Alien, le huitième passager (1979)" in outcome.err


@pytest.mark.parametrize("film", ["", " ", "()", "\udce9", "x" * 501, "tt0", "id:0", "id:999999999", "tmdb:9999999999"])
def test_what_names_no_film_gets_one_clear_line(demo: Home, film: str) -> None:
    outcome = answer("rate", film, "50")

    assert_one_clear_line(outcome)
    assert outcome.code in {2, 3}


@pytest.mark.parametrize("command", [("rate", ALIEN, "5"), ("why", ALIEN), ("recommend",), ("twins",), ("ratings",)])
def test_acting_as_somebody_unknown_exits_with_3(demo: Home, command: tuple[str, ...]) -> None:
    outcome = answer(*command, "--user", "sample-0001")

    assert_one_clear_line(outcome)
    assert outcome.code == 3
    assert "sample-001" in outcome.err


def test_acting_as_a_disabled_user_exits_with_3(demo: Home) -> None:
    answer("users", "disable", "sample-001")

    outcome = answer("ratings", "--user", "sample-001")

    assert_one_clear_line(outcome)
    assert outcome.code == 3
