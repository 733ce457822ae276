"""Imports over the network done in threads, after the answer that they were begun."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from typing import TYPE_CHECKING, Protocol

from camflix.errors import CamFlixError, InvalidFileError
from camflix.i18n import N_, _, say, speaking
from camflix.importers.letterboxd import LetterboxdExport
from camflix.results import changed
from camflix.services.file_lock import locked
from camflix.services.import_jobs import LOOK_SECONDS, going_on, read, told_without

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from camflix.results import ImportJob, ImportReport
    from camflix.services.container import Services
    from camflix.services.import_jobs import ImportRequest

_LOG = logging.getLogger("camflix.imports")
_TELL_SECONDS = 0.3
_LAST_SECONDS = 30.0
_BUG = N_("Something went wrong on the server; it was written to its log.")


class DoesImports(Protocol):
    """What the worker needs of CamFlix."""

    def transaction(self, *, writes: bool, language: str | None = None) -> AbstractContextManager[Services]:
        """Open a transaction."""
        ...

    def refresh_engine(self, *, wait: bool = False) -> None:
        """Fit the engine anew if its model is old."""
        ...


class _Trial(Exception):  # noqa: N818 - no error
    """Ends the transaction of an import that was only tried: nothing is saved."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


class ImportWorker:
    """Does imports, each in a thread, one at a time: a database takes no two at once, and none waits with a connection.

    Args:
        camflix: whose imports.
    """

    def __init__(self, camflix: DoesImports) -> None:
        self._camflix = camflix
        self._threads: list[threading.Thread] = []
        self._turn = threading.Lock()

    def start(self, request: ImportRequest) -> None:
        """Do an import in a thread of its own."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._work, args=(request,), name="camflix-import", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Wait for what is going on; what takes too long is cut off, and nothing of it saved."""
        until = time.monotonic() + _LAST_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, request: ImportRequest) -> None:
        with speaking(request.language), locked(request.lock, patience=LOOK_SECONDS) as is_free:
            if is_free:
                with self._turn:
                    job = self._outcome(request)
            else:
                job = _failed(request.job, going_on())
            try:
                request.file.unlink(missing_ok=True)
                request.tell(job)
            except OSError:
                # The account may have gone meanwhile, its folder with it.
                shutil.rmtree(request.folder, ignore_errors=True)
                return
        if job.state == "done" and not job.is_trial:
            try:
                self._camflix.refresh_engine(wait=True)
            except CamFlixError:
                _LOG.exception("the model could not be refitted after an import")

    def _outcome(self, request: ImportRequest) -> ImportJob:
        job = changed(request.job, state="running")
        try:
            request.tell(job)
            with told_without(request.folder):
                report = self._report(request, job)
        except CamFlixError as error:
            return _failed(job, error)
        except Exception:  # noqa: BLE001 - a bug: whoever waits for the import must hear of it all the same
            _LOG.exception("import %s failed", job.id)
            return changed(job, state="failed", error=_(_BUG), error_code="http_500")
        shown = tuple(changed(each, file=each.file.replace(f"{request.folder}/", "")) for each in report.problems)
        return changed(job, state="done", n_rows_read=report.rows, report=changed(report, problems=shown))

    def _report(self, request: ImportRequest, job: ImportJob) -> ImportReport:
        data, told_at = read(request), time.monotonic()

        def progress(n_rows: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at > _TELL_SECONDS:
                told_at = time.monotonic()
                request.tell(changed(job, n_rows_read=n_rows))

        try:
            with self._camflix.transaction(writes=True, language=request.language) as services:
                if isinstance(data, LetterboxdExport):
                    report = services.imports.letterboxd(data, job.file_name, request.user_id, progress)
                else:
                    report = services.imports.movielens(data, job.file_name, request.user_id, progress)
                if not report.rows:
                    raise InvalidFileError(
                        "{file} holds no ratings.", hint="Export or download it again.", file=job.file_name
                    )
                _end_if_trial(job, report)
        except _Trial as trial:
            return trial.report
        return report


def _end_if_trial(job: ImportJob, report: ImportReport) -> None:
    if job.is_trial:
        raise _Trial(report)


def _failed(job: ImportJob, error: CamFlixError) -> ImportJob:
    return changed(job, state="failed", error=say(error), error_code=error.code)
