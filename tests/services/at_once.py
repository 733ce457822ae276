"""Two writes at one moment: on PostgreSQL both are under way, on SQLite the second waits for the first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.bootstrap import CamFlix
    from camflix.services.container import Services

_LEAD_SECONDS = 0.3
_WAIT_SECONDS = 20


def two_at_once(
    camflix: CamFlix, first: Callable[[Services], object], second: Callable[[Services], object]
) -> list[str]:
    """Do two writes, each in a transaction of its own; the second begins before the first is committed.

    Returns:
        What came of each: its error's name, or nothing.
    """
    outcomes = ["", ""]
    first_is_written, second_is_over = threading.Event(), threading.Event()

    def begin() -> None:
        with camflix.transaction(writes=True) as services:
            first(services)
            first_is_written.set()
            # Time for the second to find nothing of this one, and to wait for it.
            second_is_over.wait(_LEAD_SECONDS)

    def follow() -> None:
        first_is_written.wait(_WAIT_SECONDS)
        with camflix.transaction(writes=True) as services:
            second(services)

    def work(number: int, write: Callable[[], None]) -> None:
        try:
            write()
        except Exception as error:  # noqa: BLE001 - told to the test, whatever it is
            outcomes[number] = type(error).__name__
        (first_is_written, second_is_over)[number].set()

    threads = [threading.Thread(target=work, args=each) for each in enumerate((begin, follow))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_WAIT_SECONDS)
    return outcomes
