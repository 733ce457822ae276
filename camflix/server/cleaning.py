"""Old sessions, tokens, codes and answers deleted once an hour: by one process of a host, however many serve."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from camflix.errors import CamFlixError

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix

_LOG = logging.getLogger("camflix.server")
HOUR_SECONDS = 3600.0
TURN_SECONDS = 60.0
_FILE = "cleaning.lock"


class Cleaner:
    """Cleans up in a thread of its own, while no other process of this host does.

    Whoever holds the lock on a file of the cache folder cleans for as long as it lives; the system gives the lock back
    however the process ends, and the next one that asks takes over. Hosts that share a database do not meet here: what
    one has deleted the other does not find.

    Args:
        camflix: whose database.
        every_seconds: between two times.
        turn_seconds: how often a process asks whether it is its turn.
    """

    def __init__(
        self, camflix: CamFlix, every_seconds: float = HOUR_SECONDS, turn_seconds: float = TURN_SECONDS
    ) -> None:
        self._camflix = camflix
        self._every_seconds = every_seconds
        self._turn_seconds = turn_seconds
        self._stopping = threading.Event()
        self._lock: int | None = None
        self._thread = threading.Thread(target=self._work, name="camflix-cleaner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and let another process take over."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._has_turn():
            if self._stopping.wait(self._turn_seconds):
                return
        try:
            self._clean()
            while not self._stopping.wait(self._every_seconds):
                self._clean()
        finally:
            if self._lock is not None:
                os.close(self._lock)

    def _has_turn(self) -> bool:
        """Return whether this process holds the lock from now on; where none can be held everyone cleans."""
        try:
            import fcntl  # noqa: PLC0415 - not on Windows, where nothing forks
        except ImportError:
            return True
        folder = self._camflix.settings.paths.cache
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError:
            os.close(file)
            return True
        with suppress(OSError):
            os.truncate(file, 0)
            os.write(file, f"{os.getpid()}\n".encode())
        self._lock = file
        return True

    def _clean(self) -> None:
        try:
            n_deleted = self._camflix.clean_up()
        except CamFlixError:
            _LOG.exception("old sessions and codes could not be deleted")
        else:
            _LOG.info("%d old sessions, tokens, codes and answers deleted", n_deleted)
