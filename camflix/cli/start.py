"""Where ``camflix`` begins: the terminal app by the shortest way, any command through the command tree."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALLOCATIONS_BEFORE_COLLECTING = 1_000_000


def main() -> NoReturn:
    """Run the command line and exit."""
    # The interpreter's last breath looks for cycles among all that was loaded, a tenth of a second, for nobody.
    atexit.register(gc.freeze)
    arguments = as_text(sys.argv[1:])
    user = app_user(arguments)
    if user is not None and is_on_terminal():
        from camflix.cli.terminal_app import open_app  # noqa: PLC0415 - not for other commands
        from camflix.errors import CamFlixError  # noqa: PLC0415 - the same

        try:
            open_app(user or None)
        except CamFlixError:
            # The command tree meets the same error, and says it as it says all errors.
            arguments = ["tui", *(["--user", user] if user else [])]
        else:
            sys.exit(0)
    # A command lives for half a second, most of it imports; looking for cycles meanwhile took a fifth of that.
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTING, 50, 50)
    from camflix.cli.main import main as run_command  # noqa: PLC0415 - Typer

    run_command(arguments)


def as_text(arguments: Sequence[str]) -> list[str]:
    """Return arguments whose bytes are UTF-8 as the text that they are, whatever the locale made of them.

    Under LANG=C Python decodes the command line as ASCII and passes every other byte on as a lone surrogate (PEP 383);
    arguments that are no UTF-8 either stay as they came, and are refused with the field they were given for.
    """
    repaired = []
    for argument in arguments:
        try:
            repaired.append(os.fsencode(argument).decode("utf-8"))
        except UnicodeError:
            repaired.append(argument)
    return repaired


def app_user(arguments: Sequence[str]) -> str | None:
    """Return for whom a command line opens the terminal app; "" for the local profile, None where it does not."""
    match arguments:
        case [] | ["tui"]:
            return ""
        case ["tui", "--user", name] if name and not name.startswith("-"):
            return name
    return None


def is_on_terminal() -> bool:
    """Return whether somebody sits before standard input and output."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
