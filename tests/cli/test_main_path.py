"""The way of a person with MovieLens as the community and an export as the taste, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import shlex
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.files import letterboxd, movielens
from tests.cli.running import answer, row_counts, run_process

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = ("created", "updated", "unchanged", "ambiguous", "not_found", "invalid", "skipped_not_film")


@pytest.fixture(autouse=True)
def _database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


def told(*arguments: str) -> Any:
    outcome = answer(*arguments, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


@pytest.fixture
def community(tmp_path: Path) -> dict[str, Any]:
    """Return the report of the data set that was brought in."""
    report: dict[str, Any] = told("import", "movielens", str(movielens(tmp_path / "ml", n_users=40)))
    return report


def test_a_process_brings_in_a_data_set_and_answers_about_it(tmp_path: Path, database_url: str) -> None:
    movielens(tmp_path / "ml", n_users=40)
    brought_in = run_process("import", "movielens", "ml", cwd=tmp_path)
    rated = run_process("rate", "Heat (1995)", "95")
    recommended = run_process("recommend", "--user", "ml-1", "--json")

    assert [outcome.code for outcome in (brought_in, rated, recommended)] == [0, 0, 0], brought_in.err
    assert "Heat (1995)" in rated.out
    assert json.loads(recommended.out)["username"] == "ml-1"
    assert row_counts(database_url)["rating"] == 40 * 6 - 48 + 1


def test_every_row_is_accounted_for_and_a_second_run_creates_nothing(community: dict[str, Any], tmp_path: Path) -> None:
    again = told("import", "movielens", str(tmp_path / "ml"))

    for report in (community, again):
        assert sum(report[name] for name in OUTCOMES) == report["rows"] == 192
    assert (community["created"], community["films_created"], community["users_created"]) == (192, 6, 40)
    assert (again["created"], again["unchanged"], again["films_created"], again["users_created"]) == (0, 192, 0, 0)


@pytest.mark.usefixtures("community")
def test_an_export_becomes_the_taste_of_who_brings_it_in(tmp_path: Path) -> None:
    report = told("import", "letterboxd", str(letterboxd(tmp_path / "ratings.csv")))

    assert sum(report[name] for name in OUTCOMES) == report["rows"] == 5
    assert (report["created"], report["not_found"]) == (4, 1)
    rated = {rating["movie"]["title_en"]: rating["score"] for rating in told("ratings")["ratings"]}
    assert rated == {"Heat": 100, "Toy Story": 90, "Léon: The Professional": 70, "Jumanji": 40}


@pytest.mark.usefixtures("community")
def test_two_films_of_one_name_are_told_apart_by_their_year() -> None:
    outcome = answer("rate", "Heat", "90", "--json")

    assert outcome.code == 4
    assert sorted(film["year"] for film in json.loads(outcome.out)["error"]["candidates"]) == [1986, 1995]
    assert told("rate", "Heat (1986)", "30")["movie"]["year"] == 1986


@pytest.mark.long
@pytest.mark.usefixtures("community")
def test_what_was_done_last_is_taken_back_first(tmp_path: Path) -> None:
    told("rate", "ml:4", "10")
    told("import", "letterboxd", str(letterboxd(tmp_path / "ratings.csv")))
    told("unrate", "ml:4")

    undone = [told("undo") for _ in range(4)]

    assert [each["kind"] for each in undone] == ["rating", "import", "rating", "import"]
    assert [each["n_ratings"] for each in undone] == [1, 4, 1, 192]
    assert told("ratings")["n_ratings"] == 0
    assert answer("undo").code == 3


@pytest.mark.usefixtures("community")
def test_lists_twins_receipts_and_profiles_answer_for_any_rater() -> None:
    recommended = told("recommend", "--user", "ml-1")
    twins = told("twins", "--user", "ml-1")
    profile = told("profile", "--user", "ml-1")
    receipt = told("why", "Heat (1995)", "--user", "ml-1")

    rated = {rating["movie"]["id"] for rating in told("ratings", "--user", "ml-1")["ratings"]}
    assert not rated & {each["movie"]["id"] for each in recommended["recommendations"]}
    assert all(twin["username"] != "ml-1" for twin in twins["twins"])
    assert profile["n_ratings"] == len(rated) == 5
    assert sum(round(line["amount"] * 1000) for line in receipt["lines"]) == round(receipt["total"] * 1000)


@pytest.mark.usefixtures("community")
def test_pages_of_the_catalogue_follow_each_other_without_gap_or_repetition() -> None:
    seen, cursor = [], None
    for _ in range(4):
        page = told("movies", "-n", "2", "--sort", "title", *(("--cursor", cursor) if cursor else ()))
        seen += [film["id"] for film in page["movies"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 6


@pytest.mark.usefixtures("community")
def test_the_next_page_that_is_offered_is_of_the_same_list() -> None:
    typed = (
        "movies",
        "-n",
        "2",
        "--sort",
        "year",
        "--reverse",
        "--filter",
        "year:1900.. -hidden",
        "--watchlist",
        "exclude",
    )
    offered = answer(*typed, "--user", "ml-1").err.splitlines()[-1].partition("camflix ")[2]
    page, whole = answer(*shlex.split(offered), "--json"), answer(*typed[:1], "-n", "4", *typed[3:], "--json")
    assert page.code == 0, page.err
    assert [film["id"] for film in json.loads(page.out)["movies"]] == [
        film["id"] for film in json.loads(whole.out)["movies"][2:]
    ]


@pytest.mark.usefixtures("community")
def test_where_everything_is_rated_that_is_said() -> None:
    for film in told("movies")["movies"]:
        answer("rate", f"id:{film['id']}", "70")
    said = answer("recommend").out
    assert "Plus rien à recommander" in said
    assert "camflix rate" not in said


def test_the_local_profile_is_made_at_first_use_and_private(database_url: str) -> None:
    profile = told("profile")

    assert profile["privacy"] == "private"
    assert [user["username"] for user in told("users", "list")] == [profile["username"]]


def test_users_are_added_once_and_disabled_for_good() -> None:
    told("users", "add", "zoe", "--email", "zoe@example.org")

    assert answer("users", "add", "zoe").code == 1
    assert answer("users", "add", "ada", "--email", "zoe@example.org").code == 1
    assert told("users", "disable", "zoe")["is_active"] is False
    assert answer("rate", "Heat (1995)", "5", "--user", "zoe").code == 3
    assert answer("users", "disable", "nobody").code == 3


def test_an_export_s_other_files_are_named_as_not_taken(tmp_path: Path) -> None:
    export = tmp_path / "letterboxd.zip"
    rows = "Date,Name,Year,Letterboxd URI,Rating\n2026-01-02,Alien,1979,https://boxd.it/1,4.5\n"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("ratings.csv", rows)
        archive.writestr("diary.csv", "Date\n")
        archive.writestr("profile.csv", "Username\n")
    (tmp_path / "ratings.csv").write_text(rows)

    assert "rien de diary.csv." in answer("import", "letterboxd", str(export)).err
    assert "rien de" not in answer("import", "letterboxd", str(tmp_path / "ratings.csv")).err
