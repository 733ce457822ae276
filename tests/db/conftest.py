"""Databases to break: disks of one megabyte, read-only folders, a server that asks for a password and may stop."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from camflix.db.engine import open_engine
from tests.postgres import OwnPostgres, own_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Engine

PASSWORD = "hunter2"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine over an empty database of each kind."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def password_server() -> Iterator[OwnPostgres]:
    """Yield a PostgreSQL that asks for the password."""
    with own_postgres(PASSWORD) as server:
        yield server


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Return a function that makes a disk of so many bytes ("1m") and returns its folder."""
    with ExitStack() as mounted:

        def make(size: str, *options: str) -> Path:
            folder = tmp_path / "disk"
            folder.mkdir()
            mounted.enter_context(_mounted("-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs", folder))
            return folder

        yield make


@pytest.fixture
def read_only() -> Callable[[Path], AbstractContextManager[None]]:
    """Return a context manager in which a file or folder cannot be written, not even by root."""

    @contextmanager
    def protect(path: Path) -> Iterator[None]:
        if os.geteuid() != 0:
            mode = path.stat().st_mode
            path.chmod(mode & ~0o222)
            try:
                yield
            finally:
                path.chmod(mode)
            return
        with _mounted("--bind", path, path):
            _mount("-o", "remount,ro,bind", path)
            yield

    return protect


@contextmanager
def _mounted(*arguments: str | Path) -> Iterator[None]:
    _mount(*arguments)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", arguments[-1]], check=True)


def _mount(*arguments: str | Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    done = subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
