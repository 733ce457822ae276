"""A real terminal: colour where it is wanted, nothing wider than it is, a bar while an import runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import sqlite3
import struct
import termios
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.cli.files import big_movielens
from tests.cli.running import answer, environment
from tests.forking import warm_commands

if TYPE_CHECKING:
    from tests.conftest import Home

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-8]|9[0-7]|4[0-8])(?:;[0-9]+)*m")


def on_terminal(*arguments: str, columns: int = 80, **changes: str) -> str:
    """Run the command line on a pseudo-terminal; return all that appears there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    changes = {"TERM": "xterm-256color", **changes}
    variables = environment(**{"COLORTERM": None, "NO_COLOR": None, "COLUMNS": None, **changes})
    warm_commands().start(arguments, variables, Path.cwd(), [theirs] * 3)
    os.close(theirs)
    pieces = []
    # Linux ends the reading with an error when the last process has closed the terminal.
    while piece := _read(ours):
        pieces.append(piece)
    os.close(ours)
    assert warm_commands().finish() == 0, b"".join(pieces)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


LISTS = (("recommend", "--user", "demo"), ("ratings", "--user", "demo"), ("profile", "--user", "demo"))


@pytest.mark.long
@pytest.mark.parametrize("command", LISTS, ids=lambda words: words[0])
def test_a_terminal_gets_colour(demo: Home, command: tuple[str, ...]) -> None:
    assert COLOUR.search(on_terminal(*command))


@pytest.mark.long
@pytest.mark.parametrize("command", LISTS, ids=lambda words: words[0])
def test_who_wants_no_colour_gets_the_same_words_without(demo: Home, command: tuple[str, ...]) -> None:
    plain = on_terminal(*command, NO_COLOR="1")

    assert not COLOUR.search(plain)
    assert ESCAPE.sub("", plain) == ESCAPE.sub("", on_terminal(*command))


@pytest.mark.long
def test_a_terminal_that_knows_no_escape_codes_gets_none(demo: Home) -> None:
    assert "\x1b" not in on_terminal("recommend", "--user", "demo", TERM="dumb")


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        *((command, 80) for command in LISTS),
        (("why", "Pulp Fiction (1994)", "--user", "demo"), 80),
        (("why", "Pulp Fiction (1994)", "--user", "demo"), 60),
        (("movies", "-n", "50"), 60),
        (("twins", "--user", "demo"), 60),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_nothing_is_wider_than_the_terminal(demo: Home, command: tuple[str, ...], columns: int) -> None:
    lines = ESCAPE.sub("", on_terminal(*command, columns=columns)).splitlines()

    too_wide = [line for line in lines if cell_len(line) > columns]
    assert [line for line in too_wide if "--cursor" not in line] == [], "only what is to be copied may be wider"


EVIL = "\x1b]0;pwned\x07\x9b31m\x7f\u202eback\r\x1b[2J"
MOVING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture
def moving(demo: Home) -> Home:
    """Return the sample community with words, from before they were refused, that would move a terminal."""
    for words in (("lists", "new", "mine"), ("notes", "write", "id:1", "good"), ("lists", "add", "1", "id:1")):
        assert answer(*words, "--user", "demo").code == 0
    with closing(sqlite3.connect(demo.database)) as database, database:
        database.execute("UPDATE movie SET title_en = title_en || ?1, title_fr = title_fr || ?1", (EVIL,))
        database.execute("UPDATE movie_list SET name = name || ?1, description = ?1", (EVIL,))
        database.execute("UPDATE movie_note SET text = text || ?", (EVIL,))
        database.execute("UPDATE user_account SET bio = ?", (EVIL,))
    return demo


@pytest.mark.parametrize(
    "command",
    [
        *("lists list", "lists list --json", "lists show 1", "lists edit 1 --private", "notes list", "movies"),
        *(
            "movie show id:1",
            "settings show",
            "settings show --json",
            "recommend",
            "why id:1",
            "rate id:1 50",
            "export",
        ),
    ],
)
def test_words_of_others_do_not_move_the_terminal(moving: Home, command: str) -> None:
    shown = on_terminal(*command.split(), "--user", "demo", TERM="dumb", COLUMNS="200")

    assert "back" in shown
    assert not MOVING.search(shown)


def test_an_error_does_not_move_the_terminal_either(demo: Home) -> None:
    assert "back" in (failed := answer("users", "disable", EVIL.replace("\r", ""))).err
    assert not MOVING.search(failed.err)


def test_an_import_shows_a_bar_and_takes_it_away_again(home: Home, tmp_path: Path) -> None:
    shown = on_terminal("import", "movielens", str(big_movielens(tmp_path / "ml", 60_000)))

    assert "/60000" in shown
    assert "━" in shown
    left_standing = shown.rpartition("\x1b[2K")[2]
    assert "/60000" not in left_standing
    assert "60000" in left_standing, "the report"
