"""What commands say where there is nothing to show yet, or little room to show it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from camflix.cli import output
from tests.cli.running import answer

if TYPE_CHECKING:
    from tests.conftest import Home


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("watchlist list", "camflix watchlist add"),
        ("hidden list", "camflix hidden add"),
        ("notes list", "camflix notes write"),
        ("lists list", "camflix lists new"),
        ("diary list", "camflix diary add"),
        ("ratings", "camflix rate"),
        ("stats", "camflix rate"),
    ],
)
def test_an_empty_list_says_what_fills_it_and_draws_no_table(demo: Home, command: str, says: str) -> None:
    del demo
    shown = answer(*command.split())

    assert shown.code == 0
    assert says in shown.out
    assert "───" not in shown.out


def test_a_year_in_which_nothing_was_rated_has_no_table(demo: Home) -> None:
    del demo
    assert "───" not in answer("year", "1999").out


def test_a_list_without_films_says_how_to_put_one_there(demo: Home) -> None:
    del demo
    answer("lists", "new", "Soleil")

    assert "camflix lists add 1" in answer("lists", "show", "1").out


@pytest.mark.parametrize(
    "command",
    [
        *("profile", "ratings", "recommend -n 5", "stats", "settings show", "twins -n 3", "movies -n 9 --sort score"),
        *("movies -n 9 --sort predicted", "similar tmdb:348", "together sample-001 -n 3", "why tmdb:680"),
    ],
)
def test_forty_columns_are_enough(demo: Home, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    del demo
    wide = answer(*command.split(), "--user", "demo").out
    monkeypatch.setattr(output, "_PLAIN_WIDTH", 40)
    narrow = answer(*command.split(), "--user", "demo").out

    assert max(map(cell_len, narrow.splitlines())) <= 40
    assert max(map(cell_len, wide.splitlines())) >= 40


@pytest.mark.parametrize("columns", [40, 160])
def test_where_there_is_little_room_numbers_stay_whole(
    demo: Home, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    del demo
    monkeypatch.setattr(output, "_PLAIN_WIDTH", columns)
    shown = answer("movies", "-n", "3", "--sort", "predicted", "--user", "demo").out

    assert "prédite" in shown
    assert "100,0" in shown


@pytest.mark.parametrize(("order", "column"), [("score", "votre note"), ("predicted", "prédite")])
def test_films_in_order_of_scores_show_them(demo: Home, order: str, column: str) -> None:
    del demo
    shown = answer("movies", "-n", "3", "--sort", order, "--user", "demo").out

    assert column in shown.splitlines()[0]


def test_settings_are_shown_in_words_with_what_changes_them(demo: Home) -> None:
    del demo
    shown = answer("settings", "show", "--user", "demo").out

    assert "qui peut me voir" in shown
    assert "--privacy" in shown
    assert "False" not in shown


def test_a_receipt_of_what_is_not_predicted_shows_no_sum(demo: Home) -> None:
    del demo
    answer("rate", "Alien (1979)", "95")
    shown = answer("why", "Heat (1995)").out

    assert "Pas de note prédite" in shown
    assert "total" not in shown


def test_a_group_says_for_whom_nothing_can_be_predicted_yet(demo: Home) -> None:
    del demo
    shown = answer("together", "sample-001", "-n", "2", "--user", "demo").out
    assert "Trop peu de notes" not in shown

    answer("rate", "Alien (1979)", "95")
    assert "Trop peu de notes" in answer("together", "sample-001", "-n", "2").out
