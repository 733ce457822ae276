"""Rows by many ids at once, in one parameter: databases take only so many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, bindparam, column, func, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column_: InstrumentedAttribute[int] | ColumnElement[int], ids: Sequence[int]) -> Any:
    """Return the condition that a column holds one of these ids, however many they are."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY  # noqa: PLC0415 - 25 ms, not for SQLite

        return column_ == func.any(bindparam(None, list(ids), type_=ARRAY(Integer)))
    values = func.json_each(json.dumps(list(ids))).table_valued("value")
    return column_.in_(select(column("value")).select_from(values))
