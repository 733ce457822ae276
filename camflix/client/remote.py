"""The client that calls CamFlix on a server elsewhere.

What is read is asked again when the way there fails, and answered from the last answer when the server is away. Writes
carry an idempotency key: asked again they are done once. Those made while the server is away are kept (queue.py).
"""

from __future__ import annotations

import random
import ssl
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.request import getproxies

import httpx
import msgspec

from camflix import __version__
from camflix.client.answers import LastAnswers
from camflix.client.queue import QueuedWrite, WriteQueue
from camflix.client.wire import (
    AGE_HEADER,
    IDEMPOTENCY_HEADER,
    VERSION_HEADER,
    error_of,
    incompatible,
    result_of,
    retry_after,
    wire_request,
)
from camflix.errors import (
    CamFlixError,
    IncompatibleServerError,
    NotSignedInError,
    QueuedError,
    ServerAwayError,
    StorageError,
    TooManyRequestsError,
)
from camflix.i18n import _, current_language, plural, say
from camflix.operations import OPERATIONS
from camflix.operations.declare import may_wait
from camflix.operations.validate import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from camflix.client.login import Login
    from camflix.operations import Operation

Input = TypeVar("Input")
Result = TypeVar("Result")
TIMEOUT = httpx.Timeout(15.0, connect=4.0)
PAUSES = (0.2, 0.6, 1.5)
_AWAY_SECONDS = 3.0
_LONGEST_WAIT = 5
_BUDGET_SECONDS = 25.0
_GONE = frozenset({502, 503, 504})
# For as long as one of these lasts, later writes wait behind the one that met it.
_NOT_UNDONE = frozenset({"share_list", "unshare_list"})
"""Writes that may wait and that undo knows nothing of."""
_PATIENCE = timedelta(days=7)
"""So long a write is held where a server fails or sends on to another; then it gives way to those behind it."""
_HOLDS_UP = (ServerAwayError, TooManyRequestsError, StorageError, NotSignedInError, IncompatibleServerError)


def _trusted(url: str) -> ssl.SSLContext | bool:
    """Return which certificates are believed: the usual ones, or, where nothing is enciphered, none at all.

    Reading the usual ones takes as long as all else that a command does before it asks.
    """
    is_plain = url.startswith("http://") and not getproxies()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True


