"""The last answers of a server, for when it is away."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_MOST_FILES = 400
_AT_ONCE = 100


class LastAnswers:
    """Answers to what was read, by what was asked; the oldest go when there are many.

    Args:
        folder: where they are kept. Where nothing can be kept, nothing is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, asked: str, answer: bytes) -> None:
        """Keep an answer in place of the last one to the same question."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, building = tempfile.mkstemp(dir=self._folder, prefix=".")
            with os.fdopen(descriptor, "wb") as file:
                file.write(answer)
            Path(building).replace(self._file(asked))
            self._drop_oldest()

    def find(self, asked: str) -> tuple[bytes, datetime] | None:
        """Return the last answer and when it was given; None when there is none."""
        file = self._file(asked)
        try:
            return file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError:
            return None

    def _file(self, asked: str) -> Path:
        return self._folder / hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()[:32]

    def _drop_oldest(self) -> None:
        files = list(os.scandir(self._folder))
        if len(files) > _MOST_FILES:
            for entry in sorted(files, key=lambda entry: entry.stat().st_mtime_ns)[:_AT_ONCE]:
                with suppress(OSError):
                    Path(entry.path).unlink()
