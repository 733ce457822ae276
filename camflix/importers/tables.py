"""A text file of rows, cut into fields line by line; a row that cannot be cut is a problem and stops nothing."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from camflix.errors import InvalidFileError
from camflix.importers.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.importers.archives import Source

Record: TypeAlias = "tuple[int, list[str]] | Problem"
"""A row's first physical line, from 1, and its fields; or why it has none."""

_SHOWN_CHARACTERS = 40
_OTHER_SEPARATORS = (";", "\t")  # what spreadsheets put where the comma is the decimal sign


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a source, and how its lines are cut into fields.

    Attributes:
        separator: stands between fields; with a header, ``with_header`` finds out by itself.
        quotes: whether fields may stand in double quotes, as in CSV.
        columns: the names in the header line, () without a header.
    """

    source: Source
    name: str
    separator: str = ","
    encoding: str = "utf-8"
    quotes: bool = True
    columns: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How the file is named to people."""
        return self.source.place_of(self.name)

    @classmethod
    def with_header(cls, source: Source, name: str) -> Table:
        """Return a CSV file with its header read.

        Raises:
            InvalidFileError: the file is empty, or is no UTF-8 text.
        """
        table = cls(source, name)
        header = next(source.lines(name), "")
        if not header.strip():
            raise InvalidFileError(
                "{file} is empty.",
                hint="It should begin with a line of column names; export or download it again.",
                file=table.place,
            )
        separators = [char for char in _OTHER_SEPARATORS if char in header and "," not in header]
        separator = separators[0] if separators else ","
        columns = _cut(header, separator) or header.split(separator)
        return replace(table, separator=separator, columns=tuple(column.strip() for column in columns))

    def positions(self, *wanted: str) -> tuple[int, ...]:
        """Return the places of the wanted columns, in that order; case does not count.

        Raises:
            InvalidFileError: one is missing.
        """
        place_of = {column.casefold(): place for place, column in reversed(list(enumerate(self.columns)))}
        missing = [column for column in wanted if column.casefold() not in place_of]
        if missing:
            raise InvalidFileError(
                "{file} has no column {missing}; its columns are {found}.",
                hint="Check that it is the right file, with its line of column names.",
                file=self.place,
                missing=", ".join(missing),
                found=shown(", ".join(self.columns), 200),
            )
        return tuple(place_of[column.casefold()] for column in wanted)

    def records(self, *, n_columns: int | None = None, max_lines: int = 1) -> Iterator[Record]:
        """Yield the rows under the header; blank lines are no rows.

        Args:
            n_columns: how many fields each row must have; as many as the header, unless said.
            max_lines: how many physical lines a row with line breaks inside its quotes may take. A quote that is not
                closed by then is a problem of its line alone: reading goes on at the next one.
        """
        lines = self.source.lines(self.name, encoding=self.encoding)
        if self.columns:
            next(lines, None)
        return _records(lines, self, n_columns or len(self.columns), max_lines)


def shown(text: str, n_characters: int = _SHOWN_CHARACTERS) -> str:
    """Return a field as it can stand in a sentence on a terminal: short, without control characters."""
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:n_characters])
    return printable if len(text) <= n_characters else f"{printable}…"


def _records(lines: Iterator[str], table: Table, n_columns: int, max_lines: int) -> Iterator[Record]:
    separator, quotes = table.separator, table.quotes
    line = 1 if table.columns else 0
    ahead: deque[str] = deque()  # lines to be read again
    while (content := ahead.popleft() if ahead else next(lines, None)) is not None:
        line += 1
        if not quotes or '"' not in content:
            fields = content.rstrip("\r\n").split(separator)
            if len(fields) == n_columns:
                yield line, fields
            elif not content.isspace():
                yield _wrong_number_of_columns(table.name, line, fields, n_columns)
            continue
        taken, cut = _cut_quoted(content, ahead, lines, separator, max_lines)
        if cut is None or (len(cut) != n_columns and len(taken) > 1):
            ahead.extendleft(reversed(taken[1:]))
            yield _unclosed_quote(table.name, line, content)
        elif len(cut) == n_columns:
            yield line, cut
            line += len(taken) - 1
        else:
            yield _wrong_number_of_columns(table.name, line, cut, n_columns)


def _cut_quoted(
    content: str, ahead: deque[str], lines: Iterator[str], separator: str, max_lines: int
) -> tuple[list[str], list[str] | None]:
    """Return the lines that a row takes and its fields, None when its quotes don't come to a close."""
    taken = [content]
    fields = _cut(content, separator)
    while fields is None and len(taken) < max_lines:
        following = ahead.popleft() if ahead else next(lines, None)
        if following is None:
            break
        taken.append(following)
        if '"' in following:
            fields = _cut("".join(taken), separator)
    return taken, fields


def _cut(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _wrong_number_of_columns(file: str, line: int, fields: list[str], n_wanted: int) -> Problem:
    return Problem(
        file,
        line,
        message="{n_found} columns where {n_wanted} are needed; correct the line or take it out",
        values={"n_found": len(fields), "n_wanted": n_wanted},
        raw=tuple(fields),
    )


def _unclosed_quote(file: str, line: int, content: str) -> Problem:
    return Problem(
        file,
        line,
        message="a double quote is not closed, or stands in the wrong place; correct the line or take it out",
        raw=(content.rstrip("\r\n"),),
    )
