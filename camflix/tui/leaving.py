"""Leaving: what was ordered is carried out or kept first, and the terminal is told what there is to wait for."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from camflix.errors import CamFlixError
from camflix.i18n import _, plural, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.tui.calls import Calls, Order

MOST_SECONDS = 60.0
"""How long orders are waited for; a remote client gives up after less, and keeps them. A long one has its time."""
_UNSAID_SECONDS = 0.4
_READING_SECONDS = 1.0
_LOOK_SECONDS = 0.02


def write(text: str) -> None:
    """Write a line on the terminal that the app has given back."""
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


async def see_off(calls: Calls) -> bool:
    """Wait until what was ordered is done, then close; return whether all of it was carried out or kept."""
    orders = calls.leave()
    # ctrl-c: one leaves at once.
    with suppress(asyncio.CancelledError):
        await _wait(orders)
    is_well = _say_what_became(orders)
    end = time.monotonic() + _READING_SECONDS
    with suppress(asyncio.CancelledError):
        while calls.is_busy:
            if time.monotonic() > end:
                break
            await asyncio.sleep(_LOOK_SECONDS)
    calls.close()
    return is_well


async def _wait(orders: Sequence[Order]) -> None:
    began, is_said, end = time.monotonic(), False, 0.0
    while left := [order for order in orders if not order.call.done()]:
        now = time.monotonic()
        if not is_said and now > began + _UNSAID_SECONDS:
            is_said = True
            write(_("Not all that was ordered is saved yet; ctrl-c leaves without waiting."))
            for words in dict.fromkeys(order.parting.meanwhile for order in left if order.parting.meanwhile):
                write(words)
        if not end or any(order.parting.is_long for order in left):
            end = now + MOST_SECONDS
        if now > end:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _say_what_became(orders: Sequence[Order]) -> bool:
    """Say of each order what nobody was there to see; return whether none was lost."""
    said, n_lost, n_unnamed = [], 0, 0
    for call, parting in orders:
        error = call.exception() if call.done() else None
        if error is not None and not isinstance(error, CamFlixError):
            raise error
        if error is not None and error.code == "queued":
            said.append(say(error))
        elif error is not None or not call.done():
            n_lost += 1
            n_unnamed += not parting.lost
            said.append(" ".join(words for words in (parting.lost, say(error) if error else "") if words))
        elif parting.done is not None:
            said.append(parting.done(call.result()))
    for words in dict.fromkeys(said):
        if words:
            write(words)
    if n_unnamed:
        write(plural("{n} change was not saved.", "{n} changes were not saved.", n_unnamed))
    return not n_lost
