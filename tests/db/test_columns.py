"""Whole-number columns of a result: the arrays hold what the rows hold, in their order, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Table, insert, select

from camflix.db import columns
from camflix.db.columns import read_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

NUMBERS = Table(
    "numbers",
    MetaData(),
    Column("small", SmallInteger, nullable=False),
    Column("whole", Integer, nullable=False),
    Column("big", BigInteger, nullable=False),
)
# Minus ones are all bits set, as what ends PostgreSQL's answer is.
ROWS: list[tuple[int, ...]] = [
    (-1, -1, -1),
    (0, 0, 0),
    (100, 7, 2**40),
    (-(2**15), -(2**31), -(2**63)),
    (2**15 - 1, 2**31 - 1, 2**63 - 1),
]


def read(engine: Engine, rows: Sequence[tuple[int, ...]], least: int = -(2**31)) -> list[tuple[np.ndarray, ...]]:
    with engine.begin() as connection:
        NUMBERS.create(connection)
        if rows:
            connection.execute(insert(NUMBERS), [dict(zip(NUMBERS.c.keys(), row, strict=True)) for row in rows])
    with engine.connect() as connection:
        query = select(NUMBERS.c.small, NUMBERS.c.whole, NUMBERS.c.big).where(NUMBERS.c.whole >= least)
        return list(read_columns(connection, query))


def as_rows(blocks: list[tuple[np.ndarray, ...]]) -> list[tuple[int, ...]]:
    return [row for block in blocks for row in zip(*(column.tolist() for column in block), strict=True)]


@pytest.mark.parametrize("n_rows", range(len(ROWS) + 1))
@pytest.mark.parametrize("block", [1, 30, 50_000])
def test_the_arrays_hold_what_the_rows_hold(
    engine: Engine, n_rows: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_BLOCK", block)
    monkeypatch.setattr(columns, "_PACKED_BYTES", block)
    blocks = read(engine, ROWS[:n_rows])
    assert as_rows(blocks) == sorted(ROWS[:n_rows])
    assert all(column.dtype == np.int64 for block_ in blocks for column in block_)
    assert all(len(block_[0]) for block_ in blocks)
    if block == 1:
        assert len(blocks) == n_rows


@pytest.mark.parametrize("block", [1, 100, 50_000])
def test_rows_come_by_their_first_column_then_by_their_second(
    engine: Engine, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_BLOCK", block)
    monkeypatch.setattr(columns, "_PACKED_BYTES", block)
    rows = [(key, (key * number * 7919) % 211 - 100, number) for number in range(200) for key in (3, -2, 9)]
    found = as_rows(read(engine, rows))
    assert [row[:2] for row in found] == sorted(row[:2] for row in rows)
    assert sorted(found) == sorted(rows)


def test_only_the_rows_asked_for_come(engine: Engine) -> None:
    (block,) = read(engine, ROWS, least=0)
    assert block[1].tolist() == [0, 7, 2**31 - 1]
