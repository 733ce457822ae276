"""``camflix demo``: the main job in one command, the same each time, and gone when asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answer, row_counts, run_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Home

DERIVED = {"engine_model", "engine_array", "data_version", "import_batch", "user_account"}


@pytest.mark.long
def test_the_demo_shows_ratings_twins_recommendations_and_a_receipt_and_what_comes_next() -> None:
    outcome = run_process("demo")

    best = json.loads(answer("recommend", "--user", "demo", "-n", "1", "--json").out)["recommendations"][0]
    film = f"{best['movie']['title']} ({best['movie']['year']})"
    total = f"{best['prediction']['predicted_score']:.3f}".replace(".", ",")
    assert outcome.code == 0
    assert outcome.err.count("\n") == 2
    parts = ("La Jetée (1962)", "sample-", film, total, 'camflix rate "Alien (1979)" 95', "camflix demo --remove")
    assert sorted(parts, key=outcome.out.find) == list(parts)
    assert outcome.out.count(film) == 2, "in the list, and over its receipt"


@pytest.mark.long
def test_a_second_demo_changes_nothing(demo: Home) -> None:
    before, shown = row_counts(demo.database), answer("demo").out

    assert answer("demo").out == shown
    assert {table: n for table, n in row_counts(demo.database).items() if table not in DERIVED} == {
        table: n for table, n in before.items() if table not in DERIVED
    }


@pytest.mark.long
def test_two_machines_are_shown_the_same(demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lists() -> list[object]:
        commands = (("recommend", "-n", "10"), ("twins",), ("why", "tmdb:680"))
        found = [json.loads(answer(*command, "--user", "demo", "--json").out) for command in commands]
        found[0].pop("fitted_at")
        return found

    here = lists()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another machine"))
    answer("demo")

    assert lists() == here


def test_ten_films_are_recommended_with_score_and_range_and_the_receipt_adds_up(demo: Home) -> None:
    found = json.loads(answer("recommend", "--user", "demo", "--json").out)["recommendations"]
    receipt = json.loads(answer("why", f"id:{found[0]['movie']['id']}", "--user", "demo", "--json").out)

    assert len(found) == 10
    for each in found:
        assert each["prediction"]["low"] <= each["prediction"]["predicted_score"] <= each["prediction"]["high"]
    thousandths = sum(round(line["amount"] * 1000) for line in receipt["lines"])
    assert thousandths == round(receipt["total"] * 1000) == round(found[0]["prediction"]["predicted_score"] * 1000)


def test_the_sample_community_goes_away_and_ones_own_ratings_stay(demo: Home) -> None:
    answer("rate", "tmdb:348", "95")

    outcome = answer("demo", "--remove")

    assert (outcome.code, outcome.err) == (0, "")
    left = row_counts(demo.database)
    assert (left["rating"], left["user_account"]) == (1, 1)
    assert json.loads(answer("search", "alien", "-n", "1", "--json").out)["movies"][0]["n_ratings"] == 0, (
        "a local profile is private"
    )
    assert json.loads(answer("users", "list", "--source", "sample", "--json").out) == []


def test_removing_what_is_not_there_is_no_failure(home: Home) -> None:
    assert answer("demo", "--remove").code == 0


@pytest.mark.long
def test_the_demo_comes_back_after_it_was_removed(demo: Home) -> None:
    shown = answer("demo").out
    answer("demo", "--remove")

    assert answer("demo").out == shown
