"""Whole-number columns of large results as numpy arrays, without a Python object for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Select

_BLOCK = 50_000
_HEAD = 19
_SIZES = {"SMALLINT": 2, "INTEGER": 4, "BIGINT": 8}


def read_columns(connection: Connection, query: Select[*tuple[int, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the rows of a query in their order, a block at a time, as one integer array ``[n]`` a column.

    Memory does not depend on the number of rows. PostgreSQL sends them by COPY in its binary format (PostgreSQL manual,
    COPY, "Binary Format"), whose rows are all of one width as long as no value is null.

    Args:
        connection: in a transaction.
        query: selects columns of SMALLINT, INTEGER or BIGINT, none of them nullable, without parameters of its own.
    """
    if connection.dialect.name == "postgresql":
        yield from _copied(connection, query)
        return
    for rows in connection.execute(query.execution_options(yield_per=_BLOCK)).partitions():
        yield tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))


def _copied(connection: Connection, query: Select[*tuple[int, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
    row = _row_type(query)
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT (FORMAT BINARY)") as copy:
        # The head comes with the first row, or with the trailer where there is none; each row by itself.
        parts = [bytes(copy.read())[_HEAD:]]
        for part in copy:
            if len(parts) == _BLOCK:
                yield _columns(parts, row)
                parts = []
            parts.append(part)
        if block := _columns(parts, row):
            yield block


def _row_type(query: Select[*tuple[int, ...]]) -> np.dtype[np.void]:
    """Return how a row lies in memory: the number of its fields, then each field's length and value, big-endian."""
    fields = [("n_fields", ">i2")]
    for place, column in enumerate(query.selected_columns):
        fields += [(f"length_{place}", ">i4"), (f"value_{place}", f">i{_SIZES[str(column.type)]}")]
    return np.dtype(fields)


def _columns(parts: list[bytes], row: np.dtype[np.void]) -> tuple[np.ndarray, ...]:
    """Return the values of the whole rows, native integers; nothing where there are none (the trailer is no row)."""
    data = b"".join(parts)
    rows = np.frombuffer(data, dtype=row, count=len(data) // row.itemsize)
    names = [name for name in row.names or () if name.startswith("value")]
    return tuple(rows[name].astype(np.int64) for name in names) if len(rows) else ()