class RemoteClient:
    """Calls operations on a server.

    Args:
        login: which server, and the token.
        state: the folder under which unsent writes and last answers are kept.
        notice: told what the user should know besides the result: an old answer, writes sent late or refused.
        timeout: how long each step of a request may take.
        pauses: seconds before each further try.
    """

    def __init__(
        self,
        login: Login,
        state: Path,
        *,
        notice: Callable[[str], None] = lambda _text: None,
        timeout: httpx.Timeout = TIMEOUT,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.login = login
        self.queue = WriteQueue(login.folder(state))
        self._answers = LastAnswers(login.folder(state) / "answers")
        self._notice = notice
        self._pauses = pauses
        self._away_until = 0.0
        self.away_since: tuple[CamFlixError, datetime] | None = None
        headers = {"User-Agent": f"CamFlix/{__version__}", "Accept": "application/json"}
        if login.token:
            headers["Authorization"] = f"Bearer {login.token}"
        self._http = httpx.Client(base_url=login.url, headers=headers, timeout=timeout, verify=_trusted(login.url))

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def call(self, operation: Operation[Input, Result], body: Input) -> Result:
        """Check the input, send it, return the result.

        Raises:
            CamFlixError: what the operation raised there, as the same class.
            ServerAwayError: there is no answer, and no last one.
            QueuedError: the write is kept here and sent later.
            IncompatibleServerError: the server is older, newer, or no CamFlix.
        """
        fields = msgspec.to_builtins(checked(body))
        if may_wait(operation):
            return self._write(operation, fields)
        if operation.method == "GET":
            return self._read(operation, fields)
        # A file is not kept to be sent later; a key lets it be sent again when the way there fails.
        key = uuid.uuid4().hex if operation.takes_file else None
        return self._decoded(operation, self._send(operation, fields, key))

    def replay(self) -> int:
        """Send what waits, oldest first; return how many were done.

        Raises:
            CamFlixError: what holds the rest up; it stays where it is.
        """
        n_done = 0
        with self.queue.locked():
            left = self.queue.waiting()
            before = len(left)
            try:
                while left:
                    if self._send_late(left[0]):
                        n_done += 1
                        del left[0]
                        continue
                    refused = left.pop(0)
                    undo = None if refused.operation in _NOT_UNDONE else _undo_of_first(left)
                    if undo is not None:  # or it would take back what was written before
                        self.queue.refuse(undo, f"refused: {refused.key}")
                        left.remove(undo)
            finally:
                if len(left) < before:
                    self.queue.keep_only(left)
        if n_done:
            self._notice(plural("{n} write made offline was sent.", "{n} writes made offline were sent.", n_done))
        return n_done

    def _send_late(self, write: QueuedWrite) -> bool:
        """Send a write that was kept; return whether the server did it, or refused it for good."""
        operation = OPERATIONS.get(write.operation)
        if operation is None:
            self.queue.refuse(write, f"unknown operation: {write.operation}")
            return False
        try:
            self._send(operation, write.body, write.key, write.made_at)
        except _HOLDS_UP:
            raise
        except CamFlixError as error:
            # Not what the server says of this write, but of itself: it may be well tomorrow.
            if type(error) is CamFlixError and datetime.now(UTC) - write.made_at < _PATIENCE:
                raise
            reason = say(error)
            self.queue.refuse(write, reason)
            self._notice(
                _(
                    "A write made offline was refused: {reason} It is kept in {file}",
                    reason=reason,
                    file=self.queue.refused_file,
                )
            )
            return False
        return True

    def _is_held(self) -> bool:
        """Send what waits; return whether the server fails at some of it, which is said.

        Raises:
            CamFlixError: whatever else holds it up.
        """
        try:
            if not self.queue.is_empty():
                self.replay()
        except CamFlixError as error:
            if type(error) is not CamFlixError:
                raise
            self._notice(say(error))
            return True
        return False

    def _queued(self) -> QueuedError:
        return QueuedError(
            "The server {url} does not answer.",
            hint="This is kept here and sent as soon as it does.",
            url=self.login.url,
        )

    def _write(self, operation: Operation[Input, Result], fields: dict[str, Any]) -> Result:
        write = QueuedWrite(uuid.uuid4().hex, operation.name, fields, datetime.now(UTC))
        try:
            is_held = self._is_held()
            content = b"" if is_held else self._send(operation, fields, write.key)
        except ServerAwayError as error:
            self.queue.append(write)
            raise self._queued() from error
        if is_held:
            self.queue.append(write)  # behind what waits, or the order would change
            raise self._queued()
        self.away_since = None
        return self._decoded(operation, content)

    def _read(self, operation: Operation[Input, Result], fields: dict[str, Any]) -> Result:
        asked = f"{operation.name} {current_language()} {msgspec.json.encode(fields, order='sorted').decode()}"
        try:
            self._is_held()  # what is read may be well though a write is not
            content = self._send(operation, fields)
        except ServerAwayError as error:
            last = self._answers.find(asked) if operation.scope == "read" else None
            if last is None:
                raise
            content, answered_at = last
            self.away_since = (error, answered_at)
            result = self._decoded(operation, content)
            age = _age((datetime.now(UTC) - answered_at).total_seconds())
            self._notice(_("The server does not answer; this is its last answer, {age} old.", age=age))
            return result
        self.away_since = None
        result = self._decoded(operation, content)
        if operation.scope == "read":
            self._answers.keep(asked, content)
        return result

    def _decoded(self, operation: Operation[Input, Result], content: bytes) -> Result:
        return result_of(operation, content, self.login.url, self._version)

    def _send(
        self,
        operation: Operation[Any, Any],
        fields: dict[str, Any],
        key: str | None = None,
        made_at: datetime | None = None,
    ) -> bytes:
        """Send one request, again where that is safe; return the body of its answer."""
        if time.monotonic() < self._away_until:
            raise self._away()
        request = wire_request(operation, fields)
        headers = {"Accept-Language": current_language()}
        if request.json is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers[IDEMPOTENCY_HEADER] = key
        if made_at is not None:
            # How old it is by this machine's clock, whatever the server's shows.
            headers[AGE_HEADER] = f"{max(0.0, (datetime.now(UTC) - made_at).total_seconds()):.3f}"
        is_safe = operation.method == "GET" or key is not None
        began = time.monotonic()
        for pause in (*self._pauses, None):
            last_try = pause is None or time.monotonic() - began > _BUDGET_SECONDS
            try:
                response = self._http.request(
                    request.method, request.path, params=request.query, content=request.json, headers=headers
                )
            except (httpx.TransportError, httpx.InvalidURL) as error:
                # What never connected was never sent.
                if last_try or not (is_safe or isinstance(error, httpx.ConnectError)):
                    self._away_until = time.monotonic() + _AWAY_SECONDS
                    raise self._away(error) from error
                wait = float(pause or 0)
            else:
                self._version = response.headers.get(VERSION_HEADER, "")
                asked = retry_after(response) if response.status_code in {429, 503} else 0
                transient = response.status_code in _GONE or response.status_code == 429  # noqa: PLR2004 - too many requests
                if not (transient and is_safe) or last_try or asked > _LONGEST_WAIT:
                    return self._content(response)
                wait = max(float(pause or 0), asked)
            # So that many clients that met the same failure do not come back together.
            time.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
        raise AssertionError

    def _content(self, response: httpx.Response) -> bytes:
        if response.is_success:
            if not self._version:
                raise incompatible(self.login.url, "")
            return response.content
        if response.is_redirect:
            raise CamFlixError(
                "The server {url} sends on to {place}.",
                hint="Sign in there: camflix login {place}",
                url=self.login.url,
                place=response.headers.get("Location", "?").partition("/api/")[0],
            )
        error = error_of(response, self.login.url)
        if isinstance(error, IncompatibleServerError) and response.status_code in _GONE:
            # A proxy whose server is away.
            raise self._away()
        raise error

    def _away(self, error: Exception | None = None) -> ServerAwayError:
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            return ServerAwayError(
                "The server {url} takes too long to answer.", hint="Try again later.", url=self.login.url
            )
        return ServerAwayError(
            "The server {url} does not answer.",
            hint="Check the address and your connection; camflix logout goes back to this machine.",
            url=self.login.url,
        )

    _version = ""


def _undo_of_first(later: list[QueuedWrite]) -> QueuedWrite | None:
    """Return the undo among ``later`` writes that was meant for the write before them all."""
    n_between = 0
    for write in later:
        if write.operation in _NOT_UNDONE:
            continue
        if write.operation != "undo":
            n_between += 1
        elif n_between:
            n_between -= 1
        else:
            return write
    return None


def _age(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return plural("{n} minute", "{n} minutes", minutes)
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - two days
        return plural("{n} hour", "{n} hours", hours)
    return plural("{n} day", "{n} days", hours // 24)
