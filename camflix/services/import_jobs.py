"""Files sent to a server to be imported: kept in a private folder, looked at at once, taken after the answer.

What became of one stands in a file beside it, which every process of the host reads. The rows themselves are written in
one transaction: a server that ends in between has saved nothing of it.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
import weakref
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from camflix.errors import (
    CamFlixError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    StorageError,
    TooLargeError,
    Word,
)
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.mapping import AS_WRITTEN
from camflix.importers.movielens import MovieLensDataset
from camflix.results import ImportJob, changed
from camflix.services.file_lock import locked

if TYPE_CHECKING:
    from pathlib import Path

    from camflix.importers.mapping import ScoreMapping
    from camflix.results import ImportSource

Data: TypeAlias = "LetterboxdExport | MovieLensDataset"

MAX_UNPACKED_BYTES = 256 << 20
"""Of a ZIP that someone sends; on the machine itself larger ones can be imported."""
KEPT_SECONDS = 24 * 3600.0
_START_SECONDS = 30.0
LOOK_SECONDS = 1.0
"""Whoever asks how far an import is holds its lock for a moment; only what lasts longer is an import."""
_TOLD_SECONDS = 60.0
"""Whoever waits for an import asks once a second: after that long they have been told how it ended."""
_MAX_NAME = 80
_STATUS = "status.json"
_LOCK = "lock"
_LOOK = "look-"
_ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """An import to be done after the commit: whose, of which file, in which language it is told of, and its mapping."""

    user_id: int
    job: ImportJob
    folder: Path
    language: str
    mapping: ScoreMapping = AS_WRITTEN

    @property
    def file(self) -> Path:
        """Return the file that was sent."""
        return self.folder / self.job.file_name

    @property
    def lock(self) -> Path:
        """Return the lock that is held while this user's import goes on."""
        return self.folder.parent / _LOCK

    def tell(self, job: ImportJob) -> None:
        """Write how far it is, whole or not at all."""
        new = self.folder / f"{_STATUS}.new"
        new.write_bytes(msgspec.json.encode(job))
        new.replace(self.folder / _STATUS)


class LookedAt:
    """A file that was looked at and may be accepted; where nobody does, it goes with the last who knows of it.

    Args:
        file: alone in a folder of its own.
        source: which format it is.
        mapping: which scores its ratings become.
        n_rows: how many it holds.
    """

    def __init__(self, file: Path, source: ImportSource, mapping: ScoreMapping, n_rows: int) -> None:
        self.file = file
        self.source = source
        self.mapping = mapping
        self.n_rows = n_rows
        # Nothing is there any more of one that was accepted: it has another folder then.
        weakref.finalize(self, shutil.rmtree, file.parent, ignore_errors=True)


class ImportJobService:
    """One user's imports over the network, one at a time.

    Args:
        folder: where files wait; made when first needed, for nobody else to read.
        requests: where begun imports are left for whoever commits.
        language: in which problems are told.
    """

    def __init__(self, folder: Path, requests: list[ImportRequest], language: str) -> None:
        self._folder = folder
        self._requests = requests
        self._language = language

    def look_at(
        self,
        user_id: int,
        source: ImportSource,
        name: str,
        content: bytes,
        *,
        is_admin: bool,
        mapping: ScoreMapping = AS_WRITTEN,
    ) -> LookedAt:
        """Look at a file that may then be accepted. It may take long, and needs no transaction.

        Raises:
            NotAllowedError: a data set brings films and people for all; that is for administrators.
            InvalidFileError: it is no such file.
            InvalidInputError: the mapping names a rating that is not in it.
            TooLargeError: it unpacks to more than is taken.
            StorageError: it cannot be kept.
        """
        _refuse_for_all(source, is_admin=is_admin)
        folder = self._folder / str(user_id) / f"{_LOOK}{secrets.token_hex(8)}"
        try:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(mode=0o700)
            file = folder / _safe(name)
            file.write_bytes(content)
            with told_without(folder):
                n_rows = _count_rows(file, source, mapping)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise _not_kept(error) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return LookedAt(file, source, mapping, n_rows)

    def accept(self, user_id: int, looked: LookedAt, *, is_admin: bool, is_trial: bool) -> ImportJob:
        """Take a file that was looked at; it is imported after the commit.

        Raises:
            NotAllowedError: a data set brings films and people for all; that is for administrators.
            ConflictError: an import of this user is going on, or is about to.
            StorageError: it cannot be kept.
        """
        _refuse_for_all(looked.source, is_admin=is_admin)
        own, job_id = self._folder / str(user_id), secrets.token_hex(8)
        job = ImportJob(
            job_id, looked.source, looked.file.name, "waiting", is_trial, 0, looked.n_rows, None, None, None
        )
        request = ImportRequest(user_id, job, own / job_id, self._language, looked.mapping)
        # Only one at a time can find that there is no other.
        with locked(own / _LOCK, patience=LOOK_SECONDS) as is_free:
            if not is_free or _is_one_waiting(own):
                raise going_on()
            _drop_older(own, _TOLD_SECONDS)
            try:
                looked.file.parent.rename(request.folder)
                request.tell(job)
            except OSError as error:
                shutil.rmtree(request.folder, ignore_errors=True)
                raise _not_kept(error) from error
        self._requests.append(request)
        return job

    def of(self, user_id: int, job_id: str) -> ImportJob:
        """Return how far an import is. One whose server ended in between is told as interrupted.

        Raises:
            NotFoundError: this user has none of that number, or it is older than a day.
        """
        # What is no id must not name a folder elsewhere.
        folder = self._folder / str(user_id) / (job_id if _ID.fullmatch(job_id) else "none")
        try:
            job = _status(folder)
            if job.state not in {"waiting", "running"}:
                return job
            with locked(folder.parent / _LOCK) as is_free:
                # Nobody works on it; it may have ended, or not have begun, in this very moment.
                job = _status(folder)
                age = _age(folder / _STATUS)
        except FileNotFoundError as error:
            raise NotFoundError("You have no import {id}.", field="import_id", id=job_id) from error
        if is_free and (job.state == "running" or (job.state == "waiting" and age > _START_SECONDS)):
            return changed(job, state="interrupted")
        return job

    def forget(self, user_id: int) -> None:
        """Remove all that is kept of a user's imports."""
        shutil.rmtree(self._folder / str(user_id), ignore_errors=True)

    def drop_old(self) -> int:
        """Remove what is kept of imports older than a day; return how many."""
        with suppress(OSError):
            return sum(_drop_older(own, KEPT_SECONDS) for own in list(self._folder.iterdir()))
        return 0


