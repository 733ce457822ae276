"""Whole-number columns of a result: the arrays hold what the rows hold, in their order, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Table, insert, select

from camflix.db import columns
from camflix.db.columns import read_columns

if TYPE_CHECKING:
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


def read(engine: Engine, rows: list[tuple[int, ...]], least: int = -(2**31)) -> list[tuple[np.ndarray, ...]]:
    with engine.begin() as connection:
        NUMBERS.create(connection)
        if rows:
            connection.execute(insert(NUMBERS), [dict(zip(NUMBERS.c.keys(), row, strict=True)) for row in rows])
    with engine.connect() as connection:
        query = select(NUMBERS.c.small, NUMBERS.c.whole, NUMBERS.c.big).where(NUMBERS.c.whole >= least)
        return list(read_columns(connection, query.order_by(NUMBERS.c.big.desc())))


@pytest.mark.parametrize("n_rows", range(len(ROWS) + 1))
@pytest.mark.parametrize("block", [1, 2, 50_000])
def test_the_arrays_hold_what_the_rows_hold(
    engine: Engine, n_rows: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_BLOCK", block)
    blocks = read(engine, ROWS[:n_rows])
    rows = [row for block_ in blocks for row in zip(*(column.tolist() for column in block_), strict=True)]
    assert rows == sorted(ROWS[:n_rows], key=lambda row: -row[2])
    assert all(column.dtype == np.int64 for block_ in blocks for column in block_)
    assert all(0 < len(block_[0]) <= block for block_ in blocks)


def test_only_the_rows_asked_for_come(engine: Engine) -> None:
    (block,) = read(engine, ROWS, least=0)
    assert block[1].tolist() == [2**31 - 1, 7, 0]
