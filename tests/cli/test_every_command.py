"""Every command, as a process of its own: for people, and as JSON that decodes into its result."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from camflix import results
from camflix.bootstrap import CamFlix
from camflix.settings import load_settings
from tests.cli.files import letterboxd, movielens
from tests.cli.running import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Home, Outcome


@dataclass(frozen=True)
class Trial:
    """A way to call a command on the sample community.

    Attributes:
        command: its words in the tree.
        arguments: what follows them.
        result: what ``--json`` holds; None where there is no ``--json``.
        shows: a piece of what people see.
    """

    command: str
    arguments: tuple[str, ...]
    result: Any
    shows: str

    @property
    def words(self) -> tuple[str, ...]:
        """Return the command line."""
        return (*self.command.split(), *self.arguments)


TRIALS = (
    Trial("recommend", ("--user", "demo", "-n", "3"), results.Recommendations, "(19"),
    Trial("rate", ("Alien (1979)", "95"), results.SavedRating, "Alien, le huitième passager (1979)"),
    Trial("unrate", ("La Jetée (1962)", "--user", "demo"), results.RemovedRating, "La Jetée (1962)"),
    Trial("undo", ("--user", "demo"), results.Undone, "Alien, le huitième passager (1979)"),
    Trial("why", ("Pulp Fiction (1994)", "--user", "demo"), results.Receipt, "Pulp Fiction (1994)"),
    Trial("twins", ("--user", "demo", "-n", "3"), results.TwinList, "sample-"),
    Trial("ratings", ("--user", "demo"), results.RatingPage, "La Jetée (1962)"),
    Trial("profile", ("--user", "demo"), results.Profile, "La Jetée (1962)"),
    Trial("search", ("amelie",), results.MoviePage, "Le Fabuleux Destin d'Amélie Poulain (2001)"),
    Trial("movies", ("-n", "5", "--sort", "year"), results.MoviePage, "(20"),
    Trial("movie show", ("La Jetée (1962)", "--user", "demo"), results.MovieDetails, "Chris Marker"),
    Trial("movie history", ("La Jetée (1962)", "--user", "demo"), results.RatingHistory, "camflix"),
    Trial("next", ("--user", "demo", "-n", "5"), results.RatingFeed, "("),
    Trial("watchlist list", ("--user", "demo"), results.Watchlist, "Alien"),
    Trial("watchlist add", ("Heat (1995)",), results.WatchlistState, "Heat (1995)"),
    Trial("watchlist remove", ("tmdb:348", "--user", "demo"), results.WatchlistState, "Alien"),
    Trial("hidden list", ("--user", "demo"), results.HiddenList, "Heat (1995)"),
    Trial("hidden add", ("Heat (1995)",), results.HiddenState, "Heat (1995)"),
    Trial("hidden remove", ("Heat (1995)", "--user", "demo"), results.HiddenState, "Heat (1995)"),
    Trial("notes list", ("--user", "demo"), results.NoteList, "Vu un soir de pluie."),
    Trial("notes write", ("Heat (1995)", "Long.", "--spoiler"), results.Note, "Heat (1995)"),
    Trial("notes remove", ("tmdb:348", "--user", "demo"), results.Note, "Alien"),
    Trial("lists list", ("--user", "demo"), results.MovieListPage, "Pluie"),
    Trial("lists show", ("1", "--user", "demo"), results.MovieList, "Alien"),
    Trial("lists new", ("Soleil", "--public"), results.MovieListSummary, "Soleil"),
    Trial("lists edit", ("1", "--name", "Neige", "--user", "demo"), results.ListChange, "Neige"),
    Trial("lists add", ("1", "Heat (1995)", "--place", "1", "--user", "demo"), results.ListChange, "Heat (1995)"),
    Trial("lists remove", ("1", "tmdb:348", "--user", "demo"), results.ListChange, "Alien"),
    Trial("lists move", ("1", "tmdb:348", "1", "--user", "demo"), results.ListChange, "Alien"),
    Trial("lists delete", ("1", "--user", "demo"), results.MovieListSummary, "Pluie"),
    Trial("lists share", ("1", "--user", "demo"), results.ListChange, "/api/shared/"),
    Trial("diary list", ("--year", "2026", "--user", "demo"), results.Diary, "2026-01-02"),
    Trial("diary add", ("Heat (1995)", "--on", "2026-02-03"), results.Viewing, "Heat (1995)"),
    Trial("diary remove", ("1", "--user", "demo"), results.Viewing, "Alien"),
    Trial("diary queue", ("--user", "demo"), results.Diary, "Alien"),
    Trial("stats", ("--user", "demo"), results.Stats, "sci"),
    Trial("year", ("2026", "--user", "demo"), results.YearInReview, "2026"),
    Trial("settings show", ("--user", "demo"), results.UserSettings, "--privacy"),
    Trial("settings set", ("--privacy", "members", "--time-zone", "Asia/Tokyo"), results.UserSettings, "Asia/Tokyo"),
    Trial("rescale", ("--from", "99", "--dry-run"), results.Rescaled, "0"),
    Trial("export", ("--format", "csv", "--user", "demo"), results.ExportDocument, "title,year"),
    Trial("import movielens", ("ml",), results.ImportReport, "58"),
    Trial("import letterboxd", ("ratings.csv",), results.ImportReport, "5"),
    Trial("import letterboxd", ("ratings.csv", "--map", "3.5=75", "--scale", "10"), results.ImportReport, "5"),
    Trial("demo", (), None, "camflix recommend"),
    Trial("evaluate", ("--holdout", "0.2", "--engine", "classic"), results.EngineEvaluation, "RMSE"),
    Trial("engine show", (), results.EngineStatus, "factors"),
    Trial("engine refit", (), results.EngineStatus, "factors"),
    Trial("pick", ("--user", "demo", "--seed", "7"), results.Pick, "--seed 7"),
    Trial("similar", ("tmdb:348", "--user", "demo"), results.SimilarMovies, "Alien"),
    Trial("together", ("sample-001", "--user", "demo"), results.GroupPicks, "sample-001"),
    Trial("doctor", (), list[dict[str, str]], "SQLite"),
    Trial("engine set", ("classic",), results.EngineStatus, "classic"),
    Trial("users list", ("--source", "sample"), list[results.UserSummary], "sample-001"),
    Trial("users add", ("zoe", "--email", "zoe@example.org"), results.UserSummary, "zoe"),
    Trial("users disable", ("sample-001",), results.UserSummary, "sample-001"),
    Trial("users enable", ("sample-001",), results.UserSummary, "sample-001"),
    Trial("users admin", ("sample-001",), dict[str, str | bool], "sample-001"),
    Trial("whoami", ("--user", "demo"), results.Account, "demo"),
    Trial("db upgrade", (), dict[str, str | None], "0007"),
    Trial("config path", (), dict[str, str], "xdg"),
    Trial("config show", (), dict[str, dict[str, str]], "DATABASE_URL"),
)
BY_NAME = pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.command)
WITH_JSON = pytest.mark.parametrize(
    "trial", [trial for trial in TRIALS if trial.result is not None], ids=lambda trial: trial.command
)


@pytest.fixture
def _things_to_bring_in(demo: Home, tmp_path: Path) -> None:
    keep_some_things(demo.database)
    movielens(tmp_path / "ml")
    letterboxd(tmp_path / "ratings.csv")


def keep_some_things(database: Path) -> None:
    """Give the demo user one of each thing that commands act on: a list, a note, a viewing …"""
    camflix = CamFlix(load_settings({**os.environ, "DATABASE_URL": f"sqlite:///{database}"}), "fr")
    with camflix.transaction(writes=True) as services:
        demo, alien = services.users.id_of("demo"), services.movies.resolve("tmdb:348").id
        services.watchlist.add(demo, alien)
        services.hidden.hide(demo, services.movies.resolve("Heat (1995)").id)
        services.notes.save(demo, alien, "Vu un soir de pluie.", None, has_spoiler=False)
        services.lists.add(demo, services.lists.create(demo, "Pluie", "", is_public=False).id, alien, None)
        services.diary.add(demo, alien, "2026-01-02", None)
    camflix.close()


@pytest.mark.whole
@BY_NAME
@pytest.mark.usefixtures("_things_to_bring_in")
def test_command_answers_people(trial: Trial, run_camflix: Callable[..., Outcome]) -> None:
    outcome = run_camflix(*trial.words)

    assert outcome.code == 0, outcome.err
    assert trial.shows in outcome.out
    assert "\x1b" not in outcome.out + outcome.err, "standard output is no terminal here"
    assert not outcome.out.startswith("{")


@WITH_JSON
@pytest.mark.usefixtures("_things_to_bring_in")
def test_command_answers_programs_with_its_result_and_nothing_else_on_standard_output(
    trial: Trial, run_camflix: Callable[..., Outcome]
) -> None:
    outcome = run_camflix(*trial.words, "--json")

    assert outcome.code == 0, outcome.err
    decoded = json.loads(outcome.out)
    result = msgspec.convert(decoded, trial.result, strict=True)
    assert json.loads(msgspec.json.encode(result)) == decoded, "no field is left over"


def test_json_is_the_same_in_both_languages_but_for_titles(demo: Home, run_camflix: Callable[..., Outcome]) -> None:
    command = ("search", "alien", "-n", "1", "--json")
    french = json.loads(run_camflix(*command).out)["movies"][0]
    english = json.loads(run_camflix(*command, env={"LANGUAGE_CODE": "en"}).out)["movies"][0]

    assert (french.pop("title"), english.pop("title")) == ("Alien, le huitième passager", "Alien")
    assert french == english


@BY_NAME
def test_help_of_a_command_is_one_page_with_a_usage_line(trial: Trial) -> None:
    outcome = answer(*trial.command.split(), "--help")

    assert outcome.code == 0
    assert outcome.err == ""
    assert f"camflix {trial.command}" in outcome.out.splitlines()[0]
    assert "--help" in outcome.out
    assert ("--json" in outcome.out) is (trial.result is not None)


def test_the_version_is_told(run_camflix: Callable[..., Outcome]) -> None:
    assert run_camflix("--version").out == "CamFlix 0.1.0\n"
