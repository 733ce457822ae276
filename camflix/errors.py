"""Every failure that a person or a client can cause.

An error carries its sentence untranslated, with the values that go into it, so that each front end can say it in the
reader's language: ``i18n.say(error)``. Exit codes and HTTP statuses are tables in the front ends, complete by test.
"""

from __future__ import annotations

from typing import ClassVar


class Word(str):
    """A value of an error that is itself a word of ours, said in the reader's language like the sentence around it."""

    __slots__ = ()


class CamFlixError(Exception):
    """Something that a person or a client can cause, and can mend.

    Args:
        message: the sentence in English, with ``{name}`` places; also the key of its translation.
        hint: what to do about it, same form; empty when the sentence says it all.
        field: the name of the input that is wrong, if one is.
        values: what goes into the places of message and hint.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, /, *, hint: str = "", field: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        self.values = values
        self.said_as: str | None = None
        """What the reader calls that input, where a front end has another name for it: ``--on`` for ``seen_on``."""

    def __str__(self) -> str:
        """Return the sentence in English, for logs and tracebacks."""
        return self.message.format(**self.places)

    @property
    def places(self) -> dict[str, object]:
        """Return what goes into the places of message and hint: the values, and the field's name."""
        return {"field": self.said_as or self.field, **self.values}


class InvalidInputError(CamFlixError):
    """A value that cannot be taken: out of range, of the wrong kind, an unknown name."""

    code = "invalid_input"


class SettingsError(CamFlixError):
    """A setting that cannot be used, named with where it was read."""

    code = "settings"


class InvalidFileError(CamFlixError):
    """A file that cannot be read as what it was given for: empty, no such column, wrong encoding, broken archive."""

    code = "invalid_file"


class NotFoundError(CamFlixError):
    """A user, film, rating or file that is not there."""

    code = "not_found"


class AmbiguousError(CamFlixError):
    """A name that fits several films; ``candidates`` holds them (results.MovieSummary)."""

    code = "ambiguous"

    def __init__(
        self,
        message: str,
        /,
        *,
        candidates: tuple[object, ...],
        hint: str = "",
        field: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(message, hint=hint, field=field, **values)
        self.candidates = candidates


class ConflictError(CamFlixError):
    """A name already taken, or a change that another change has overtaken."""

    code = "conflict"


class NotAllowedError(CamFlixError):
    """A thing that this user may not do."""

    code = "not_allowed"


class StorageError(CamFlixError):
    """The database or the disk cannot take or give data: full, read-only, locked, not reachable."""

    code = "storage"


class SchemaError(CamFlixError):
    """The database was made by an older or a newer CamFlix, or by another program."""

    code = "schema"


class NotSignedInError(CamFlixError):
    """Nobody is signed in, or what they sign in with is wrong, expired or revoked."""

    code = "not_signed_in"


class TooManyRequestsError(CamFlixError):
    """More was asked in a stretch of time than is allowed; ``retry_after`` seconds later there is room again."""

    code = "too_many_requests"

    def __init__(
        self, message: str, /, *, retry_after: int, hint: str = "", field: str | None = None, **values: object
    ) -> None:
        super().__init__(message, hint=hint, field=field, retry_after=retry_after, **values)
        self.retry_after = retry_after


class TooLargeError(CamFlixError):
    """A request whose body is larger than the server takes."""

    code = "too_large"


class ServerAwayError(CamFlixError):
    """A server elsewhere does not answer, or not in time."""

    code = "server_away"


class IncompatibleServerError(CamFlixError):
    """A server elsewhere is older or newer than this CamFlix, or is no CamFlix at all."""

    code = "incompatible_server"


class QueuedError(CamFlixError):
    """A write that could not be sent now: it is kept on this machine and sent later, in its turn."""

    code = "queued"
