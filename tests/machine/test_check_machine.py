"""scripts/check-machine: what an environment needs, and how to get what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Outcome
    from tests.machine.conftest import Machine

OLD_PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.[0-9].*/bin/python3"))
REMEDIES = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "brew": "brew install",
}


def check(machine: Machine, python: str = "python3") -> Outcome:
    return machine.run("sh", "scripts/check-machine", python)


def assert_explained(outcome: Outcome, *said: str) -> None:
    """Assert that the machine was found wanting, with one message that holds these words and a remedy."""
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.count("CamFlix: ") == 1, outcome.err
    assert [words for words in said if words not in outcome.err] == []
    assert "Traceback" not in outcome.err
    assert "not found" not in outcome.err
    assert 2 <= outcome.err.count("\n") <= 3, "what is missing, how to get it, and perhaps what to type then"


def test_a_machine_with_all_it_takes_passes_without_a_word(machine: Machine) -> None:
    machine.has_python()

    outcome = check(machine)

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_no_python_is_told(machine: Machine) -> None:
    assert_explained(check(machine), "there is no python3", "3.11", "PYTHON=/path/to/")


@pytest.mark.parametrize("tool", REMEDIES)
def test_the_remedy_is_one_for_this_system(machine: Machine, tool: str) -> None:
    machine.has_stub(tool, "exit 97")

    assert_explained(check(machine), REMEDIES[tool], "python3")


def test_a_system_unknown_gets_a_remedy_too(machine: Machine) -> None:
    assert_explained(check(machine), "package manager")


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 9, 18), (2, 7, 18)])
def test_a_python_too_old_is_told_with_its_version(machine: Machine, version: tuple[int, int, int]) -> None:
    machine.has_python(f"sys.version_info = {(*version, 'final', 0)}".replace("'", '"'))

    assert_explained(check(machine), f"is Python {version[0]}.{version[1]}", "3.11", "make demo PYTHON=")


@pytest.mark.parametrize("python", OLD_PYTHONS, ids=lambda python: python.parts[-3])
def test_real_old_pythons_are_told_with_their_version(machine: Machine, python: Path) -> None:
    version = ".".join(python.parts[-3].split(".")[:2])

    assert_explained(check(machine, str(python)), f"is Python {version}", "3.11")


def test_a_python_that_does_not_even_start_is_told(machine: Machine) -> None:
    machine.has_stub("python3", "echo 'pyenv: version `3.14` is not installed' >&2; exit 1")

    assert_explained(check(machine), "python3", "3.11")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_that_cannot_make_environments_is_told_with_the_package_to_get(machine: Machine, module: str) -> None:
    machine.has_python(f'sys.modules["{module}"] = None', 'sys.version_info = (3, 12, 1, "final", 0)')
    machine.has_stub("apt-get", "exit 97")

    assert_explained(check(machine), "cannot make environments", "venv", "sudo apt-get install python3.12-venv")


@pytest.mark.long
@pytest.mark.parametrize("module", ["ssl", "sqlite3", "ctypes", "zlib"])
def test_a_python_built_without_a_module_is_told(machine: Machine, module: str) -> None:
    machine.has_python(f'sys.modules["{module}"] = None')

    assert_explained(check(machine), f"without its module {module}", "PYTHON=")


@pytest.mark.parametrize("tool", ["touch", "rm", "mkdir"])
def test_a_missing_tool_is_told(machine: Machine, tool: str) -> None:
    machine.lacks(tool).has_python()

    assert_explained(check(machine), f"the tool {tool} is missing")


@pytest.mark.parametrize("compiler", ["cc", "gcc", "clang"])
def test_no_compiler_is_needed(machine: Machine, compiler: str) -> None:
    machine.has_python()

    assert shutil.which(compiler, path=str(machine.tools)) is None
    assert check(machine).code == 0


def test_a_python_in_a_folder_with_spaces_can_be_named(machine: Machine, tmp_path: Path) -> None:
    place = tmp_path / "my programs"
    place.mkdir()
    machine.has_python(name="mypython").rename(place / "mypython")

    assert check(machine, str(place / "mypython")).code == 0


def test_nothing_is_changed_by_checking(machine: Machine, tmp_path: Path) -> None:
    machine.has_python()
    before = sorted(tmp_path.rglob("*"))

    check(machine)

    assert sorted(tmp_path.rglob("*")) == before
