"""French by default; English where it is asked for; the same words in the help, the answers and the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Home, Outcome

ENGLISH = ({"LANGUAGE_CODE": "en"}, {"LC_ALL": "en_US.UTF-8"}, {"LC_MESSAGES": "en_GB.UTF-8"}, {"LANGUAGE_CODE": "EN"})
FRENCH: tuple[dict[str, str], ...] = (
    {},
    {"LANG": "en_US.UTF-8"},
    {"LANGUAGE": "en"},
    {"LC_ALL": "C"},
    {"LC_ALL": "de_DE.UTF-8"},
    {"LANGUAGE_CODE": "fr", "LC_ALL": "en_US.UTF-8"},
)


def as_id(changes: dict[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in changes.items()) or "nothing set"


@pytest.mark.parametrize("changes", ENGLISH, ids=as_id)
def test_english_is_spoken_where_it_is_asked_for(changes: dict[str, str], run_camflix: Callable[..., Outcome]) -> None:
    assert "camflix [OPTIONS] COMMAND [" in run_camflix("--help", env=changes).out.splitlines()[0]
    assert "is missing" in run_camflix("rate", env=changes).err


@pytest.mark.parametrize("changes", FRENCH, ids=as_id)
def test_french_is_spoken_otherwise(changes: dict[str, str], run_camflix: Callable[..., Outcome]) -> None:
    assert "camflix [OPTIONS] COMMANDE [" in run_camflix("--help", env=changes).out.splitlines()[0]
    assert "il manque" in run_camflix("rate", env=changes).err


def test_the_config_file_may_choose(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "xdg" / "config" / "camflix"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('language_code = "en"\n')

    assert "is missing" in answer("rate").err


def test_a_dotenv_file_may_choose(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LANGUAGE_CODE=en\n")

    assert "is missing" in answer("rate").err


def test_a_language_that_camflix_does_not_speak_is_a_mistake_told_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE_CODE", "tlh")

    outcome = answer("config", "path")

    assert outcome.code == 2
    assert "LANGUAGE_CODE" in outcome.err
    assert "fr / en" in outcome.err


def test_titles_and_numbers_are_those_of_the_language(demo: Home, run_camflix: Callable[..., Outcome]) -> None:
    command = ("recommend", "--user", "demo", "-n", "3")

    french, english = run_camflix(*command), run_camflix(*command, env={"LANGUAGE_CODE": "en"})

    assert "Le Mépris (1963)" in french.out
    assert "Contempt (1963)" in english.out
    assert "93,1" in french.out
    assert "93.1" in english.out
