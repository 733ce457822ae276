"""Machines that lack things: a PATH of the test's own, with only the tools that are put there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Outcome

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "sed", "touch", "rm", "mkdir", "make", "dirname", "id", "cat", "env")


@dataclass(frozen=True)
class Machine:
    """A machine as far as programs can see it: what is in ``tools`` is all there is."""

    tools: Path

    def has(self, *names: str) -> Machine:
        """Put the real tools of these names there."""
        for name in names:
            found = shutil.which(name)
            assert found is not None, name
            (self.tools / name).symlink_to(found)
        return self

    def lacks(self, *names: str) -> Machine:
        """Take these tools away."""
        for name in names:
            (self.tools / name).unlink()
        return self

    def has_stub(self, name: str, script: str) -> Path:
        """Put a shell script there under this name; return its path."""
        stub = self.tools / name
        stub.unlink(missing_ok=True)
        stub.write_text(f"#!/bin/sh\n{script}\n")
        stub.chmod(0o755)
        return stub

    def has_python(self, *preparations: str, name: str = "python3") -> Path:
        """Put a Python there that does these statements before what it is asked with ``-c``."""
        prepared = "; ".join(["import sys", *preparations])
        return self.has_stub(
            name,
            f'[ "$1" = -c ] || {{ echo "not asked with -c: $*" >&2; exit 97; }}\n'
            f"exec '{sys.executable}' -c '{prepared}; exec(sys.argv[1])' \"$2\"",
        )

    def run(self, *command: str, cwd: Path = ROOT, **variables: str) -> Outcome:
        """Run a command on this machine, without standard input."""
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            cwd=cwd,
            env={"PATH": str(self.tools), "HOME": os.environ.get("HOME", "/"), **variables},
            timeout=60,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine with a shell, make and the smallest tools, and nothing else: no Python, no compiler."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    tools = tmp_path / "tools"
    tools.mkdir()
    return Machine(tools).has(*TOOLS)
