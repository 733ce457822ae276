"""The way to the client and back: every call in a thread of its own, nothing that waits on the event loop.

Writes go through one thread, so that they arrive in the order in which they were typed; reads through two others. The
last answers are remembered: when the client cannot answer (a server that is away, a locked database), screens go on
showing what they had, and say how old it is.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from camflix import display
from camflix.errors import CamFlixError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from datetime import datetime

    from camflix.client import Client
    from camflix.operations import Operation
    from camflix.tui.asks import Asks

Input = TypeVar("Input")
Result = TypeVar("Result")

_MOST_REMEMBERED = 120
_READERS = 2
_TRIED_SECONDS = 45.0
_AGAIN_SECONDS = 0.3
AWAY = frozenset({"storage", "server_away"})
"""The codes of errors that say nothing about what was asked, only that there is no answer now."""


class Link(NamedTuple):
    """How things stand with whoever answers.

    Attributes:
        error: why there is no answer now; None while there is.
        shown_at: when the oldest answer that had to be remembered since then was given; None when none had to.
    """

    error: CamFlixError | None = None
    shown_at: datetime | None = None


class Parting(NamedTuple):
    """What is said of an order, on the terminal, when the app is left before it is carried out.

    Attributes:
        lost: what was not saved, should it come to that.
        meanwhile: while it is waited for.
        done: makes words of its answer.
        is_long: whether it may take its time, and is not tried twice.
    """

    lost: str = ""
    meanwhile: str = ""
    done: Callable[[Any], str] | None = None
    is_long: bool = False


class Order(NamedTuple):
    """An order whose answer nobody has seen yet."""

    call: Future[Any]
    parting: Parting


NO_WORDS = Parting()


class RememberingClient:
    """A client that gives its last answer again when the one behind it cannot answer.

    Args:
        client: the one behind it.
        now: the clock.
        tell: told, in the thread of the call, how things stand whenever that changes. It may not wait for the event
            loop, which waits for this thread when one leaves.
    """

    def __init__(self, client: Client, now: Callable[[], datetime], tell: Callable[[Link], None]) -> None:
        self._client = client
        self._now = now
        self._tell = tell
        self._answers: OrderedDict[Any, tuple[object, datetime]] = OrderedDict()
        self._lock = Lock()
        self._link = Link()

    @property
    def is_away(self) -> bool:
        """Return whether the last answer was no answer of now."""
        return self._link.error is not None

    def call(self, operation: Operation[Input, Result], body: Input) -> Result:
        """Call; where there is no answer now and the same was answered before, return that.

        Raises:
            CamFlixError: whatever the operation says.
        """
        key = (operation.name, body)
        try:
            result = self._client.call(operation, body)
        except CamFlixError as error:
            if error.code not in AWAY:
                raise
            remembered = None if operation.writes else self._answers.get(key)
            self._stand(Link(error, self._oldest(remembered)))
            if remembered is None:
                raise
            return remembered[0]  # type: ignore[return-value]
        # It may have answered from what it keeps on the disk.
        self._stand(Link(*(getattr(self._client, "away_since", None) or ())))
        if not operation.writes:
            self._remember(key, result)
        return result

    def _oldest(self, remembered: tuple[object, datetime] | None) -> datetime | None:
        known = [moment for moment in (self._link.shown_at, remembered and remembered[1]) if moment is not None]
        return min(known, default=None)

    def _remember(self, key: object, result: object) -> None:
        with self._lock:
            self._answers[key] = (result, self._now())
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST_REMEMBERED:
                self._answers.popitem(last=False)

    def _stand(self, link: Link) -> None:
        if link != self._link:
            self._link = link
            self._tell(link)


class Calls:
    """Asks and tells the client, off the event loop.

    Args:
        connect: opens a client that speaks a language; called in a thread, at the first call.
        language: the first one.
        now: the clock.
        tell: told how things stand whenever that changes; called in the thread of a call.
    """

    def __init__(
        self,
        connect: Callable[[str], AbstractContextManager[Client]],
        language: str,
        now: Callable[[], datetime],
        tell: Callable[[Link], None],
    ) -> None:
        self._connect = connect
        self._language = language
        self._now = now
        self._tell = tell
        self._readers = ThreadPoolExecutor(_READERS, "camflix-read")
        self._writer = ThreadPoolExecutor(1, "camflix-write")
        self._opening = Lock()
        self._open: dict[str, Asks] = {}
        self._clients = ExitStack()
        self._running: set[Future[Any]] = set()
        self._orders: list[Order] = []
        self._is_left = False
        self.is_closed = False
        self.n_waiting = 0

    @property
    def is_open(self) -> bool:
        """Return whether a client was opened."""
        return bool(self._open)

    def speak(self, language: str) -> None:
        """Ask in another language from now on."""
        self._language = language

    @property
    def is_busy(self) -> bool:
        """Return whether a call is on its way."""
        return bool(self._running)

    async def ask(self, question: Callable[[Asks], Result]) -> Result:
        """Return the answer to a question that changes nothing.

        Raises:
            CamFlixError: whatever the operation says.
        """
        return await self._answer_of(asyncio.wrap_future(self._submit(self._readers, question)))

    def tell(
        self, order: Callable[[Asks], Result], parting: Parting = NO_WORDS
    ) -> Callable[[], Coroutine[Any, Any, Result]]:
        """Have something written; orders are carried out one after another, as they came.

        The order is given now, so that it is carried out even when the app is left before anybody waits for it.

        Returns:
            What waits for the answer; it raises CamFlixError, whatever the operation says.
        """
        given = Order(self._submit(self._writer, partial(self._carry_out, order, parting)), parting)
        self._orders.append(given)
        return partial(self._answer_to, given)

    def _carry_out(self, order: Callable[[Asks], Result], parting: Parting, asks: Asks) -> Result:
        """Carry out an order; when the app is left nobody can give it again, so it is tried for a while."""
        end = time.monotonic() + _TRIED_SECONDS
        while True:
            try:
                return order(asks)
            except CamFlixError as error:
                is_vain = error.code != "storage" or parting.is_long
                if is_vain or not self._is_left or time.monotonic() > end:
                    raise
            time.sleep(_AGAIN_SECONDS)

    def _submit(self, threads: ThreadPoolExecutor, question: Callable[[Asks], Result]) -> Future[Result]:
        language = self._language
        call = threads.submit(lambda: question(self._asks(language)))
        self._running.add(call)
        call.add_done_callback(self._running.discard)
        return call

    async def _answer_to(self, order: Order) -> Any:
        # Shielded: whoever gives up waiting may not take the order back.
        try:
            result = await self._answer_of(asyncio.shield(asyncio.wrap_future(order.call)))
        except asyncio.CancelledError:
            raise  # seen by nobody
        except Exception:
            self._orders.remove(order)
            raise
        self._orders.remove(order)
        return result

    async def _answer_of(self, answer: asyncio.Future[Result]) -> Result:
        self.n_waiting += 1
        try:
            # A worker that is cancelled gives up waiting; the call itself is carried to its end.
            return await answer
        finally:
            self.n_waiting -= 1

    def _asks(self, language: str) -> Asks:
        with self._opening:
            if language not in self._open:
                from camflix.tui.asks import Asks  # noqa: PLC0415 - loaded in this thread, after the first paint

                client = self._clients.enter_context(self._connect(language))
                asks = Asks(RememberingClient(client, self._now, self._tell))
                asks.profile()  # the first call makes the local profile, once
                # Before any score is shown or typed: 8 means another score of ten than of a hundred.
                display.use_display(asks.settings().score_display)
                self._open[language] = asks
            return self._open[language]

    def leave(self) -> list[Order]:
        """Ask nothing more; return the orders whose answers nobody has seen."""
        self._is_left = True
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._writer.shutdown(wait=False)
        return self._orders

    def close(self) -> None:
        """Give up what waits, and close what was opened unless a call is still on its way in it."""
        self._writer.shutdown(wait=False, cancel_futures=True)
        if not self.is_busy:
            self._clients.close()
            self.is_closed = True
