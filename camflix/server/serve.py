"""``camflix serve``: the application behind waitress, cleaned up once an hour."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from waitress.server import create_server as create_waitress

from camflix.errors import CamFlixError, StorageError, Word
from camflix.server.app import MAX_BODY_BYTES, create_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.settings import Settings

_HOUR_SECONDS = 3600.0
_IDLE_SECONDS = 60
_MOST_CONNECTIONS = 500
_LOG = logging.getLogger("camflix.server")


def serve(settings: Settings, host: str, port: int, threads: int, announce: Callable[[int], None]) -> None:
    """Serve until interrupted.

    Args:
        settings: of the server.
        host: the address to listen on.
        port: the port; 0 for any that is free.
        threads: how many requests are answered at once.
        announce: told the port as soon as it listens.

    Raises:
        SettingsError: a setting without which the server would not be safe.
        StorageError: the port is taken, or may not be listened on.
    """
    server = create_server(settings)
    try:
        with server.camflix.transaction(writes=False):
            pass  # a database of another version is refused now, not at the first request
        try:
            listening = create_waitress(
                server.app,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                connection_limit=_MOST_CONNECTIONS,
                channel_timeout=_IDLE_SECONDS,
                max_request_body_size=MAX_BODY_BYTES,
                # Without trusted proxies nobody reads these headers; with them, ProxyFix does.
                clear_untrusted_proxy_headers=not settings.trusted_proxies,
            )
        except OSError as error:
            raise StorageError(
                "{host}:{port} cannot be listened on: {reason}.",
                hint="Choose another with --host and --port.",
                host=host,
                port=port,
                reason=Word(error.strerror or error),
            ) from error
        announce(int(listening.effective_port))
        stop = threading.Event()
        cleaner = threading.Thread(target=_clean_hourly, args=(server.camflix, stop), daemon=True)
        cleaner.start()
        try:
            listening.run()
        finally:
            stop.set()
            listening.close()
            cleaner.join()
    finally:
        server.close()


def _clean_hourly(camflix: object, stop: threading.Event) -> None:
    while True:
        try:
            camflix.clean_up()  # type: ignore[attr-defined]
        except CamFlixError:
            _LOG.exception("old sessions and codes could not be deleted")
        if stop.wait(_HOUR_SECONDS):
            return
