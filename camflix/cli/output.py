"""What commands print: data on standard output, talk on standard error."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from camflix import i18n
from camflix.controls import plain, plain_json

if TYPE_CHECKING:
    from rich.console import Console

    from camflix.errors import CamFlixError

_PLAIN_WIDTH = 160
_INDENT = "  "
_KEPT_SPACE = "\x00"
_COMMAND = re.compile(r'camflix(?: (?:--[a-z]+(?: [\w=]+)?|"[^"]*"|[a-z]+(?:\.csv)?|[A-Z]{4,}|[0-9]+))+')


def print_words(text: str, *, err: bool = False) -> None:
    """Print words on a line of their own; what would move the terminal is left out."""
    typer.echo(plain(text), err=err)


def print_json(result: object) -> None:
    """Print a result as JSON, numbers as they are, two spaces a level."""
    try:
        encoded = msgspec.json.encode(result)
    except UnicodeEncodeError:
        import json  # noqa: PLC0415 - rare path

        # The name of a file may hold bytes that are no text; Python keeps them as surrogates, which JSON cannot.
        builtins = msgspec.to_builtins(result)
        encoded = json.dumps(builtins, ensure_ascii=False).encode(errors="replace")
    # As bytes: JSON is UTF-8 whatever the terminal speaks.
    typer.echo(plain_json(msgspec.json.format(encoded, indent=2).decode()).encode())


def print_problem(error: CamFlixError, *, exit_code: int) -> None:
    """Print an error as JSON, with the candidates of an ambiguous name."""
    problem: dict[str, Any] = {
        "code": error.code,
        "message": i18n.say(error),
        "field": error.field,
        "exit_code": int(exit_code),
    }
    candidates = getattr(error, "candidates", None)
    if candidates is not None:
        problem["candidates"] = candidates
    print_json({"error": problem})


def print_usage_problem(message: str, *, field: str | None, exit_code: int) -> None:
    """Print as JSON what is wrong with a command line."""
    print_json({"error": {"code": "wrong_usage", "message": message, "field": field, "exit_code": int(exit_code)}})


def console(*, stderr: bool = False) -> Console:
    """Return where tables go: as wide as the terminal, plain and wide when it is none."""
    # A tenth of a second that commands with --json need not wait.
    from camflix.cli.plain_console import PlainConsole  # noqa: PLC0415

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PLAIN_WIDTH
    return PlainConsole(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)


def say(message: str) -> None:
    """Print talk: hints, progress, errors, what comes next."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    with suppress(OSError):  # nobody listens; the command goes on
        print_words(wrapped(plain(message), width), err=True)


def wrapped(text: str, width: int | None) -> str:
    """Return sentences broken between words to a width; as they are when it is None."""
    if width is None:
        return text

    def whole(command: re.Match[str]) -> str:
        # A command that fits stays in one piece, so that it can be copied.
        return command[0].replace(" ", _KEPT_SPACE) if len(command[0]) + len(_INDENT) <= width else command[0]

    kept = _COMMAND.sub(whole, text)
    lines = [
        textwrap.fill(line, width, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False)
        for line in kept.splitlines()
    ]
    return "\n".join(lines).replace(_KEPT_SPACE, " ")
