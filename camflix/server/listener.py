"""An application listening on a port, by waitress; it can be stopped from another thread or by a signal."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask

from camflix import __version__
from camflix.errors import StorageError, Word
from camflix.i18n import current_language, speaking
from camflix.operations import OPERATIONS
from camflix.server.api.dispatch import MAX_FILE_BODY_BYTES
from camflix.server.api.problems import MEDIA_TYPE, unread_problem
from camflix.server.app import MAX_BODY_BYTES, asked_language

if TYPE_CHECKING:
    from flask import Flask

_IDLE_SECONDS = 60
_MOST_CONNECTIONS = 500
_LAST_REQUESTS_SECONDS = 10
_LAST_WORDS_TURNS = 20


_FILE_PATHS = frozenset(operation.path for operation in OPERATIONS.values() if operation.takes_file)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Takes large bodies only where files are taken, from those who say who they are."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers; what is allowed of the body is decided by them."""
        super().parse_header(header_plus)
        if self.path in _FILE_PATHS and ("AUTHORIZATION" in self.headers or "COOKIE" in self.headers):
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = MAX_FILE_BODY_BYTES


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Says what is wrong with a request that no application can be asked, in the words and form of all errors."""

    def execute(self) -> None:
        """Send it, and close the connection."""
        error = self.request.error
        asked = asked_language(getattr(self.request, "headers", {}).get("ACCEPT_LANGUAGE", ""))
        with speaking(asked or current_language()):
            body = unread_problem(error.code)
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", MEDIA_TYPE),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("CamFlix-Version", __version__),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    error_task_class = _ErrorTask


class Listener:
    """Listens from the moment it is made; answers while ``run`` runs.

    Args:
        app: the application.
        host: the address to listen on.
        port: the port; 0 for any that is free.
        threads: how many requests are answered at once.
        trusted_proxies: whether anyone may set the headers of proxies (ProxyFix then reads as many as are trusted).

    Raises:
        StorageError: the port is taken, or may not be listened on.
    """

    def __init__(self, app: Flask, host: str, port: int, *, threads: int = 8, trusted_proxies: bool = False) -> None:
        self._map: dict[int, Any] = {}
        self._stopping = threading.Event()
        # A signal handler stops it in the very thread that runs it.
        self._closing = threading.RLock()
        try:
            self._server = create_server(
                app,
                map=self._map,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                connection_limit=_MOST_CONNECTIONS,
                channel_timeout=_IDLE_SECONDS,
                max_request_body_size=MAX_BODY_BYTES,
                clear_untrusted_proxy_headers=not trusted_proxies,
            )
        except (OSError, ValueError) as error:
            raise StorageError(
                "{host}:{port} cannot be listened on: {reason}.",
                hint="Choose another with --host and --port.",
                host=host,
                port=port,
                reason=Word(getattr(error, "strerror", None) or error),
            ) from error
        for each in self._map.values():
            if hasattr(each, "channel_class"):
                each.channel_class = _Channel
        self._triggers = [each for each in self._map.values() if hasattr(each, "pull_trigger")]
        listening = getattr(self._server, "effective_listen", None) or [(host, self._server.effective_port)]
        self.port = int(listening[0][1])

    def run(self) -> None:
        """Answer requests until stopped; those that were begun are ended first."""
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._map, count=1)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=_LAST_REQUESTS_SECONDS)
        # What was answered last is sent, to who still reads.
        for _turn in range(_LAST_WORDS_TURNS):
            if not any(getattr(each, "total_outbufs_len", 0) for each in self._map.values()):
                break
            wasyncore.loop(timeout=0.1, use_poll=True, map=self._map, count=1)
        with self._closing:
            self._triggers = []
            wasyncore.close_all(self._map, ignore_all=True)

    def stop(self) -> None:
        """Let ``run`` end, from any thread or signal handler."""
        self._stopping.set()
        with self._closing:
            for trigger in self._triggers:
                trigger.pull_trigger()
