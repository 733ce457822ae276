"""Nobody learns from a server's work who has an account: the same is done whether an address is known or not."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from camflix.bootstrap import CamFlix
from camflix.mail import RecordingMailer
from camflix.server.app import create_server
from camflix.services.passwords import Passwords
from tests.passwords import CHEAP, PASSWORD
from tests.server.live import server_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.services.world import World


class CountingHasher(PasswordHasher):
    """Counts what is slow."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.done: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Count, then hash."""
        self.done.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - as the library calls it
        """Count, then verify."""
        self.done.append("verify")
        return super().verify(hash, password)


@contextmanager
def counting_statements(camflix: CamFlix) -> Iterator[list[str]]:
    """Yield the statements that this thread runs."""
    mine = threading.get_ident()
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.get_ident() == mine:
            statements.append(statement)

    event.listen(camflix._engine, "before_cursor_execute", count)
    yield statements
    event.remove(camflix._engine, "before_cursor_execute", count)


@pytest.mark.parametrize(
    ("path", "body", "field", "expected", "work"),
    [
        ("/api/session/", {"password": "wrong wrong wrong"}, "login", 401, ["verify"]),
        ("/api/login/", {"password": "wrong wrong wrong", "name": "laptop"}, "login", 401, ["verify"]),
        ("/api/account/", {"username": "{new}", "password": PASSWORD}, "email", 202, ["hash"]),
        ("/api/account/password/forgotten/", {}, "email", 202, []),
    ],
    ids=["sign in", "log in", "sign up", "forgotten"],
)
def test_the_same_work_is_done_whether_an_address_is_known_or_not(
    settings: Settings,
    clock: Clock,
    world: World,
    path: str,
    body: dict[str, str],
    field: str,
    expected: int,
    work: list[str],
) -> None:
    world.user("zoe", email="zoe@example.org", password_hash=CHEAP.hash(PASSWORD))
    hasher = CountingHasher()
    wanted = server_settings(settings)
    camflix = CamFlix(wanted, "fr", clock, mailer=RecordingMailer(), passwords=Passwords(hasher))
    server = create_server(wanted, camflix)
    http = server.app.test_client(use_cookies=False)
    # The first answer of a process makes what the next ones find made.
    http.post(path, json={name: text.format(new="first") for name, text in body.items()} | {field: "first@example.org"})
    camflix.postman.wait()
    seen = []
    for number, address in enumerate(("zoe@example.org", "nobody@example.org", "Zoe@Example.org")):
        hasher.done.clear()
        given = {name: text.format(new=f"new{number}") for name, text in body.items()}
        with counting_statements(camflix) as statements:
            answer = http.post(path, json={**given, field: address})
        camflix.postman.wait()
        assert answer.status_code == expected
        problem = answer.json or {}
        problem.pop("request_id", None)
        seen.append((list(hasher.done), statements, problem))
    assert seen[0][0] == work
    assert seen[0] == seen[1] == seen[2]
    server.close()
