"""Letters written and sent one after another, by a thread of its own, after the commit that asked for them."""

from __future__ import annotations

import logging
import queue
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from camflix.mail import Mailer, Message
    from camflix.services.container import Services
    from camflix.services.letters import LetterRequest

_LOG = logging.getLogger("camflix.mail")
_PAUSES_SECONDS = (1.0, 5.0)
_MOST_WAITING = 1000


class OpensTransactions(Protocol):
    """What the postman needs of CamFlix."""

    def transaction(self, *, writes: bool) -> AbstractContextManager[Services]:
        """Open a transaction."""
        ...


class Postman:
    """Writes and sends letters. What it could not send is logged; whoever waits for a code asks for another.

    Args:
        camflix: whose letters.
        mailer: who sends.
        pauses: seconds before each further try.
    """

    def __init__(self, camflix: OpensTransactions, mailer: Mailer, pauses: Sequence[float] = _PAUSES_SECONDS) -> None:
        self._camflix = camflix
        self._mailer = mailer
        self._pauses = pauses
        self._letters: queue.Queue[LetterRequest | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="camflix-postman", daemon=True)
        self._thread.start()

    def post(self, letter: LetterRequest) -> None:
        """Take a letter to be written and sent."""
        try:
            self._letters.put_nowait(letter)
        except queue.Full:
            _LOG.warning("a letter (%s) was dropped: %d are waiting", letter.kind, _MOST_WAITING)

    def wait(self) -> None:
        """Wait until all that was posted is sent."""
        self._letters.join()

    def close(self) -> None:
        """Send what is left and stop."""
        self._letters.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (letter := self._letters.get()) is not None:
            try:
                self._deliver(letter)
            except Exception:  # noqa: BLE001 - whatever is wrong with one letter, the others must go out
                _LOG.exception("a letter (%s) could not be written or sent", letter.kind)
            finally:
                self._letters.task_done()
        self._letters.task_done()

    def _deliver(self, letter: LetterRequest) -> None:
        with self._camflix.transaction(writes=True) as services:
            message = services.letters.write(letter)
        if message is not None:
            self._send(message, letter.kind)

    def _send(self, message: Message, kind: str) -> None:
        for pause in (*self._pauses, None):
            try:
                self._mailer.send(message)
            except OSError as error:
                # The address is not logged.
                _LOG.warning("a letter (%s) could not be sent: %s", kind, type(error).__name__)
                if pause is None:
                    return
                time.sleep(pause)
            else:
                return
