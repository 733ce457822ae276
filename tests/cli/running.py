"""How the tests of the command line run it: as a process, or in this one where hundreds of runs are needed."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, func, select

from camflix.cli.main import run
from camflix.models import Base
from tests.conftest import Outcome
from tests.forking import run_command

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "camflix")
WITHOUT_ROOTS_RIGHTS = (
    ()
    if os.geteuid()
    else (
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
    )
)
"""What stands before a command that shall meet file permissions as everybody does; root passes through them all."""


def environment(**changes: str | None) -> dict[str, str]:
    """Return this process's environment with changes; None takes a variable away."""
    merged = {**os.environ, "PYTHONPATH": str(ROOT), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def start(*arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
    """Start the command line as a process; what is not said goes to pipes."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], text=True, env=env or environment(), **{**streams, **options})


def run_process(
    *arguments: str, env: Mapping[str, str] | None = None, before: tuple[str, ...] = (), cwd: Path | None = None
) -> Outcome:
    """Run the command line as a process to its end, with other words ``before`` it."""
    if not before:
        return Outcome(*run_command(arguments, env or environment(), cwd or Path.cwd()))
    # It may not write where coverage is measured.
    variables = {name: value for name, value in (env or environment()).items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [*before, *COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        env=variables,
        cwd=cwd,
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def shell(script: str, *, env: Mapping[str, str] | None = None) -> Outcome:
    """Run a line of shell in which ``camflix`` is the command line."""
    command = " ".join(f'"{word}"' for word in COMMAND)
    done = subprocess.run(
        ["bash", "-c", f'camflix() {{ {command} "$@"; }}\n{script}'],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        env=env or environment(),
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def answer(*arguments: str) -> Outcome:
    """Run the command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return Outcome(int(code), *texts)


def row_counts(database: Path | str) -> dict[str, int]:
    """Return how many rows each table of a database holds."""
    engine = create_engine(f"sqlite:///{database}" if isinstance(database, Path) else database)
    with engine.connect() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return counts


def assert_one_clear_line(outcome: Outcome) -> None:
    """Assert that a command failed as it should: one sentence for people on stderr, no data, no traceback."""
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    assert outcome.err.startswith("camflix")
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.err.endswith("\n")
    assert "\x1b" not in outcome.err
