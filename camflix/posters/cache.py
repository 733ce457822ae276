"""Files of posters in a folder that stays within a bound, whoever else writes there at the same time."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

MAX_CACHE_BYTES = 64 * 1024 * 1024
"""About six thousand posters of 185 pixels."""
_PART = ".part"
_ABANDONED_SECONDS = 3600.0


class PosterCache:
    """Bytes by address.

    Args:
        folder: where; made when something is first kept.
        max_bytes: of all files together; those longest unread go first.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, url: str) -> bytes | None:
        """Return what is kept of an address, None when nothing is or it cannot be read."""
        file = self._file(url)
        with suppress(OSError):
            content = file.read_bytes()
            with suppress(OSError):
                os.utime(file)  # read lately: others go first
            return content
        return None

    def put(self, url: str, content: bytes) -> None:
        """Keep it; on a full disk, or where nothing may be written, nothing is kept."""
        part: Path | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Renamed when whole: another process reads the old file, the new one or none, never half of one.
            with NamedTemporaryFile(dir=self._folder, suffix=_PART, delete=False) as out:
                part = Path(out.name)
                out.write(content)
            part.replace(self._file(url))
        except OSError:
            if part is not None:
                with suppress(OSError):
                    part.unlink()
        with suppress(OSError):
            self._prune()

    def forget(self, url: str) -> None:
        """Remove what is kept of an address."""
        with suppress(OSError):
            self._file(url).unlink()

    def _file(self, url: str) -> Path:
        return self._folder / sha256(url.encode()).hexdigest()

    def _prune(self) -> None:
        kept: list[tuple[float, int, Path]] = []
        for file in self._folder.iterdir():
            with suppress(OSError):  # another process has removed it already
                state = file.stat()
                if file.suffix == _PART:
                    # Only a process that was killed leaves one for so long.
                    if time.time() - state.st_mtime > _ABANDONED_SECONDS:
                        file.unlink()
                else:
                    kept.append((state.st_mtime, state.st_size, file))
        n_bytes = sum(size for _, size, _ in kept)
        for _, size, file in sorted(kept):
            if n_bytes <= self._max_bytes:
                return
            with suppress(OSError):
                file.unlink()
            n_bytes -= size
