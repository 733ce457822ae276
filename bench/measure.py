"""Whole processes, timed from outside: medians of several runs, alternating what is compared."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
MOVIELENS = Path(os.environ.get("CAMFLIX_MOVIELENS") or ROOT.parent / "shared" / "data" / "ml-latest-small")


@dataclass(frozen=True)
class Timing:
    """Seconds of wall time of several runs, and the peak memory of the largest."""

    seconds: tuple[float, ...]
    peak_mb: float

    @property
    def median(self) -> float:
        """Return the middle run."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        """Return median and extremes in milliseconds."""
        low, middle, high = (1000 * s for s in (min(self.seconds), self.median, max(self.seconds)))
        return f"{middle:7.0f} ms  (min {low:.0f}, max {high:.0f})  {self.peak_mb:6.0f} MB"


def time_commands(commands: Mapping[str, Sequence[str]], env: Mapping[str, str], runs: int = 9) -> dict[str, Timing]:
    """Run each command in turn, ``runs`` times after one that is not counted; return the timings by name."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0.0)
    for run in range(runs + 1):
        for name, command in commands.items():
            elapsed, peak = run_once(command, env)
            if run:
                seconds[name].append(elapsed)
            peaks[name] = max(peaks[name], peak)
    return {name: Timing(tuple(seconds[name]), peaks[name]) for name in commands}


def run_once(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Run a command to its end; return its seconds and its peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: {errors.decode()}")
    return elapsed, _mb(usage)


def _mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def camflix(*arguments: str) -> list[str]:
    """Return the command line of a CamFlix command, as it is installed."""
    return [str(Path(sys.executable).parent / "camflix"), *arguments]


@contextmanager
def own_folders() -> Iterator[dict[str, str]]:
    """Yield an environment whose folders are new and go away at the end."""
    with tempfile.TemporaryDirectory() as folder:
        own = {f"XDG_{name}_HOME": f"{folder}/{name.lower()}" for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        # Byte code is kept, as it is where pip installed CamFlix: compiling its files anew each time takes 50 ms.
        yield own | {"PYTHONDONTWRITEBYTECODE": ""}
