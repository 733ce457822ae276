"""A real Redis or Valkey for the tests that need one."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECONDS = 10.0


@contextmanager
def running_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a server on a socket in a folder; yield its address and its process."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    assert program is not None, "no Redis here: run scripts/ensure-redis"
    path = folder / "r.sock"
    assert len(os.fsencode(path)) < len("x" * 104), "too long for a socket"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(str(path))
        yield f"unix://{path}", process
    finally:
        process.kill()
        process.wait()


def _wait(path: str) -> None:
    until = time.monotonic() + _SECONDS
    with redis.Redis(unix_socket_path=path) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < until, "Redis does not start"
                time.sleep(0.02)
            else:
                return
