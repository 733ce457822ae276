"""A real PostgreSQL for the tests, started once a run and shared by its processes.

CAMFLIX_TEST_PG_URL names a server to use instead (databases are made and dropped there). Otherwise the newest
installed server binaries run on a temporary folder, as the user ``postgres`` when the tests run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="camflix-pg-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        as_user = _as_unprivileged(folder)
        data = folder / "data"
        _run(
            [
                *as_user,
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust",
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
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            [*as_user, str(binaries / "postgres"), "-D", str(data), *options], stdout=log, stderr=log
        )
        _wait(port, server, folder / "log")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            server.terminate()
            server.wait(_START_SECONDS)
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
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    msg = f"PostgreSQL did not start: {log.read_text()}"
    raise RuntimeError(msg)
