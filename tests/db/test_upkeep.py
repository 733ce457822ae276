"""PostgreSQL is asked to look through tables into which much was written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from camflix.db.upkeep import vacuum_after_much

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_only_tables_into_which_much_was_written_are_vacuumed(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in ("much", '"Some"', "unnamed"):
            connection.execute(text(f"CREATE TABLE {name} (number integer)"))
        for name, n in (("much", 500), ('"Some"', 20), ("unnamed", 500)):
            connection.execute(text(f"INSERT INTO {name} VALUES {', '.join('(1)' for _ in range(n))}"))
    # What was written is counted a moment after the commit.
    end = time.monotonic() + 30
    vacuumed: list[str] = []
    while not vacuumed and time.monotonic() < end and engine.dialect.name == "postgresql":
        vacuumed = vacuum_after_much(engine, ["much", "Some", "none"], 100)
        time.sleep(0.1)
    assert vacuumed == (["much"] if engine.dialect.name == "postgresql" else [])
    assert vacuum_after_much(engine, ["Some"], 1000) == []
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            known = connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'much'"))
        assert known == 500
