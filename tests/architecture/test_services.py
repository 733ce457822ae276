"""Services flush and never commit, are given their session, and answer with results: rules 2 and 3."""

from __future__ import annotations

import ast

import pytest

from camflix import models
from tests.architecture.tree import PACKAGE, ROOT, classes, imported_from, methods, names_in, parsed, source_files

SERVICES = PACKAGE / "services"
BELOW_BOOTSTRAP = ("services", "operations", "models", "recommender", "importers")
ENDS_A_TRANSACTION = {"commit", "rollback", "begin", "begin_nested", "connect"}
OPENS_A_SESSION = {"Session", "sessionmaker", "scoped_session", "create_engine", "open_engine"}
TABLES = {name for name in models.__all__ if issubclass(getattr(models, name), models.Base)}


def called_names(folder: str) -> dict[str, set[str]]:
    """Return what the files of a folder call, by file."""
    return {
        str(file.relative_to(ROOT)): {
            name
            for node in ast.walk(parsed(file))
            if isinstance(node, ast.Call)
            for name in names_in(node.func if isinstance(node.func, ast.Name) else None)
            | ({node.func.attr} if isinstance(node.func, ast.Attribute) else set())
        }
        for file in source_files(PACKAGE / folder)
    }


@pytest.mark.parametrize("folder", BELOW_BOOTSTRAP)
def test_nothing_under_bootstrap_ends_a_transaction_or_opens_a_session(folder: str) -> None:
    forbidden = ENDS_A_TRANSACTION | OPENS_A_SESSION

    assert {file: names & forbidden for file, names in called_names(folder).items() if names & forbidden} == {}


def test_only_bootstrap_opens_sessions() -> None:
    opening = {
        file for folder in ("", *BELOW_BOOTSTRAP) for file, names in called_names(folder).items() if "Session" in names
    }

    assert opening == {"camflix/bootstrap.py"}


def test_public_methods_of_services_say_what_they_return_and_it_is_no_row_of_a_table() -> None:
    untyped, leaking = [], []
    for file, node in classes(SERVICES):
        for method in methods(node) if node.name.endswith("Service") else ():
            place = f"{file.relative_to(ROOT)}:{method.lineno} {node.name}.{method.name}"
            if method.name.startswith("_"):
                continue
            if method.returns is None:
                untyped.append(place)
            tables = TABLES & imported_from(file, "camflix.models")
            if names_in(method.returns) & (tables | {"Row", "RowMapping", "Result", "ScalarResult"}):
                leaking.append(place)

    assert (untyped, leaking) == ([], [])


def test_there_is_one_service_a_file_and_it_has_a_docstring() -> None:
    by_file: dict[str, list[str]] = {}
    for file, node in classes(SERVICES):
        if node.name.endswith("Service"):
            by_file.setdefault(file.name, []).append(node.name)
            assert ast.get_docstring(node), node.name

    assert len(by_file) >= 8
    assert [names for names in by_file.values() if len(names) != 1] == []


def test_tables_hold_no_queries() -> None:
    for file in source_files(PACKAGE / "models"):
        assert not names_in(parsed(file)) & {"select", "Session", "insert", "update", "delete"}, file
