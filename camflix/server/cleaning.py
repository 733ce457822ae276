"""Old sessions, tokens, codes and answers deleted once an hour: by one process of a host, however many serve."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

from camflix.errors import CamFlixError, StorageError
from camflix.services.file_lock import locked

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix

_LOG = logging.getLogger("camflix.server")
HOUR_SECONDS = 3600.0
TURN_SECONDS = 60.0
_FILE = "cleaning.lock"


class Cleaner:
    """Cleans up in a thread of its own, while no other process of this host does.

    Whoever holds the lock on a file of the cache folder cleans for as long as it lives; the next one that asks then
    takes over. Hosts that share a database do not meet here: what one has deleted the other does not find.

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
        self._thread = threading.Thread(target=self._work, name="camflix-cleaner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and let another process take over."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        file = self._camflix.settings.paths.cache / _FILE
        while not self._stopping.is_set():
            try:
                with locked(file) as is_my_turn:
                    if is_my_turn:
                        file.write_text(f"{os.getpid()}\n")
                        self._clean_until_stopped()
            except (OSError, StorageError):
                # Where no file can be locked everybody cleans: twice does no harm.
                self._clean_until_stopped()
            self._stopping.wait(self._turn_seconds)

    def _clean_until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                self._camflix.clean_up()
            except CamFlixError:
                _LOG.exception("old sessions and codes could not be deleted")
            self._stopping.wait(self._every_seconds)
