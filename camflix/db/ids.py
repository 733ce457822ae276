"""Rows by many ids at once, in one parameter: databases take only so many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, column, func, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column_: InstrumentedAttribute[int] | ColumnElement[int], ids: Sequence[int]) -> Any:
    """Return the condition that a column holds one of these ids, however many they are."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY  # noqa: PLC0415 - 25 ms, not for SQLite

        return column_ == func.any(cast(bindparam(None, _as_array(ids), type_=String), ARRAY(Integer)))
    values = func.json_each(json.dumps(list(ids))).table_valued("value")
    return column_.in_(select(column("value")).select_from(values))


def is_among(connection: Connection, column_: str) -> str:
    """Return the same condition in SQL; its parameter ``ids`` is made by ``as_ids``."""
    if connection.dialect.name == "postgresql":
        return f"{column_} = ANY (CAST(:ids AS integer[]))"
    return f"{column_} IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - our names


def as_ids(connection: Connection, ids: Sequence[int]) -> str:
    """Return ids as the parameter that the condition takes."""
    return _as_array(ids) if connection.dialect.name == "postgresql" else json.dumps(list(ids))


def _as_array(ids: Sequence[int]) -> str:
    # As text: psycopg looks at each element of a list, four milliseconds for some thousands.
    return f"{{{','.join(map(str, ids))}}}"
