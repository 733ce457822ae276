"""The Makefile on machines that lack things: it says so before it does anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.machine.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Outcome
    from tests.machine.conftest import Machine


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what make reads, in a folder whose name holds spaces and more."""
    place = tmp_path / "my films (été)"
    place.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "setup.py"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, place)
    shutil.copytree(ROOT / "scripts", place / "scripts")
    return place


def make(machine: Machine, checkout: Path, *words: str) -> Outcome:
    return machine.run("make", *words, cwd=checkout)


def test_make_alone_says_what_can_be_made(machine: Machine, checkout: Path) -> None:
    outcome = make(machine, checkout)

    assert outcome.code == 0
    for target in ("make demo", "make test", "make check", "make bench"):
        assert target in outcome.out


@pytest.mark.parametrize("target", ["demo", "test", "check", "wheel"])
def test_a_machine_without_python_is_told_once_and_nothing_is_made(
    machine: Machine, checkout: Path, target: str
) -> None:
    outcome = make(machine, checkout, target)

    assert outcome.code != 0
    assert outcome.err.count("CamFlix: there is no python3") == 1
    assert not (checkout / ".venv").exists()


def test_a_machine_with_an_old_python_is_told_before_an_environment_is_made(machine: Machine, checkout: Path) -> None:
    machine.has_python('sys.version_info = (3, 9, 18, "final", 0)')

    outcome = make(machine, checkout, "demo")

    assert outcome.code != 0
    assert "python3 is Python 3.9; 3.11 or newer is needed" in outcome.err
    assert not (checkout / ".venv").exists()


def test_a_machine_without_venv_is_told_before_an_environment_is_made(machine: Machine, checkout: Path) -> None:
    machine.has_python('sys.modules["ensurepip"] = None')

    outcome = make(machine, checkout, "demo")

    assert outcome.code != 0
    assert "cannot make environments" in outcome.err
    assert not (checkout / ".venv").exists()


# A Python whose environments hold a pip and programs that only tell what they were asked.
MAKES_ENVIRONMENTS = """
case "$1" in
-c) exec '{python}' "$@" ;;
-m) [ "$2" = venv ] && mkdir -p "$3/bin" && for name in python pip camflix ruff mypy lint-imports; do
        printf '#!/bin/sh\\n%s\\necho "%s $*"\\n' '{answer}' "$name" >"$3/bin/$name"
        chmod +x "$3/bin/$name"
    done ;;
esac
"""


def makes_environments(machine: Machine, *, answer: str = ":") -> None:
    machine.has("printf", "chmod")
    machine.has_stub("python3", MAKES_ENVIRONMENTS.format(python=sys.executable, answer=answer))


def test_the_demo_is_made_and_shown_in_a_folder_with_spaces(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)

    outcome = make(machine, checkout, "demo")

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[-1] == "camflix demo"
    assert "python -m pip" in outcome.out
    assert "--constraint constraints.txt" in outcome.out


def test_the_environment_is_made_once(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)
    make(machine, checkout, "demo")

    assert make(machine, checkout, "demo").out == "camflix demo\n"


@pytest.mark.long
def test_a_new_dependency_makes_the_environment_anew(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)
    make(machine, checkout, "demo")
    later = (checkout / ".venv" / ".runtime").stat().st_mtime + 5
    os.utime(checkout / "pyproject.toml", (later, later))

    assert "python -m pip" in make(machine, checkout, "demo").out


@pytest.mark.long
def test_a_package_index_out_of_reach_is_told_and_the_next_run_tries_again(machine: Machine, checkout: Path) -> None:
    makes_environments(machine, answer='case "$*" in *install*) exit 1 ;; esac')

    first, second = (make(machine, checkout, "demo") for _ in range(2))

    for outcome in (first, second):
        assert outcome.code != 0
        assert "CamFlix: the packages could not be installed" in outcome.err
        assert "package index" in outcome.err


def test_the_tests_ask_for_postgresql_first(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)
    (checkout / "scripts" / "ensure-postgres").write_text("echo 'CamFlix: the tests need PostgreSQL' >&2; exit 1\n")

    outcome = make(machine, checkout, "test")

    assert outcome.code != 0
    assert "CamFlix: the tests need PostgreSQL" in outcome.err
    assert "pytest" not in outcome.out


def test_check_does_all_that_ci_asks_for(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)
    for server in ("postgres", "redis"):
        (checkout / "scripts" / f"ensure-{server}").write_text("exit 0\n")

    outcome = make(machine, checkout, "check")

    assert outcome.code == 0
    for asked in ("ruff format --check", "ruff check", "mypy", "lint-imports", "messages.py check", "-m pytest"):
        assert asked in outcome.out


def test_clean_takes_away_what_was_made_and_nothing_else(machine: Machine, checkout: Path) -> None:
    before = sorted(checkout.rglob("*"))
    makes_environments(machine)
    make(machine, checkout, "demo")

    make(machine, checkout, "clean")

    assert sorted(checkout.rglob("*")) == before


@pytest.mark.parametrize(
    "script",
    ["scripts/check-machine", "scripts/ensure-postgres", "scripts/ensure-redis", "scripts/ensure-tmux", ".ci/run"],
)
def test_scripts_are_sound_shell(script: str) -> None:
    shell = (ROOT / script).read_text().splitlines()[0].split()[-1].rpartition("/")[2]

    assert subprocess.run([shell, "-n", ROOT / script], check=False, capture_output=True).returncode == 0


def test_ci_checks_and_then_tries_the_wheel_alone_in_a_folder_with_spaces(machine: Machine, checkout: Path) -> None:
    makes_environments(machine)
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    machine.has("bash", "mktemp", "grep", "ls", "tail")
    machine.lacks("make").has_stub("make", 'echo "make $*"; [ "$1" != wheel ] || { mkdir dist && touch dist/it.whl; }')

    outcome = machine.run(str(checkout / ".ci" / "run"), cwd=checkout.parent, HOME=str(checkout))

    assert (outcome.code, outcome.err) == (0, "")
    asked = [line for line in outcome.out.splitlines() if line.startswith("make ")]
    assert asked[:2] == ["make static", "make test"]
    assert asked[2].startswith("make coverage")
    assert outcome.out.splitlines()[-1] == "== done"
