"""Chunks written by another thread while the next one is read."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from sqlalchemy.orm import Session

_SWITCH_SECONDS = 0.0005


class ChunkWriter:
    """Writes one chunk at a time, in their order.

    A PostgreSQL server takes as long for a chunk as reading the next one takes: a thread waits for it meanwhile. The
    session is that thread's from ``write`` until ``wait``; nobody else may use it.

    Args:
        session: what the chunks are written to; without one, ``write`` returns when its chunk is written.
    """

    def __init__(self, session: Session | None) -> None:
        is_behind = session is not None and session.get_bind().dialect.name == "postgresql"
        self._thread = ThreadPoolExecutor(1, "chunk-writer") if is_behind else None
        self._writing: Future[None] | None = None
        self._switch_seconds = 0.0

    def __enter__(self) -> Self:
        """Return itself."""
        if self._thread is not None:
            # Whoever reads never pauses by itself: at Python's 5 ms the writer waits that long after each answer of the
            # server's, and the server with it.
            self._switch_seconds = sys.getswitchinterval()
            sys.setswitchinterval(_SWITCH_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread, once what it is at is done: the session is the caller's again."""
        if self._thread is not None:
            self._thread.shutdown()
            sys.setswitchinterval(self._switch_seconds)

    def write(self, chunk: Callable[[], None]) -> None:
        """Begin to write a chunk as soon as the one before is written.

        Raises:
            Exception: whatever that one ended with.
        """
        self.wait()
        if self._thread is None:
            chunk()
        else:
            self._writing = self._thread.submit(chunk)

    def wait(self) -> None:
        """Return when all is written.

        Raises:
            Exception: whatever the last chunk ended with.
        """
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()
