"""The model kept fresh while requests go on: the first one waits for a model, later ones are served by the last."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from camflix.errors import CamFlixError

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix

_LOG = logging.getLogger("camflix.server")
CHECK_SECONDS = 30.0
_LAST_SECONDS = 30.0


class Freshness:
    """Refits in a thread of its own when the model has grown old.

    Args:
        camflix: whose model.
        check_seconds: how long a look at its age is good.
    """

    def __init__(self, camflix: CamFlix, check_seconds: float = CHECK_SECONDS) -> None:
        self._camflix = camflix
        self._check_seconds = check_seconds
        self._lock = threading.Lock()
        self._has_model = False
        self._next_check = 0.0
        self._refitting: threading.Thread | None = None

    def ensure(self) -> None:
        """Make sure that there is a model; begin to make a newer one when it is time."""
        if self._has_model and time.monotonic() < self._next_check:
            return
        with self._lock:
            if not self._has_model:
                self._camflix.ensure_engine()
                self._has_model = True
            if time.monotonic() < self._next_check or (self._refitting and self._refitting.is_alive()):
                return
            self._next_check = time.monotonic() + self._check_seconds
            self._refitting = threading.Thread(target=self._refit, name="camflix-refit", daemon=True)
            self._refitting.start()

    def close(self) -> None:
        """Wait for a refit that is going on; one that takes too long is cut off, and nothing of it stored."""
        if self._refitting is not None:
            self._refitting.join(_LAST_SECONDS)

    def _refit(self) -> None:
        try:
            self._camflix.refresh_engine(wait=True)
        except CamFlixError:
            _LOG.exception("the model could not be refitted; the last one goes on serving")
