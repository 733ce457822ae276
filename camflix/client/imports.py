"""A file imported through a client: sent, followed, its report returned."""

from __future__ import annotations

import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from camflix import operations
from camflix.errors import (
    CamFlixError,
    InvalidFileError,
    NotFoundError,
    ServerAwayError,
    StorageError,
    TooLargeError,
    Word,
)
from camflix.operations import inputs
from camflix.operations.import_inputs import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from camflix.client import Client
    from camflix.results import ImportJob, ImportReport, ImportSource, ScaleChoice

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0


class Progress(Protocol):
    """Told how many rows have been read, and how many there seem to be."""

    def __call__(self, n_rows: int, n_all: int | None = None) -> None:
        """Show it."""
        ...


def import_file(
    client: Client,
    source: ImportSource,
    path: Path,
    progress: Progress,
    *,
    is_trial: bool = False,
    scale: ScaleChoice = "auto",
    score_map: Sequence[str] = (),
) -> ImportReport:
    """Send a file, wait until it is imported, return the report.

    Args:
        client: whose ratings.
        source: which format it is.
        path: the file.
        progress: told how far it is.
        is_trial: nothing is saved.
        scale: where the scale of its ratings ends.
        score_map: scores of single ratings, as ``3.5=75``.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: it is a folder, it is no such file, or the import failed.
        InvalidInputError: the map names a rating that is not in it.
        TooLargeError: it is larger than a server takes.
        StorageError: it cannot be read here, or nothing could be written there.
    """
    content = _content(path)
    job = client.call(
        operations.start_import,
        inputs.StartImport(
            source=source,
            content=content,
            name=path.name[-255:] or "upload",
            trial=is_trial,
            scale=scale,
            map=tuple(score_map),
        ),
    )
    pause = _FIRST_PAUSE_SECONDS
    while job.state in {"waiting", "running"}:
        progress(job.n_rows_read, job.n_rows)
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE_SECONDS, 1.5 * pause)
        job = client.call(operations.get_import, inputs.ImportRef(job.id))
    if job.report is None:
        raise _failure(job)
    return job.report


def check_file(path: Path) -> None:
    """Refuse what a server would not take, before it is sent.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: it is a folder, or empty.
        TooLargeError: it is larger than a server takes.
        StorageError: it cannot be read.
    """
    with _reading(path):
        status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise InvalidFileError(
            "{file} is a folder; a server takes one file.", hint="Give the ZIP, or ratings.csv.", file=str(path)
        )
    if status.st_size > MAX_FILE_BYTES:
        raise TooLargeError(
            "{file} is larger than the {most} MB that a server takes.",
            hint="Give the ZIP, or only ratings.csv.",
            file=str(path),
            most=MAX_FILE_BYTES >> 20,
        )
    if not status.st_size:
        raise InvalidFileError("{file} is empty.", hint="Export or download it again.", file=str(path))


def _content(path: Path) -> bytes:
    check_file(path)
    with _reading(path):
        return path.read_bytes()


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(
            "There is no file or folder {file}.", hint="Check the name and the path.", file=str(path)
        ) from error
    except OSError as error:
        raise StorageError(
            "{file} cannot be read: {reason}.", file=str(path), reason=Word(error.strerror or error)
        ) from error


def _failure(job: ImportJob) -> CamFlixError:
    if job.state == "interrupted":
        return ServerAwayError(
            "The server ended in the middle of the import; nothing was saved.", hint="Import it again."
        )
    return InvalidFileError("The server could not import it: {reason}", reason=job.error or "?")
