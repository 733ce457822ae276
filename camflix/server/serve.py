"""``camflix serve``: the application behind waitress, cleaned up once an hour."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

from camflix.server.app import create_server
from camflix.server.cleaning import Cleaner
from camflix.server.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.settings import Settings


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
    try:
        # A database that cannot be used is refused now, not at the first request.
        server.camflix.clean_up()
        proxied = bool(settings.trusted_proxies)
        listener = Listener(server.app, host, port, threads=threads, trusted_proxies=proxied)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: listener.stop())
        announce(listener.port)
        # What is here now stays: looking through all of it for garbage would hold requests up for tens of milliseconds.
        gc.collect()
        gc.freeze()
        cleaner = Cleaner(server.camflix)
        listener.run()
        cleaner.close()
    finally:
        server.close()
