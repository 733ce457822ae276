"""Small files, small functions, names that say something: design.md, section 4, rule 10."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import PACKAGE, ROOT, functions, source_files

UNDECIDED = {"core", "utils", "util", "helpers", "helper", "common", "misc", "managers", "manager", "base_classes"}


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in source_files()}

    assert {file: n for file, n in lengths.items() if n > 400} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    assert {place: n for place, n in functions() if n > 50} == {}


@pytest.mark.parametrize(("n_lines", "share"), [(8, 0.5), (25, 0.9)])
def test_most_functions_are_short(n_lines: int, share: float) -> None:
    lengths = [n for _place, n in functions()]

    assert sum(n <= n_lines for n in lengths) >= share * len(lengths)


def test_no_module_bears_a_name_that_stands_for_not_having_decided() -> None:
    names = {part for file in source_files() for part in file.relative_to(PACKAGE).with_suffix("").parts}

    assert names & UNDECIDED == set()


def test_every_document_that_the_source_refers_to_is_there() -> None:
    files = [*source_files(), ROOT / "Makefile", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    mentioned = {path for file in files for path in re.findall(r"\bdocs/[\w/.-]+\.md", file.read_text())}

    assert {path for path in mentioned if not (ROOT / path).is_file()} == set()
