"""The terminal app in a real terminal (tmux): first paint, key to repaint, memory, search as one types.

A database of generated films, a million unless told otherwise; beside the app a bare Textual app that paints one
label, and harlequin and posting, installed apart into ``bench/.venv-tui`` on the first run.

    python -m bench tui                       a million films
    python -m bench tui --films 100000        fewer
    python -m bench tui --without-others      harlequin and posting left out
    python -m bench tui --others-python PROGRAM   harlequin and posting on another Python
    python -m bench tui --postgresql URL      search on that (empty) database too
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import create_engine, text

from bench.measure import ROOT, camflix, own_folders
from camflix.bootstrap import CamFlix
from camflix.importers.rows import FilmRow
from camflix.services.catalogue import CatalogueWriter
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_OTHERS_FOLDER = ROOT / "bench" / ".venv-tui"
# Harlequin wants a numpy older than newer releases of pyarrow can work with.
_OTHERS = {"harlequin": ("harlequin", "pyarrow<20"), "posting": ("posting",)}
_BARE = """
from textual.app import App
from textual.widgets import Label

class Bare(App):
    def compose(self):
        yield Label("first paint")

Bare().run()
"""
_RUNS = 7
# posting ends every second time before it has painted anything.
_STARTS_OF_OTHERS = 12
_KEYS = 40
_SIZE = ("120", "36")
_LIMIT_SECONDS = 60.0
_POLL_SECONDS = 0.002
_TITLE_WORDS = """
night day house river stone light shadow garden winter summer silence storm island bridge mirror
letter stranger brother daughter captain witness doctor painter sailor hunter queen king thief ghost
angel wolf horse train road city desert forest ocean mountain border kingdom empire promise secret
memory dream journey return escape revenge honour mercy glory fortune destiny autumn morning evening
midnight fire water wind snow
"""
_WORDS = tuple(_TITLE_WORDS.split())


_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A tmux server of its own with one window.

    Args:
        env: added to the environment of what runs in it.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._name = f"camflix-bench-{os.getpid()}"
        self._env = env

    def __enter__(self) -> Self:
        """Start the server with a shell that waits."""
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", _SIZE[0], "-y", _SIZE[1], "sleep 100000")
        self._tmux("set-option", "-g", "remain-on-exit", "off")
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop it, and whatever still runs in it."""
        self._tmux("kill-server")

    def start(self, command: Sequence[str]) -> float:
        """Run a command in a new window; return the moment."""
        variables = [f"{name}={value}" for name, value in self._env.items()]
        began = time.perf_counter()
        self._tmux("new-window", "-n", "app", "env", *variables, *command)
        return began

    def stop(self) -> None:
        """Close the window, and what runs in it."""
        self._tmux("kill-window", "-t", "app")

    def press(self, *keys: str) -> None:
        """Send keys."""
        self._tmux("send-keys", "-t", "app", *keys)

    def type(self, letters: str) -> None:
        """Send letters as they are."""
        self._tmux("send-keys", "-t", "app", "-l", letters)

    def screen(self) -> str:
        """Return what is seen, with its colours as escape codes (a cursor is nothing but colour)."""
        return self._tmux("capture-pane", "-e", "-p", "-t", "app")

    def wait(self, seen: Callable[[str], bool]) -> float:
        """Return the moment at which the screen satisfies a condition."""
        end = time.perf_counter() + _LIMIT_SECONDS
        while time.perf_counter() < end:
            if seen(self.screen()):
                return time.perf_counter()
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(self.screen())

    def pid(self) -> int:
        """Return the process of the window."""
        return int(self._tmux("display-message", "-p", "-t", "app", "#{pane_pid}"))

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._name, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def first_paint(terminal: Terminal, command: Sequence[str], words: str, *, n_starts: int = 1) -> float:
    """Return the seconds from the start of a process to its words on the screen; one that ends is started again."""
    for _time in range(n_starts - 1):
        with suppress(subprocess.CalledProcessError):
            return _painted(terminal, command, words)
    return _painted(terminal, command, words)


