"""A lock that the processes and threads of a host take by a file; the system gives it back however a process ends."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from camflix.errors import StorageError, Word

_PAUSE_SECONDS = 0.01

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(path: Path, *, patience: float = 0.0) -> Iterator[bool]:
    """Open a block in which nobody else has the lock; tell whether that is so.

    Windows has no such locks; there nobody is kept out.

    Args:
        path: the file; made when it is not there.
        patience: how many seconds to wait for somebody else to give it back.

    Raises:
        StorageError: the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(
            "The file {file} cannot be written: {reason}.",
            hint="Check the rights on its folder.",
            file=str(path),
            reason=Word(error.strerror or error),
        ) from error
    try:
        yield _taken_within(file, patience)
    finally:
        os.close(file)


def _taken_within(file: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (is_taken := _taken(file)) and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
    return is_taken


def _taken(file: int) -> bool:
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
