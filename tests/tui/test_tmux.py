"""The real program in a real terminal: first run, ten films, a list of one's own, why, undo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Home

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")

_MOST_SECONDS = 40


class Tmux:
    """A tmux of the test's own, with one window in which the program runs."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (80, 24), tells_end: bool = False) -> None:
        self._name = f"camflix-{uuid.uuid4().hex[:12]}"
        variables = environment(LANGUAGE_CODE="en", TERM="xterm-256color", NO_COLOR=None)
        command = [sys.executable, "-m", "camflix", *arguments]
        if tells_end:
            # By a shell that outlives the program: tmux itself now and then does not see that a program has ended.
            command = ["sh", "-c", '"$@"; echo "ended with status $?"; exec sleep 600', "sh", *command]
        width, height = map(str, size)
        # What is said when the program has ended stays in sight.
        stay = (";", "set-option", "remain-on-exit", "on")
        self._tmux("-f", os.devnull, "new-session", "-d", "-x", width, "-y", height, *command, *stay, env=variables)

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._name, *arguments], check=True, capture_output=True, text=True, env=env
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def see(self, words: str) -> str:
        end = time.monotonic() + _MOST_SECONDS
        while words not in (screen := self.screen()):
            assert time.monotonic() < end, f"{words!r} was not seen in\n{screen}"
            time.sleep(0.05)
        return screen

    def kill(self) -> None:
        """End the program as a power cut would."""
        pid = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        os.kill(pid, 9)

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._name, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def tmux(demo: Home) -> Iterator[Tmux]:
    terminal = Tmux()
    yield terminal
    terminal.close()


def test_a_first_evening(tmux: Tmux, demo: Home) -> None:
    tmux.see("Rate ten films")
    tmux.press("Enter")
    tmux.see("until your first own list")
    # As fast as a terminal passes them on.
    for score in (95, 20, 80, 45, 70, 60, 88, 33, 76, 51):
        tmux.press(*str(score), "Enter")
    tmux.see("10 ratings")
    tmux.see("Your own list is ready")
    tmux.press("D")
    tmux.see("from 10 ratings of yours")
    tmux.press("y")
    assert "Why:" in tmux.see("the mean of all ratings")
    tmux.press("q")
    tmux.see("from 10 ratings of yours")
    tmux.press("u")
    tmux.see("Undone:")
    tmux.see("from 9 ratings of yours")


@pytest.mark.long
def test_what_was_rated_is_there_after_a_kill(tmux: Tmux, demo: Home) -> None:
    tmux.see("Rate ten films")
    tmux.press("Enter")
    tmux.see("until your first own list")
    for score in (95, 20, 80):
        tmux.press(*str(score), "Enter")
    tmux.see("  80  ")
    while "saving" in tmux.screen():
        time.sleep(0.02)
    tmux.kill()
    tmux.close()

    again = Tmux("tui")
    try:
        again.see("popular, not personal yet")
        again.press("M")
        lines = again.see("percentile: rate").splitlines()
        assert [word for word in ("95", "80", "20") if any(f" {word}  " in line for line in lines)] == [
            "95",
            "80",
            "20",
        ]
    finally:
        again.close()


@pytest.mark.long
def test_a_note_is_written_in_ones_own_editor(demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\necho "editing: $(cat "$1")"\nread answer\n'
        # As ctrl-c does: it reaches the program that started the editor, too.
        'kill -INT $PPID\ncase $answer in\nlong) printf "%0501d" 0 > "$1" ;;\nfail) exit 3 ;;\n'
        '*) printf "two\\n%s" "$answer" > "$1" ;;\nesac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    terminal = Tmux("tui", "--user", "demo")
    try:
        terminal.see("ratings of yours")
        terminal.press("e")
        terminal.see("0/500")
        terminal.press(*"rain", "F4")
        terminal.see("editing: rain")
        terminal.press(*"fail", "Enter")
        terminal.see("stays as it was before")
        terminal.see("4/500")
        terminal.press("F4")
        terminal.see("editing: rain")
        terminal.press(*"long", "Enter")
        terminal.see("501 letters")
        terminal.press("F4")
        terminal.see("editing: 000")
        terminal.press(*"lines", "Enter")
        terminal.see("two↵lines")
        terminal.press("Enter")
        terminal.see("is saved")
        terminal.press("F4")
        terminal.see("editing: two")
    finally:
        terminal.close()
