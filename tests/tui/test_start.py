"""What the terminal app loads by itself, and what `camflix` without arguments does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from camflix.cli.start import app_user
from tests.architecture.tree import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome

_ASKED_BY_A_SCREEN = """
import asyncio, json, sys
from contextlib import contextmanager
from camflix.errors import NotFoundError
from camflix.settings import load_settings
from camflix.tui.app import CamFlixApp

class Empty:
    def call(self, operation, body):
        raise NotFoundError("There is nothing here.")

@contextmanager
def connect(language):
    yield Empty()

async def main():
    app = CamFlixApp(connect, load_settings().paths, importer=None)
    async with app.run_test() as pilot:
        before = sorted(sys.modules)
        for key in "RMTSD":
            await pilot.press(key)
        await pilot.press("comma", "question_mark")
    return before

print(json.dumps(asyncio.run(main())))
"""


def loaded_before_the_first_answer() -> set[str]:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", _ASKED_BY_A_SCREEN], capture_output=True, check=True, text=True, env=environment
    )
    return set(json.loads(done.stdout))


@pytest.mark.long
def test_the_app_itself_loads_no_database_no_engine_and_no_command_line() -> None:
    loaded = loaded_before_the_first_answer()

    assert "camflix.tui.screens.discover" in loaded
    roots = {name.partition(".")[0] for name in loaded}
    assert not roots & {
        "sqlalchemy",
        "numpy",
        "alembic",
        "typer",
        "flask",
        "rapidfuzz",
        "msgspec",
        "httpx",
        "PIL",
        "textual_image",
    }
    assert not {name for name in loaded if name.startswith(("camflix.services", "camflix.models", "camflix.bootstrap"))}


@pytest.mark.long
def test_camflix_without_arguments_prints_help_where_there_is_no_terminal(run_camflix: Callable[..., Outcome]) -> None:
    outcome = run_camflix()

    assert outcome.code == 2
    assert "recommend" in outcome.out
    assert "tui" in outcome.out


def test_the_app_is_refused_where_there_is_no_terminal(run_camflix: Callable[..., Outcome]) -> None:
    outcome = run_camflix("tui", env={"LANGUAGE_CODE": "en"})

    assert outcome.code == 2
    assert "terminal" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "user"),
    [
        ([], ""),
        (["tui"], ""),
        (["tui", "--user", "zoe"], "zoe"),
        (["tui", "--help"], None),
        (["tui", "--user"], None),
        (["tui", "--user", "--help"], None),
        (["recommend"], None),
    ],
)
def test_which_command_lines_open_the_app_the_short_way(arguments: list[str], user: str | None) -> None:
    assert app_user(arguments) == user


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('theme = "sepia"', "contrast, dark, light"),
        ("theme =", "tui.toml"),
        ('posters = "aalib"', "auto, kitty, sixel, halfblocks, none"),
        ("posters = 3", "auto, kitty"),
        ('theme = ["dark"]', "contrast, dark, light"),
        ('[keys]\n"film.rat" = "r"', "film.rate"),
        ('[keys]\n"film.rate" = ""', "film.rate"),
        ("keys = 5", "[keys]"),
    ],
)
def test_a_wrong_setting_of_the_app_is_named_with_the_remedy(
    text: str, named: str, tmp_path: object, run_camflix: Callable[..., Outcome]
) -> None:
    from pathlib import Path  # noqa: PLC0415

    from camflix.errors import SettingsError  # noqa: PLC0415
    from camflix.i18n import say  # noqa: PLC0415
    from camflix.settings import load_settings  # noqa: PLC0415
    from camflix.tui.preferences import load_preferences  # noqa: PLC0415

    paths = load_settings().paths
    paths.config.mkdir(parents=True)
    Path(paths.config / "tui.toml").write_text(text)

    with pytest.raises(SettingsError) as caught:
        load_preferences(paths)

    assert named in say(caught.value)
