from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidFileError
from camflix.importers.archives import open_source
from camflix.importers.rows import Problem
from camflix.importers.tables import Table, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.importers.tables import Record


def table(folder: Path) -> Table:
    return Table.with_header(open_source(folder), "t.csv")


def records(folder: Path, max_lines: int = 1) -> list[Record]:
    return list(table(folder).records(max_lines=max_lines))


def rows(found: list[Record]) -> list[tuple[int, list[str]]]:
    return [record for record in found if not isinstance(record, Problem)]


def problem_lines(found: list[Record]) -> list[int]:
    return [record.line for record in found if isinstance(record, Problem)]


def test_rows_come_with_their_lines_and_blank_lines_are_no_rows(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(t_csv="a,b\r\n1,2\r\n\r\n3,4")
    assert records(folder) == [(2, ["1", "2"]), (4, ["3", "4"])]


def test_a_header_alone_is_no_rows_and_no_error(write_folder: Callable[..., Path]) -> None:
    assert records(write_folder(t_csv="a,b\n")) == []


@pytest.mark.parametrize("content", ["", "\n", "   \n1,2\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_header_line_is_empty(content: str | bytes, write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match=r"t\.csv is empty"):
        table(write_folder(t_csv=content))


def test_a_missing_column_is_named_with_the_columns_found(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError) as caught:
        table(write_folder(t_csv="a,b\n")).positions("b", "rating", "when")
    assert str(caught.value).endswith("t.csv has no column rating, when; its columns are a, b.")


def test_columns_are_found_in_any_order_and_case(write_folder: Callable[..., Path]) -> None:
    assert table(write_folder(t_csv='Rating, userid ,"Movie, Id"\n')).positions("userId", "rating", "movie, id") == (
        1,
        0,
        2,
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_the_separators_of_french_spreadsheets_are_recognised(
    separator: str, write_folder: Callable[..., Path]
) -> None:
    assert records(write_folder(t_csv=f"a{separator}b\n1,5{separator}2\n")) == [(2, ["1,5", "2"])]


def test_a_row_with_too_few_or_too_many_fields_is_a_problem_of_its_line(write_folder: Callable[..., Path]) -> None:
    found = records(write_folder(t_csv='a,b\n1\n1,2\n1,2,3\n"1",2,"3"\n'))
    assert rows(found) == [(3, ["1", "2"])]
    assert problem_lines(found) == [2, 4, 5]
    problem = found[0]
    assert isinstance(problem, Problem)
    assert problem.file == "t.csv"
    assert problem.message.format(**problem.values).startswith("1 columns where 2 are needed")
    assert problem.raw == ("1",)


def test_quoted_fields_may_hold_separators_quotes_and_line_breaks(write_folder: Callable[..., Path]) -> None:
    found = records(write_folder(t_csv='a,b\n"x, ""y""",2\n"two\nlines",3\n4,5\n'), max_lines=5)
    assert found == [(2, ['x, "y"', "2"]), (3, ["two\nlines", "3"]), (5, ["4", "5"])]


def test_an_unclosed_quote_costs_its_own_line_only(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(t_csv='a,b\n"1,2\n3,4\n"5, 6",7\n8,"9\n')
    for max_lines in (1, 2, 3, 10):
        found = records(folder, max_lines)
        assert rows(found) == [(3, ["3", "4"]), (4, ["5, 6", "7"])]
        assert problem_lines(found) == [2, 5]


def test_a_quote_closed_by_a_stray_one_further_down_swallows_nothing(write_folder: Callable[..., Path]) -> None:
    found = records(write_folder(t_csv='a,b\n"1,2\n3,4\n5",6,7\n8,9\n'), max_lines=10)
    assert rows(found) == [(3, ["3", "4"]), (5, ["8", "9"])]
    assert problem_lines(found) == [2, 4]


def test_a_quote_in_the_middle_of_a_plain_field_is_a_character(write_folder: Callable[..., Path]) -> None:
    assert records(write_folder(t_csv='a,b\n5" gun,2\n')) == [(2, ['5" gun', "2"])]


def test_text_behind_a_closing_quote_is_a_problem(write_folder: Callable[..., Path]) -> None:
    assert problem_lines(records(write_folder(t_csv='a,b\n"5"x,2\n'))) == [2]


def test_a_field_of_absurd_length_is_a_problem_not_a_crash(write_folder: Callable[..., Path]) -> None:
    assert problem_lines(records(write_folder(t_csv=f'a,b\n"{"x" * 200_000}",2\n1,2\n'))) == [2]


FIELD = st.text(st.sampled_from('ab1 ,;"\n'), max_size=5)


@given(st.lists(st.tuples(FIELD, FIELD), max_size=8))
def test_whatever_csv_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "t.csv"
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *written])
    path.write_bytes(out.getvalue().encode())
    read = Table.with_header(open_source(path), "t.csv").records(max_lines=20)
    assert [tuple(record[1]) for record in read if not isinstance(record, Problem)] == written


@pytest.mark.long
@given(st.lists(st.text(st.sampled_from('ab,"'), min_size=1, max_size=6), max_size=12))
def test_each_line_that_is_not_blank_ends_in_a_row_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "t.csv"
    path.write_text("\n".join(["a,b", *lines]))
    told = {line for line, _ in rows(records(path.parent))} | set(problem_lines(records(path.parent)))
    assert told == set(range(2, len(lines) + 2))


def test_a_field_is_shown_short_and_without_control_characters() -> None:
    assert shown("4.5") == "4.5"
    assert shown("\x1b[31mred") == "\N{REPLACEMENT CHARACTER}[31mred"
    assert shown("x" * 41) == "x" * 40 + "…"
