"""How long whole commands take: help beside a one-command Typer program, then reads and a write."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measure import MOVIELENS, camflix, own_folders, run_once, time_commands

_ONE_COMMAND = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "world") -> None:
    print(name)
app()
"""


def main() -> None:
    """Print the timings."""
    with own_folders() as env, tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "one.py"
        program.write_text(_ONE_COMMAND)
        one = [sys.executable, str(program), "--help"]
        timings = time_commands({"one-command Typer --help": one, "camflix --help": camflix("--help")}, env)
        base, ours = timings.values()
        for name, timing in timings.items():
            print(f"{name:32} {timing}")
        print(f"{'ratio':32} {ours.median / base.median:7.2f}")
        if not MOVIELENS.is_dir():
            print(f"the MovieLens data set is not here: {MOVIELENS}")
            return
        run_once(camflix("import", "movielens", str(MOVIELENS), "--json"), env)
        commands = {
            "camflix recommend": camflix("recommend", "--user", "ml-1"),
            "camflix rate": camflix("rate", "Alien (1979)", "95"),
            "camflix why": camflix("why", "Heat (1995)", "--user", "ml-1"),
            "camflix twins": camflix("twins", "--user", "ml-1"),
            "camflix search": camflix("search", "amelie"),
            "camflix profile": camflix("profile", "--user", "ml-1"),
        }
        for name, timing in time_commands(commands, env).items():
            print(f"{name:32} {timing}")
