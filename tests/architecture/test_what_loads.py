"""What really loads, in a fresh interpreter: a start is fast because it leaves things out."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.architecture.tree import PACKAGE, source_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Home

FRONT_ENDS = {"flask", "textual", "werkzeug"}
_LOADED = "import json, sys; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"


def loaded_by(*lines: str) -> set[str]:
    """Run these lines in a fresh interpreter; return the names of the packages it has loaded then."""
    script = "\n".join([*lines, _LOADED])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env=_environment(),
    )
    modules: list[str] = json.loads(done.stderr.rpartition("\n")[2])
    inner = {name for name in modules if name.startswith(("camflix.", "numpy."))}
    return {name.partition(".")[0] for name in modules} | inner


def _environment() -> dict[str, str]:
    # Measuring coverage loads modules of its own, SQLite's among them.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return {**kept, "PYTHONPATH": str(PACKAGE.parent)}


def loaded_by_command(*arguments: str) -> set[str]:
    return loaded_by("from camflix.cli.main import run", f"assert run({list(arguments)!r}) == 0")


def modules_of(folder: Path) -> list[str]:
    names = [".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in source_files(folder)]
    return [name.removesuffix(".__init__") for name in names if not name.endswith(("__main__", "migrations.env"))]


def test_help_loads_nothing_but_the_names_of_the_commands() -> None:
    loaded = loaded_by_command("--help")

    assert not loaded & {*FRONT_ENDS, "sqlalchemy", "numpy", "rich", "alembic", "msgspec", "psycopg"}
    assert not {name for name in loaded if name.startswith("camflix.cli.commands.")}


def test_config_path_needs_no_database() -> None:
    assert not loaded_by_command("config", "path") & {*FRONT_ENDS, "sqlalchemy", "numpy", "rich"}


def test_rating_a_film_loads_no_tables_to_draw_no_migrations_and_nothing_that_fits(demo: Home) -> None:
    loaded = loaded_by_command("rate", "Alien (1979)", "95")

    assert "numpy" in loaded, "the prediction is kept before the score is known"
    assert not loaded & {*FRONT_ENDS, "rich", "alembic", "scipy", "psycopg", "rapidfuzz"}
    assert not loaded & {"numpy.ma", "camflix.recommender.factors_fit", "camflix.recommender.likely_fit"}


@pytest.mark.long
def test_json_answers_load_no_tables_to_draw(demo: Home) -> None:
    assert not loaded_by_command("recommend", "--user", "demo", "--json") & {*FRONT_ENDS, "rich", "alembic"}


def test_the_engine_knows_no_database() -> None:
    imports = [f"import {name}" for name in modules_of(PACKAGE / "recommender")]

    loaded = loaded_by(*imports)

    assert "numpy" in loaded
    assert not loaded & {*FRONT_ENDS, "sqlalchemy", "rich", "typer", "redis"}
    assert not {name for name in loaded if name.startswith(("camflix.db", "camflix.models", "camflix.services"))}


def test_importers_know_no_database() -> None:
    imports = [f"import {name}" for name in modules_of(PACKAGE / "importers")]

    assert not loaded_by(*imports) & {*FRONT_ENDS, "sqlalchemy", "rich", "typer"}


@pytest.mark.long
def test_the_core_loads_no_toolkit_of_a_front_end() -> None:
    core = [
        name
        for name in modules_of(PACKAGE)
        if not name.startswith(("camflix.cli", "camflix.tui", "camflix.jobs", "camflix.server"))
    ]

    assert not loaded_by(*(f"import {name}" for name in core)) & {*FRONT_ENDS, "typer", "rich"}


@pytest.mark.long
def test_nothing_loads_pydantic() -> None:
    assert "pydantic" not in loaded_by(*(f"import {name}" for name in modules_of(PACKAGE)))


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
@pytest.mark.parametrize("address", ["93.184.215.14", "10.0.0.1"])
def test_tests_reach_no_network_but_this_machine(address: str) -> None:
    with socket.socket() as connection, pytest.raises(SocketConnectBlockedError):
        connection.connect((address, 80))
