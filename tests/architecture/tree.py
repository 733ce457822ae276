"""The package as its source text, for tests that hold the house rules against it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "camflix"
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_MIGRATIONS = PACKAGE / "db" / "migrations" / "versions"


def source_files(folder: Path = PACKAGE) -> list[Path]:
    """Return the Python files under a folder, less the migrations, which record what was."""
    return sorted(file for file in folder.rglob("*.py") if _MIGRATIONS not in file.parents)


@cache
def parsed(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def functions() -> Iterator[tuple[str, int]]:
    """Yield the place of every function and method, and how many lines it has, docstring and all."""
    for file in source_files():
        for node in ast.walk(parsed(file)):
            if isinstance(node, Function):
                assert node.end_lineno is not None
                yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def classes(folder: Path) -> Iterator[tuple[Path, ast.ClassDef]]:
    """Yield the classes at the top of the files under a folder."""
    for file in source_files(folder):
        for node in parsed(file).body:
            if isinstance(node, ast.ClassDef):
                yield file, node


def methods(node: ast.ClassDef) -> Iterator[Function]:
    """Yield the methods of a class."""
    return (child for child in node.body if isinstance(child, Function))


def names_in(node: ast.AST | None) -> set[str]:
    """Return every name and attribute that a piece of source mentions."""
    nodes = list(ast.walk(node)) if node is not None else []
    names = {child.id for child in nodes if isinstance(child, ast.Name)}
    return names | {child.attr for child in nodes if isinstance(child, ast.Attribute)}


def imported_from(file: Path, package: str) -> set[str]:
    """Return the names that a file imports from a package or its modules."""
    return {
        alias.asname or alias.name
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}.")
        for alias in node.names
    }
