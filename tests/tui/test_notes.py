"""Notes: on one line, in an editor of one's own, and what becomes of a note that cannot be saved."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from camflix.errors import InvalidInputError, StorageError
from camflix.operations.inputs import MAX_NOTE_LENGTH
from camflix.tui.editor import edited
from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from tests.cli.running import answer
from tests.tui.conftest import press
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp
    from tests.conftest import Home

Make: TypeAlias = "Callable[..., CamFlixApp]"


def editor(folder: Path, *lines: str) -> str:
    """Return the command of an editor that does this; ``$1`` is the file."""
    script = folder / "my editor"
    script.write_text("\n".join(("#!/bin/sh", *lines, "")))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return f"'{script}'"


def test_an_editor_gets_the_text_and_gives_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, 'echo " twice: été" >> "$1"'))

    assert edited("Once\n") == "Once\n twice: été"


def test_visual_goes_before_editor_and_may_have_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'echo "$1" > "$2"') + " --wait")
    monkeypatch.setenv("EDITOR", "false")

    assert edited("") == "--wait"


@pytest.mark.parametrize("name", ["VISUAL", "EDITOR"])
@pytest.mark.parametrize("value", ["", "  "])
def test_no_editor_set_is_said_with_the_remedy(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidInputError, match="No editor is set") as caught:
        edited("")
    assert "EDITOR=nano" in caught.value.hint


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nowhere/ed", "/nowhere/ed cannot be started: No such file"),
        ("false", "false ended with the status 1"),
        ("vi 'open", "a quote is open"),
    ],
)
def test_an_editor_that_fails_is_named(command: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", command)

    with pytest.raises((StorageError, InvalidInputError)) as caught:
        edited("kept by whoever asked")
    assert words in str(caught.value)


def test_ctrl_c_in_the_editor_is_the_editors_and_interrupts_again_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "kill -INT $PPID", 'echo done > "$1"'))

    assert edited("") == "done"
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_a_note_from_the_editor_that_the_command_cannot_save_is_kept_in_a_file(
    demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'printf "%0501d" 0 > "$1"'))

    refused = answer("notes", "write", "Alien (1979)")
    assert refused.code == 2
    kept = Path(refused.err.splitlines()[0].split()[-1])
    assert kept.read_text() == "0" * (MAX_NOTE_LENGTH + 1)
    assert kept.stat().st_mode & 0o077 == 0

    monkeypatch.setenv("VISUAL", editor(tmp_path, f'head -c {MAX_NOTE_LENGTH} "{kept}" > "$1"'))
    assert answer("notes", "write", "Alien (1979)").code == 0
    assert "0" * MAX_NOTE_LENGTH in answer("notes", "list", "--json").out


@pytest.mark.long
def test_a_note_too_long_stays_on_the_line_and_nothing_is_saved(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "e")
        prompt = screen(pilot, Discover).prompt
        prompt.insert("x" * (MAX_NOTE_LENGTH + 3))
        await press(pilot, "enter")
        assert "503 letters, and a note has at most 500" in words(pilot)
        assert "503/500" in words(pilot)
        assert len(prompt.text) == MAX_NOTE_LENGTH + 3
        await press(pilot, "backspace", "backspace", "backspace", "enter", "enter")
        assert len(screen(pilot, FilmScreen)._details.note) == MAX_NOTE_LENGTH

    walk(make_app(language="en"), steps)


def test_of_a_long_note_the_part_at_the_cursor_is_shown(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "e")
        screen(pilot, Discover).prompt.insert("begin " + "middle " * 40 + "end")
        await press(pilot, "left")
        assert "middle end" in words(pilot)
        assert "begin" not in words(pilot)
        await press(pilot, "home")
        assert "begin middle" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_note_that_cannot_be_saved_is_kept_for_the_next_time(make_app: Make, cable: Any) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e", *"rain", "backspace")
        cable.is_unplugged = True
        await press(pilot, "enter")
        assert "What you wrote is kept" in words(pilot)
        cable.is_unplugged = False
        await press(pilot, "e")
        assert screen(pilot, FilmScreen).prompt.text == "rai"
        await press(pilot, "n", "enter")
        assert screen(pilot, FilmScreen)._details.note == "rain"
        assert not pilot.app.unsaved_notes  # type: ignore[attr-defined]

    walk(make_app(language="en"), steps)


def test_without_an_editor_the_line_stays_as_it_was(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "e", *"fine", "f4")
        assert "No editor is set" in words(pilot)
        assert screen(pilot, Discover).prompt.text == "fine"

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_without_a_terminal_of_ones_own_the_line_is_offered(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "true")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f4")
        assert "Write on the line." in words(pilot)
        assert screen(pilot, Discover).prompt.is_open
        await press(pilot, "escape", "e", "ctrl+g")
        assert "Write on the line." in words(pilot)

    walk(make_app(language="en", keys={"film.editor": "f4,ctrl+g,t"}), steps)
