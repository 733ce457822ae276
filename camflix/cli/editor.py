"""Text written in the user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from camflix.errors import StorageError, Word


def edited(text: str) -> str:
    """Return a text as it is after the editor of VISUAL or EDITOR was closed, without the spaces around it.

    Raises:
        StorageError: the editor cannot be started, or failed.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "note.txt"
        file.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*command, str(file)], check=True)  # noqa: S603 - the user's own choice
        except (OSError, subprocess.CalledProcessError) as error:
            raise StorageError(
                "The editor {name} cannot be started: {reason}.",
                hint="Set EDITOR, or give the text as an argument.",
                name=command[0],
                reason=Word(getattr(error, "strerror", None) or error),
            ) from error
        return file.read_text(encoding="utf-8", errors="replace").strip()
