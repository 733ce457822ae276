"""Every command is tried by a test, documented, and helps in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from camflix.cli.tree import COMMANDS, root
from tests.architecture.tree import ROOT
from tests.cli.test_every_command import TRIALS
from tests.cli.test_remote import TRIED_HERE


def leaves() -> list[str]:
    """Return every command that does something: ``rate``, ``users add``, …"""
    tree, paths = root(), []
    for name in COMMANDS:
        command = tree.get_command(typer.Context(tree), name)
        assert command is not None
        nested = list(command.commands) if isinstance(command, TyperGroup) else []
        paths += [f"{name} {inner}" for inner in nested] or [name]
    return paths


LEAVES = leaves()


def test_the_tree_is_the_one_these_tests_think_it_is() -> None:
    assert {"rate", "why", "import movielens", "import letterboxd", "users disable", "db upgrade"} <= set(LEAVES)


@pytest.mark.parametrize("command", [leaf for leaf in LEAVES if leaf != "tui"])  # tests/tui tries that one
def test_every_command_is_tried_with_and_without_json(command: str) -> None:
    assert command in {trial.command for trial in TRIALS} | TRIED_HERE


@pytest.mark.parametrize("command", LEAVES)
def test_every_command_is_documented(command: str) -> None:
    guides = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

    words = re.compile(rf"\b{command}\b")
    assert any(words.search(line) for guide in guides for line in guide.read_text().splitlines() if "camflix" in line)


@pytest.mark.parametrize("module", sorted({entry.module for entry in COMMANDS.values()}))
def test_every_command_has_its_own_module(module: str) -> None:
    assert (Path(ROOT) / "camflix" / "cli" / "commands" / f"{module}.py").is_file()


def test_what_commands_say_goes_where_it_is_made_plain() -> None:
    modules = (ROOT / "camflix" / "cli" / "commands").glob("*.py")
    assert {module.stem for module in modules if "typer.echo(" in module.read_text()} == {"export"}
