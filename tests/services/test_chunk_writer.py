"""Chunks written while the next is read: in order, nothing lost, no failure passed over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from camflix.services.chunk_writer import ChunkWriter

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.services.world import World

_NUMBERS = "CREATE TEMPORARY TABLE numbers (position INTEGER, n INTEGER)"


def _write(session: Session, n: int) -> None:
    position = session.scalar(text("SELECT count(*) FROM numbers"))
    session.execute(text("INSERT INTO numbers VALUES (:position, :n)"), {"position": position, "n": n})


def test_chunks_are_written_in_the_order_in_which_they_were_handed_over(world: World) -> None:
    with world.camflix.transaction(writes=True) as services, ChunkWriter(services.users._session) as chunks:
        session = services.users._session
        session.execute(text(_NUMBERS))
        for n in range(5):
            chunks.write(lambda n=n: _write(session, n))  # type: ignore[misc]
        chunks.wait()
        written = session.execute(text("SELECT position, n FROM numbers ORDER BY position")).all()
        session.execute(text("DROP TABLE numbers"))
    assert written == [(n, n) for n in range(5)]


def test_what_a_chunk_fails_with_is_raised_where_the_next_is_handed_over_or_waited_for(world: World) -> None:
    def fail() -> None:
        msg = "the cable was pulled"
        raise OSError(msg)

    written: list[int] = []
    with world.camflix.transaction(writes=True) as services, ChunkWriter(services.users._session) as chunks:

        def hand_over_and_wait() -> None:
            chunks.write(fail)
            chunks.write(lambda: written.append(1))

        with pytest.raises(OSError, match="cable"):
            hand_over_and_wait()
        chunks.wait()
    assert written == []


def test_without_a_session_a_chunk_is_written_on_return() -> None:
    written: list[int] = []
    chunks = ChunkWriter(None)
    chunks.write(lambda: written.append(1))
    assert written == [1]


def test_python_changes_threads_as_before_when_it_ends(world: World) -> None:
    before = sys.getswitchinterval()
    with world.camflix.transaction(writes=True) as services, ChunkWriter(services.users._session):
        pass
    assert sys.getswitchinterval() == before