def _painted(terminal: Terminal, command: Sequence[str], words: str) -> float:
    began = terminal.start(command)
    seconds = terminal.wait(lambda screen: words in screen) - began
    terminal.stop()
    return seconds


def started(
    terminal: Terminal, commands: Mapping[str, tuple[Sequence[str], str]]
) -> dict[str, tuple[Sequence[str], str]]:
    """Return those commands that show their words at all; the others are named."""
    result = {}
    for name, (command, words) in commands.items():
        try:
            first_paint(terminal, command, words, n_starts=_STARTS_OF_OTHERS)
        except (TimeoutError, subprocess.CalledProcessError):
            print(f"{name} does not start here, and is left out")
        else:
            result[name] = (command, words)
    return result


def first_paints(terminal: Terminal, commands: Mapping[str, tuple[Sequence[str], str]]) -> dict[str, float]:
    """Return the median seconds to first paint of each command, run in turn; one round is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(_RUNS + 1):
        for name, (command, words) in commands.items():
            elapsed = first_paint(terminal, command, words, n_starts=_STARTS_OF_OTHERS if name in _OTHERS else 1)
            if run:
                seconds[name].append(elapsed)
    return {name: statistics.median(each) for name, each in seconds.items()}


def generated_films(n: int) -> Iterator[FilmRow]:
    """Yield films with titles of three to four words, the same each time."""
    rng = random.Random(5)
    for number in range(1, n + 1):
        words = rng.sample(_WORDS, rng.randint(2, 3))
        title = f"{' '.join(words).title()} {number:07d}"
        yield FilmRow(number, title, 1920 + rng.randrange(107), tmdb_id=number, genres=("drama",))


def fill(url: str, n: int) -> None:
    """Make a database of generated films, some with ratings counted."""
    settings = load_settings({**os.environ, "DATABASE_URL": url})
    opened = CamFlix(settings, "en")
    with opened.transaction(writes=True) as services:
        writer = CatalogueWriter(services.users._session, opened._now)  # noqa: SLF001 - a bench fills tables directly
        writer.write(generated_films(n))
        services.users.local_profile("bench")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE movie SET n_ratings = (id * 7919) % 5000"))
    engine.dispose()
    # As after an import: otherwise the app's first question fits a model while keys are measured.
    opened.refresh_engine()
    opened.close()


def key_to_repaint(terminal: Terminal, key: str, n: int) -> list[float]:
    """Return the seconds from each of ``n`` presses of a key to another screen."""
    seconds = []
    for _press in range(n):
        before = terminal.screen()
        began = time.perf_counter()
        terminal.press(key)
        seconds.append(terminal.wait(lambda screen, old=before: screen != old) - began)  # type: ignore[misc]
    return seconds


def overhead(terminal: Terminal) -> float:
    """Return what sending a key and looking at the screen cost by themselves."""
    seconds = []
    for _time in range(20):
        began = time.perf_counter()
        terminal.press("")
        terminal.screen()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return float("nan")


def search_times(terminal: Terminal, n: int) -> dict[str, float]:
    """Return the seconds from the last letter to the film found, by kind of query."""
    rng = random.Random(5)
    titles = [film.title for film in generated_films(n)]
    found: dict[str, list[float]] = {"exact": [], "a letter dropped": []}
    for _time in range(5):
        title = rng.choice(titles)
        longest = max(title.split()[:-1], key=len)
        slip = title.replace(longest, longest[:2] + longest[3:])
        for kind, query in (("exact", title), ("a letter dropped", slip)):
            terminal.press("/")
            time.sleep(0.1)
            terminal.type(query[:-1])
            time.sleep(1.5)
            began = time.perf_counter()
            terminal.type(query[-1])
            # The number at the end is that of one film only.
            moment = terminal.wait(lambda screen, name=title: name in _list_part(screen))  # type: ignore[misc]
            found[kind].append(moment - began)
            terminal.press("Escape")
            time.sleep(1.0)
    return {kind: statistics.median(each) for kind, each in found.items()}


def _list_part(screen: str) -> str:
    plain = _ESCAPE.sub("", screen)
    return "\n".join(line for line in plain.splitlines()[2:] if "Search:" not in line)


@contextmanager
def others(python: str) -> Iterator[Mapping[str, tuple[Sequence[str], str]]]:
    """Yield the commands of harlequin and posting, each installed apart."""
    for name, packages in _OTHERS.items():
        folder = _OTHERS_FOLDER / name
        if not (folder / "bin" / name).exists():
            print(f"installing {name} apart (a minute)", flush=True)
            subprocess.run([python, "-m", "venv", str(folder)], check=True)
            pip = [str(folder / "bin" / "pip"), "--disable-pip-version-check", "--quiet", "install"]
            subprocess.run([*pip, *packages], check=True, stderr=subprocess.DEVNULL)
    yield {
        "harlequin": ([str(_OTHERS_FOLDER / "harlequin" / "bin" / "harlequin")], "Query Editor"),
        "posting": ([str(_OTHERS_FOLDER / "posting" / "bin" / "posting")], "Posting"),
    }


def measure(url: str, n: int, *, others_python: str | None) -> None:
    """Print all figures of one database."""
    with own_folders() as env, tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bare.py"
        program.write_text(_BARE)
        environment = {**env, "DATABASE_URL": url, "LANGUAGE_CODE": "en", "NO_COLOR": ""}
        environment.pop("NO_COLOR")
        ours = camflix("tui", "--user", "bench")
        commands: dict[str, tuple[Sequence[str], str]] = {
            "bare Textual app": ([sys.executable, str(program)], "first paint"),
            "camflix": (ours, "Discover"),
        }
        with Terminal(environment) as terminal:
            if others_python:
                with others(others_python) as more:
                    commands |= started(terminal, more)
            paints = first_paints(terminal, commands)
            for name, seconds in paints.items():
                ratio = seconds / paints["bare Textual app"]
                print(f"first paint, {name:20} {1000 * seconds:7.0f} ms   {ratio:5.2f} x bare")
            print_list_figures(terminal, ours, n)
            if n >= 1000:
                for kind, seconds in search_times(terminal, n).items():
                    print(f"search, {kind:22} {1000 * seconds:7.0f} ms after the last key")


def print_list_figures(terminal: Terminal, command: Sequence[str], n: int) -> None:
    """Open the whole catalogue and print how fast keys are answered in it."""
    began = terminal.start(command)
    terminal.wait(lambda screen: "Discover" in screen)
    time.sleep(2)
    terminal.press("q")
    time.sleep(0.5)
    terminal.press("l")
    shown = terminal.wait(lambda screen: f"{n} films" in screen)
    del began, shown
    idle = overhead(terminal)
    before = memory_mb(terminal.pid())
    for key in ("j", "C-d", "G", "g"):
        seconds = key_to_repaint(terminal, key, 1 if key in "Gg" else _KEYS)
        median = statistics.median(seconds)
        print(f"key to repaint, {key:4} {1000 * median:6.0f} ms median ({1000 * idle:.0f} ms of it is tmux asked)")
        if key == "G":
            terminal.press("k")
            time.sleep(0.3)
    for _time in range(100):
        terminal.press("C-d")
    time.sleep(1)
    print(f"memory after 100 pages    {before:6.0f} -> {memory_mb(terminal.pid()):.0f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="the terminal app, measured")
    parser.add_argument("--films", type=int, default=1_000_000)
    parser.add_argument("--without-others", action="store_true")
    parser.add_argument(
        "--others-python", default=sys.executable, metavar="PROGRAM", help="what harlequin and posting run on"
    )
    parser.add_argument("--postgresql", metavar="URL")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/camflix.db"
        began = time.perf_counter()
        fill(url, options.films)
        print(f"{options.films} films generated into SQLite in {time.perf_counter() - began:.0f} s\n", flush=True)
        measure(url, options.films, others_python=None if options.without_others else options.others_python)
        if options.postgresql:
            fill(options.postgresql, options.films)
            print("\nPostgreSQL", flush=True)
            measure(options.postgresql, options.films, others_python=None)
