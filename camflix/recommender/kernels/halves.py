"""Work of milliseconds in two halves: one on the thread that waits for it, one on a helper's.

Kernels release the interpreter's lock, so the two run at a time. A process has its helpers from the first time on.
"""

from __future__ import annotations

import os
from functools import cache
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def in_halves(work: Callable[[int, int], None], n: int, *, worth_it: bool) -> None:
    """Do ``work(0, n)``, in two halves where that is ``worth_it`` and there is a second processor.

    Args:
        work: does a part, from its first to before its last; parts don't touch what others touch.
        n: where the last part ends.
        worth_it: whether the work takes much longer than to wake a thread, some 50 microseconds.
    """
    if not worth_it or n_processors() == 1:
        work(0, n)
        return
    half = _Half(work, n // 2)
    _helpers().put(half)
    try:
        work(n // 2, n)
    finally:
        half.wait()


class _Half:
    """The helper's part of a work, from its first to before its ``end``; leaner than a Future."""

    def __init__(self, work: Callable[[int, int], None], end: int) -> None:
        self._work, self._end = work, end
        self._error: BaseException | None = None
        self._done = Lock()
        self._done.acquire()

    def do(self) -> None:
        try:
            self._work(0, self._end)
        except BaseException as error:  # noqa: BLE001  (it is raised where the work is waited for)
            self._error = error
        finally:
            self._done.release()

    def wait(self) -> None:
        self._done.acquire()
        if self._error is not None:
            raise self._error


@cache
def n_processors() -> int:
    """Return how many processors there are, asked once: Linux reads a file to answer, 25 microseconds."""
    return os.cpu_count() or 1


@cache
def _helpers() -> SimpleQueue[_Half]:
    """Return where halves are put for the helpers, who wait there for the life of the process."""
    halves: SimpleQueue[_Half] = SimpleQueue()
    for number in range(max(1, n_processors() - 1)):
        Thread(target=_help, args=(halves,), name=f"camflix-kernels-{number}", daemon=True).start()
    return halves


def _help(halves: SimpleQueue[_Half]) -> None:
    while True:
        halves.get().do()


if hasattr(os, "register_at_fork"):
    # A forked process has none of the threads.
    os.register_at_fork(after_in_child=_helpers.cache_clear)
