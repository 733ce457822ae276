"""A real PostgreSQL for the tests, started once a run and shared by its processes.

CAMFLIX_TEST_PG_URL names a server to use instead (databases are made and dropped there). Otherwise the newest
installed server binaries run on a temporary folder, as the user ``postgres`` when the tests run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_START_SECONDS = 30


class NoPostgresError(RuntimeError):
    """No server and no binaries."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the URL of a server's ``postgres`` database; the server ends with the block."""
    url = os.environ.get("CAMFLIX_TEST_PG_URL")
    if url:
        yield url
        return
    with own_postgres() as server:
        yield server.url


@dataclass
class OwnPostgres:
    """A server that a test may stop, and start again."""

    url: str
    command: list[str]
    log: Path
    data: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        _wait(self.url, self.process, self.log)

    def stop(self) -> None:
        if self.process is not None:
            # SIGINT is the "fast" shutdown: it does not wait for clients.
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_START_SECONDS)
            self.process = None


@contextmanager
def own_postgres(password: str | None = None) -> Iterator[OwnPostgres]:
    """Yield a server of one's own; with a password, it asks for it."""
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="camflix-pg-"))
    server: OwnPostgres | None = None
    try:
        as_user = _as_unprivileged(folder)
        data = folder / "data"
        secret = folder / "password"
        secret.write_text(password or "unused")
        secret.chmod(0o644)
        _run(
            [
                *as_user,
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust" if password is None else "scram-sha-256",
                f"--pwfile={secret}",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        )
        port = _free_port()
        options = [
            "-F",
            "-p",
            str(port),
            "-k",
            str(folder),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "full_page_writes=off",
        ]
        credentials = "postgres" if password is None else f"postgres:{password}"
        server = OwnPostgres(
            f"postgresql://{credentials}@127.0.0.1:{port}/postgres",
            [*as_user, str(binaries / "postgres"), "-D", str(data), *options],
            folder / "log",
            data,
        )
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    found = [
        path for pattern in _BINARIES for path in Path("/").glob(pattern.lstrip("/")) if (path / "initdb").exists()
    ]
    if not found and (initdb := shutil.which("initdb")):
        found = [Path(initdb).parent]
    if not found:
        msg = "no PostgreSQL server is installed: scripts/install-test-servers, or set CAMFLIX_TEST_PG_URL"
        raise NoPostgresError(msg)
    return max(
        found, key=lambda path: [int(part) for part in path.parent.name.replace("-", "@").split("@") if part.isdigit()]
    )


def _as_unprivileged(folder: Path) -> list[str]:
    """Return the words that run a command as a user whom the server accepts; it refuses root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=INT"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server takes connections: it listens some time before it does."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    msg = f"PostgreSQL did not start: {log.read_text()}"
    raise RuntimeError(msg)


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Yield the URL of an empty database of a running server; it is dropped at the end of the block."""
    name = f"camflix_test_{uuid.uuid4().hex}"
    admin = psycopg.connect(server_url, autocommit=True)
    try:
        admin.execute(f"CREATE DATABASE {name}".encode())
        yield server_url.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
    finally:
        admin.close()
