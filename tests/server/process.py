"""A server as a process of its own, which a test may kill."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.server.live import KEY


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class ServerProcess:
    """``camflix serve`` over a database, at one address however often it is started."""

    database_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; return when it listens."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": KEY,
            "HTTPS_ONLY": "false",
            "RATE_LIMIT": "0",
        }
        command = [sys.executable, "-m", "camflix", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert re.search(rb":\d+/", line), line + self.process.stderr.read()
        self.process.stderr.close()

    def end(self, signal: int) -> int:
        """Send it a signal; return its exit code once it has ended."""
        assert self.process is not None
        self.process.send_signal(signal)
        return self.process.wait()
