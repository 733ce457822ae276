"""Work of milliseconds in two halves: one on the thread that waits for it, one on a helper's.

Kernels release the interpreter's lock, so the two run at a time. A process has its helpers from the first time on.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
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
    helped = _helpers().submit(work, 0, n // 2)
    try:
        work(n // 2, n)
    finally:
        helped.result()


@cache
def n_processors() -> int:
    """Return how many processors there are, asked once: Linux reads a file to answer, 25 microseconds."""
    return os.cpu_count() or 1


@cache
def _helpers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, n_processors() - 1), thread_name_prefix="camflix-kernels")


if hasattr(os, "register_at_fork"):
    # A forked process has none of the threads.
    os.register_at_fork(after_in_child=_helpers.cache_clear)