def read(request: ImportRequest) -> Data:
    """Open the file of an import.

    Raises:
        CamFlixError: it is no such file; its place on this machine is in the sentence.
    """
    return _opened(request.file, request.job.source, request.mapping)


def _opened(file: Path, source: ImportSource, mapping: ScoreMapping) -> Data:
    return (LetterboxdExport if source == "letterboxd" else MovieLensDataset)(file, mapping)


def going_on() -> ConflictError:
    """Return the refusal of a second import while one goes on."""
    return ConflictError("An import of yours is going on already.", hint="Wait until it has ended.")


class told_without:  # noqa: N801 - reads as what it does, in a with statement
    """Lets errors name a file as it was sent, without its place on this machine."""

    def __init__(self, folder: Path) -> None:
        self._place = f"{folder}/"

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> Literal[False]:
        """Take the place out of an error's values."""
        if isinstance(error, CamFlixError):
            for name, value in error.values.items():
                if isinstance(value, str):
                    error.values[name] = type(value)(value.replace(self._place, ""))
        return False


def _refuse_for_all(source: ImportSource, *, is_admin: bool) -> None:
    if source == "movielens" and not is_admin:
        raise NotAllowedError(
            "A MovieLens data set brings films and people for everybody: only an administrator may import one."
        )


def _count_rows(file: Path, source: ImportSource, mapping: ScoreMapping) -> int:
    """Refuse a file that cannot be imported; return how many rows it holds."""
    _refuse_what_is_too_large(file)
    data = _opened(file, source, mapping)
    mapping.refuse_strangers(data)
    return data.count_ratings()


def _not_kept(error: OSError) -> StorageError:
    return StorageError(
        "The file cannot be kept: {reason}.", hint="Try again later.", reason=Word(error.strerror or error)
    )


def _refuse_what_is_too_large(file: Path) -> None:
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(file) as archive:
        # A member is never unpacked beyond the size it states.
        n_bytes = sum(member.file_size for member in archive.infolist())
        if n_bytes > MAX_UNPACKED_BYTES:
            raise TooLargeError(
                "{file} unpacks to more than {most} MB.",
                hint="Take the export as it was downloaded, or only its ratings.csv.",
                file=file.name,
                most=MAX_UNPACKED_BYTES >> 20,
            )


def _status(folder: Path) -> ImportJob:
    try:
        return msgspec.json.decode((folder / _STATUS).read_bytes(), type=ImportJob)
    except (NotADirectoryError, msgspec.DecodeError) as error:
        raise FileNotFoundError from error


def _safe(name: str) -> str:
    """Return a file's name without folders and without anything that a file system or a terminal would act on."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*{}').strip(". ")[-_MAX_NAME:]
    plain = plain.encode("ascii", "replace").decode().replace("?", "_")
    return plain if plain and plain not in {_STATUS, f"{_STATUS}.new"} else "upload"


def _is_one_waiting(own: Path) -> bool:
    """Return whether an import was accepted that is about to begin; what waits longer has been forgotten."""
    for folder in own.iterdir():
        with suppress(FileNotFoundError):
            if _status(folder).state == "waiting" and _age(folder / _STATUS) <= _START_SECONDS:
                return True
    return False


def _age(path: Path) -> float:
    """Return how many seconds ago something was changed."""
    return time.time() - path.stat().st_mtime


def _drop_older(own: Path, seconds: float) -> int:
    n = 0
    for folder in own.iterdir():
        # What is being looked at belongs to whoever looks; only of a killed server it stays.
        kept = KEPT_SECONDS if folder.name.startswith(_LOOK) else seconds
        with suppress(FileNotFoundError):
            if folder.is_dir() and _age(folder) >= kept:
                shutil.rmtree(folder, ignore_errors=True)
                n += 1
    return n
