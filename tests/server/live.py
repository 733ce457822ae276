"""A server that listens, in a thread of the test's own; passwords cost little there."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from camflix.bootstrap import CamFlix
from camflix.client.login import Login
from camflix.client.remote import RemoteClient
from camflix.mail import RecordingMailer
from camflix.server.app import Server, create_server
from camflix.server.listener import Listener
from tests.passwords import CHEAP, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camflix.settings import Settings

KEY = "0123456789abcdef" * 4


def server_settings(settings: Settings, **changes: Any) -> Settings:
    """Return the settings of a server for tests: no limits, no HTTPS, unless said."""
    base: dict[str, Any] = {"secret_key": KEY, "https_only": False, "rate_limit": "", "rate_limit_anonymous": ""}
    return replace(settings, **(base | changes))


@dataclass
class LiveServer:
    """A server, where it listens, the mail it sent, and ways to speak to it."""

    url: str
    server: Server
    mailer: RecordingMailer
    state: Path
    clock: Any

    def token(self, username: str, scope: str = "admin") -> str:
        """Return a new token of a user."""
        with self.server.camflix.transaction(writes=True) as services:
            user_id = services.users.id_of(username)
            return services.tokens.create(user_id, "test", scope, 30).secret  # type: ignore[arg-type]

    def login(self, username: str, scope: str = "admin") -> Login:
        """Return the login of a user."""
        return Login(self.url, username, self.token(username, scope))

    def client(self, username: str, scope: str = "admin", **options: Any) -> RemoteClient:
        """Return a client of a user; the test closes it."""
        options.setdefault("pauses", (0.01, 0.02))
        return RemoteClient(self.login(username, scope), self.state, **options)

    def set_password(self, username: str, password: str = PASSWORD) -> None:
        """Let a user sign in with a password."""
        with self.server.camflix.transaction(writes=True) as services:
            services.accounts.set_password(username, CHEAP.hash(password))


@contextmanager
def live_server(settings: Settings, clock: Any, state: Path, **changes: Any) -> Iterator[LiveServer]:
    """Open a CamFlix of its own over the settings and let it listen."""
    mailer = RecordingMailer()
    wanted = server_settings(settings, **changes)
    server = create_server(wanted, CamFlix(wanted, "fr", clock, mailer=mailer, passwords=CHEAP))
    listener = Listener(server.app, "127.0.0.1", 0, threads=4)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        yield LiveServer(f"http://127.0.0.1:{listener.port}", server, mailer, state, clock)
    finally:
        listener.stop()
        thread.join()
        server.close()
