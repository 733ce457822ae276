"""Writes that could not be sent: kept on disk in their order, sent later, each once.

``queue.jsonl`` holds one write a line, each flushed to the disk before anyone is told that it is kept; a line without
its end was never promised. Each carries its idempotency key, so a write that was sent but not crossed out is harmless
when it is sent again. What a server refuses for good goes to ``refused.jsonl``, with the reason; nothing is dropped.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from camflix.errors import StorageError, Word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class QueuedWrite(msgspec.Struct, frozen=True):
    """A write: what was asked, when, and the key under which the server does it once."""

    key: str
    operation: str
    body: dict[str, Any]
    made_at: datetime


class _Refused(msgspec.Struct, frozen=True):
    write: QueuedWrite
    reason: str
    refused_at: datetime


class WriteQueue:
    """The writes of one person for one server.

    Args:
        folder: where they are kept; made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "queue.jsonl"
        self.refused_file = folder / "refused.jsonl"
        self._mutex = threading.RLock()
        self._depth = 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes from the queue.

        Raises:
            StorageError: the folder cannot be written to.
        """
        with self._mutex:
            if self._depth:
                yield
                return
            with self._storing():
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._depth += 1
                yield
            finally:
                self._depth -= 1
                os.close(descriptor)

    def is_empty(self) -> bool:
        """Return whether nothing waits; one look at the file's size."""
        try:
            return self._file.stat().st_size == 0
        except FileNotFoundError:
            return True

    def waiting(self) -> list[QueuedWrite]:
        """Return what waits, oldest first."""
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        return [msgspec.json.decode(line, type=QueuedWrite) for line in whole.splitlines() if line.strip()]

    def append(self, write: QueuedWrite) -> None:
        """Keep a write; when this returns it is on the disk.

        Raises:
            StorageError: it cannot be kept.
        """
        with self.locked(), self._storing():
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                _cut_torn_end(descriptor)
                _write_all(descriptor, msgspec.json.encode(write) + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._sync_folder()

    def keep_only(self, writes: list[QueuedWrite]) -> None:
        """Cross out all but these, at once or not at all."""
        with self.locked(), self._storing():
            building = self._file.with_suffix(".new")
            descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                _write_all(descriptor, b"".join(msgspec.json.encode(write) + b"\n" for write in writes))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            building.replace(self._file)
            self._sync_folder()

    def refuse(self, write: QueuedWrite, reason: str) -> None:
        """Put away a write that the server refuses for good, with its reason."""
        with self.locked(), self._storing():
            descriptor = os.open(self.refused_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                line = msgspec.json.encode(_Refused(write, reason, datetime.now(UTC))) + b"\n"
                _write_all(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                "What could not be sent cannot be kept in {folder}: {reason}.",
                hint="Make room there, or get the right to write.",
                folder=str(self._folder),
                reason=Word(error.strerror or error),
            ) from error


def _cut_torn_end(descriptor: int) -> None:
    """Remove a line that was being written when its process died, and go to the end."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    data = os.pread(descriptor, size, 0)
    end = data.rfind(b"\n") + 1
    if end != size:
        os.ftruncate(descriptor, end)
    os.lseek(descriptor, end, os.SEEK_SET)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
