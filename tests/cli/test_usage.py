"""Command lines that cannot be understood: exit code 2, one line, in the reader's language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answer, assert_one_clear_line, environment, start

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Home, Outcome

# What was typed; what the line must name.
MISTAKES = (
    (("rata",), "« rate »"),
    (("recomend",), "« recommend »"),
    (("xyzzy",), "camflix --help"),
    (("users", "lst"), "« list »"),
    (("users", "xyzzy"), "camflix users --help"),
    (("import", "xyzzy"), "camflix import --help"),
    (("--xyzzy",), "--xyzzy"),
    (("movies", "--xyzzy"), "--xyzzy"),
    (("users", "--xyzzy"), "--xyzzy"),
    (("users", "add", "--xyzzy", "zoe"), "--xyzzy"),
    (("rate",), "FILM"),
    (("rate", "Alien (1979)"), "NOTE"),
    (("why",), "FILM"),
    (("users", "add"), "NOM"),
    (("import", "movielens"), "CHEMIN"),
    (("twins", "xyzzy"), "xyzzy"),
    (("config", "path", "xyzzy"), "xyzzy"),
    (("movies", "-n"), "-n"),
    (("movies", "-n", "abc"), "-n"),
    (("movies", "-n", "0"), "200"),
    (("movies", "-n", "201"), "200"),
    (("ratings", "-n", "-5"), "-n"),
    (("movies", "--sort", "beauty"), "title"),
    (("movies", "--cursor", "xyzzy"), "cursor"),
    (("users", "list", "--source", "mars"), "movielens"),
    (("evaluate", "--holdout", "abc"), "--holdout"),
    (("evaluate", "--seed", "-1"), "--seed"),
    (("users", "add", "two words"), "two words"),
    (("users", "add", "zoe", "--email", "nowhere"), "nowhere"),
    (("rescale",), "--from NOMBRE"),
)


@pytest.mark.parametrize(("typed", "named"), MISTAKES, ids=lambda value: " ".join(value) if value else "")
def test_a_mistake_is_told_in_one_french_line_and_one_english_line(
    typed: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    french = answer(*typed)
    monkeypatch.setenv("LANGUAGE_CODE", "en")
    english = answer(*typed)

    for outcome in (french, english):
        assert_one_clear_line(outcome)
        assert outcome.code == 2
    assert named in french.err.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert french.err != english.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("diary", "add", "Alien (1979)", "--on", "2999-01-01"), "--on :"),
        (("diary", "add", "Alien (1979)", "--on", "yesterday"), "--on :"),
        (("movies", "--filter", "yaer:1990"), "--filter :"),
        (("search", "alien", "genre:"), "MOTS :"),
        (("movies", "--filter", "genre:xyzzy"), "genre :"),
        (("settings", "set", "--time-zone", "Mars"), "--time-zone :"),
        (("lists", "new", "x", "--description", "y" * 2001), "--description :"),
        (("users", "add", "two words"), "NOM :"),
        (("engine", "set", "xyzzy"), "NOM :"),
        (("rate", "Alien (1979)", "101"), "NOTE :"),
    ],
)
def test_an_error_calls_what_was_typed_as_the_help_page_does(demo: Home, typed: tuple[str, ...], said: str) -> None:
    del demo
    outcome = answer(*typed)

    assert_one_clear_line(outcome)
    assert said in outcome.err.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("typed", "field"), [(("recommend", "-n", "0"), "n"), (("rate", "Heat"), "score"), (("movies", "--xyzzy"), None)]
)
def test_with_json_a_mistake_is_an_error_as_any_other(typed: tuple[str, ...], field: str | None) -> None:
    outcome = answer(*typed, "--json")

    error = json.loads(outcome.out)["error"]
    assert (outcome.code, error["exit_code"], error["code"], error["field"]) == (2, 2, "wrong_usage", field)
    assert error["message"] in outcome.err


@pytest.mark.parametrize("typed", [("--help",), ("rate", "--help"), ("--version",), ("config", "path"), ("doctor",)])
def test_what_helps_to_mend_the_settings_answers_where_they_cannot_be_read(
    typed: tuple[str, ...], tmp_path: Path, run_camflix: Callable[..., Outcome]
) -> None:
    (tmp_path / ".env").write_text("LANGAGE_CODE=en\n")
    outcome = run_camflix(*typed, cwd=tmp_path)

    assert outcome.code == (1 if typed == ("doctor",) else 0), outcome.err
    assert outcome.out
    assert ("LANGAGE_CODE" in outcome.out) == (typed == ("doctor",))


@pytest.mark.parametrize("typed", [("rata",), ("rate",), ("movies", "--xyzzy"), ("movies", "-n", "abc")])
def test_a_process_that_cannot_understand_exits_with_2(
    typed: tuple[str, ...], run_camflix: Callable[..., Outcome]
) -> None:
    outcome = run_camflix(*typed)

    assert_one_clear_line(outcome)
    assert outcome.code == 2


@pytest.mark.parametrize("group", [(), ("users",), ("import",), ("config",), ("db",)])
def test_a_group_without_a_command_shows_its_help(group: tuple[str, ...]) -> None:
    outcome = answer(*group)

    assert (outcome.code, outcome.err) == (2, "")
    assert outcome.out == answer(*group, "--help").out


def test_nothing_is_made_on_the_disk_by_a_command_line_that_cannot_be_understood(
    run_camflix: Callable[..., Outcome], tmp_path: Path
) -> None:
    run_camflix("rate", "Alien (1979)", "abc")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_an_account_without_a_name_still_has_a_local_profile() -> None:
    process = start("profile", "--json", env=environment(LOGNAME="", USER="a b/c", LNAME=None, USERNAME=None))

    out, _err = process.communicate(timeout=60)
    assert '"username": "a_b_c"' in out
