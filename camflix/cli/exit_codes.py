"""Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 ambiguous."""

from __future__ import annotations

from enum import IntEnum

from camflix import errors


class ExitCode(IntEnum):
    """What a command's exit status says."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NOT_FOUND = 3
    AMBIGUOUS = 4
    INTERRUPTED = 130


EXIT_CODES: dict[type[errors.CamFlixError], ExitCode] = {
    errors.CamFlixError: ExitCode.FAILED,
    errors.InvalidInputError: ExitCode.WRONG_USAGE,
    errors.SettingsError: ExitCode.WRONG_USAGE,
    errors.InvalidFileError: ExitCode.FAILED,
    errors.NotFoundError: ExitCode.NOT_FOUND,
    errors.AmbiguousError: ExitCode.AMBIGUOUS,
    errors.ConflictError: ExitCode.FAILED,
    errors.NotAllowedError: ExitCode.FAILED,
    errors.StorageError: ExitCode.FAILED,
    errors.SchemaError: ExitCode.FAILED,
    errors.NotSignedInError: ExitCode.FAILED,
    errors.TooManyRequestsError: ExitCode.FAILED,
    errors.TooLargeError: ExitCode.FAILED,
    errors.ServerAwayError: ExitCode.FAILED,
    errors.IncompatibleServerError: ExitCode.FAILED,
    errors.QueuedError: ExitCode.FAILED,
}
"""By class; a test proves it complete."""
