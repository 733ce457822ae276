"""Text written in the user's own editor. Loads nothing of Textual, so that commands can use it too."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from camflix.errors import InvalidInputError, StorageError, Word
from camflix.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

_HINT = N_("Set EDITOR to the command of an editor, as in export EDITOR=nano, or give the text without one.")


def edited(text: str) -> str:
    """Return a text as it is after the editor of VISUAL or EDITOR was closed, without the spaces around it.

    Raises:
        InvalidInputError: neither is set, or what is set is no command.
        StorageError: the editor cannot be started, or failed.
    """
    command = editor_command()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "note.txt"
        file.write_text(text, encoding="utf-8")
        try:
            with _interrupts_are_the_editors():
                status = subprocess.run([*command, str(file)], check=False).returncode  # noqa: S603 - the user's own choice
        except OSError as error:
            raise StorageError(
                "The editor {name} cannot be started: {reason}.",
                hint=_HINT,
                name=command[0],
                reason=Word(error.strerror or error),
            ) from error
        if status:
            raise StorageError(
                "The editor {name} ended with the status {status}: the text stays as it was before.",
                name=command[0],
                status=status,
            )
        return file.read_text(encoding="utf-8", errors="replace").strip()


def editor_command() -> list[str]:
    """Return the words of VISUAL, or else of EDITOR.

    Raises:
        InvalidInputError: neither is set, or what is set is no command.
    """
    written = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if not written:
        raise InvalidInputError("No editor is set.", hint=_HINT)
    try:
        return shlex.split(written)
    except ValueError as error:
        raise InvalidInputError(
            "The editor {name} is no command: a quote is open.", hint=_HINT, name=written
        ) from error


@contextmanager
def _interrupts_are_the_editors() -> Iterator[None]:
    """Let ctrl-c mean to the editor what it means there, and nothing here: it reaches both."""
    # Not SIG_IGN, which the editor would inherit.
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
