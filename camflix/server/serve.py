"""``camflix serve``: the application behind waitress, cleaned up once an hour."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from camflix.errors import CamFlixError
from camflix.server.app import create_server
from camflix.server.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.bootstrap import CamFlix
    from camflix.settings import Settings

_HOUR_SECONDS = 3600.0
_LOG = logging.getLogger("camflix.server")


def serve(settings: Settings, host: str, port: int, threads: int, announce: Callable[[int], None]) -> None:
    """Serve until a signal (Ctrl-C, SIGTERM) ends it.

    Args:
        settings: of the server.
        host: the address to listen on.
        port: the port; 0 for any that is free.
        threads: how many requests are answered at once.
        announce: told the port as soon as it listens.

    Raises:
        SettingsError: a setting without which the server would not be safe.
        StorageError: the port is taken, or may not be listened on; the database cannot be used.
        SchemaError: the database is of another version.
    """
    server = create_server(settings)
    stop = threading.Event()
    try:
        # A database that cannot be used is refused now, not at the first request.
        server.camflix.clean_up()
        proxied = bool(settings.trusted_proxies)
        listener = Listener(server.app, host, port, threads=threads, trusted_proxies=proxied)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: listener.stop())
        announce(listener.port)
        cleaner = threading.Thread(target=_clean_hourly, args=(server.camflix, stop), daemon=True)
        cleaner.start()
        listener.run()
        stop.set()
        cleaner.join()
    finally:
        server.close()


def _clean_hourly(camflix: CamFlix, stop: threading.Event) -> None:
    while not stop.wait(_HOUR_SECONDS):
        try:
            camflix.clean_up()
        except CamFlixError:
            _LOG.exception("old sessions and codes could not be deleted")
