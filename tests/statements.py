"""Statements compiled once for all tests of a process.

Each test opens an engine of its own, as each process of CamFlix does; an engine keeps what it compiled, and every test
would compile the same statements again: a fifth of the time of those that use a database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

if TYPE_CHECKING:
    from sqlalchemy import Connection


def share_compiled_statements() -> None:
    """Let all engines of this process keep what they compile in one place.

    A statement is found there by its dialect, too; those of our tests differ in nothing but the engine.
    """
    compiled: dict[Any, Any] = {}
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)
