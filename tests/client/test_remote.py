"""The client of a server elsewhere, against a server that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.client.conformance import ClientConformance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camflix.client import Client
    from camflix.client.remote import RemoteClient
    from camflix.mail import Message
    from tests.server.live import LiveServer


class TestRemoteClient(ClientConformance):
    """It does what every client does; over SQLite: what PostgreSQL does otherwise, the client of this process shows."""

    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'camflix.db'}"

    @pytest.fixture
    def make_client(self, live: LiveServer) -> Iterator[Callable[[str], Client]]:
        opened: dict[str, RemoteClient] = {}

        def make(username: str) -> Client:
            if username not in opened:
                opened[username] = live.client(username)
            return opened[username]

        yield make
        for client in opened.values():
            client.close()

    @pytest.fixture
    def mailbox(self, live: LiveServer) -> Callable[[str], list[Message]]:
        def letters(address: str) -> list[Message]:
            live.server.camflix.postman.wait()
            return [message for message in live.mailer.sent if message.to == address]

        return letters
