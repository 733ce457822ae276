"""Whole-number columns of large results as numpy arrays, without a Python object for each value."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Select

_BLOCK = 50_000
_PACKED_BYTES = 500_000
_HEAD = 19
_FIELD_COUNT = Struct("!h").size
_LENGTH = Struct("!i")
_SEND = {"SMALLINT": ("int2send", ">i2"), "INTEGER": ("int4send", ">i4"), "BIGINT": ("int8send", ">i8")}


def read_columns(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the rows of a query by its first column, then its second, some at a time, as arrays ``[n]``.

    Memory depends on the longest run of rows with one first value, not on the number of rows. PostgreSQL packs each
    run into one row and sends it by COPY in its binary format (PostgreSQL manual, COPY, "Binary Format"): a row by
    itself costs more than its values.

    Args:
        connection: in a transaction.
        query: selects two or more columns of SMALLINT, INTEGER or BIGINT, none of them nullable, without parameters of
            its own and without an order; no two rows have the same first two values.
    """
    if connection.dialect.name == "postgresql":
        yield from _packed(connection, query)
        return
    ordered = query.order_by(*query.selected_columns[:2])
    for rows in connection.execute(ordered.execution_options(yield_per=_BLOCK)).partitions():
        yield tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))


def _packed(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    sends, types = zip(*(_SEND[str(column.type)] for column in query.selected_columns), strict=True)
    names = [f"column_{place}" for place in range(len(sends))]
    packed = [
        f"string_agg({send}({name}), ''::bytea ORDER BY {names[1]})" for send, name in zip(sends, names, strict=True)
    ]
    statement = (
        f"COPY (SELECT {', '.join(packed)} FROM ({compiled}) AS found ({', '.join(names)}) "  # noqa: S608 - our names
        f"GROUP BY {names[0]} ORDER BY {names[0]}) TO STDOUT (FORMAT BINARY)"
    )
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        # The head comes with the first row, or with the trailer where there is none; each row by itself.
        runs = [_fields(memoryview(copy.read())[_HEAD:], len(names))]
        n_bytes = 0
        for row in copy:
            n_bytes += len(row)
            if n_bytes > _PACKED_BYTES:
                yield _columns(runs, types)
                runs, n_bytes = [], 0
            runs.append(_fields(memoryview(row), len(names)))
    if any(runs):
        yield _columns(runs, types)


def _fields(row: memoryview, n_fields: int) -> list[memoryview]:
    """Return the values of one row, each after its length; none of the trailer, which is no row."""
    place, fields = _FIELD_COUNT, []
    for _ in range(n_fields if len(row) > _FIELD_COUNT else 0):
        (length,) = _LENGTH.unpack_from(row, place)
        place += _LENGTH.size
        fields.append(row[place : place + length])
        place += length
    return fields


def _columns(runs: Sequence[Sequence[memoryview]], types: Sequence[str]) -> tuple[np.ndarray, ...]:
    """Return the values of runs one after the other, native integers."""
    columns = zip(*(run for run in runs if run), strict=True)
    return tuple(
        np.frombuffer(b"".join(column), dtype=type_).astype(np.int64)
        for column, type_ in zip(columns, types, strict=True)
    )
