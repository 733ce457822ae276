"""Alembic's environment: run on a connection that the caller opened, against the metadata the caller gives."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import False_, True_


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write what a new migration must say otherwise than the database it is made on: SQLite knows no booleans."""
    default = getattr(item, "arg", None) if kind == "server_default" else None
    if isinstance(default, (False_, True_)):
        return "sa.true()" if isinstance(default, True_) else "sa.false()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_server_default=False,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
