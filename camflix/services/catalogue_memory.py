"""What a process remembers of the catalogue between transactions; all of it can be found again."""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_PLACES = 4096
_MOST_WORDS = 20_000
_SECONDS_GOOD = 20

CatalogueState: TypeAlias = tuple[int, int, int]
"""What the catalogue was like: the newest film's id, the data version, and which stretch of some seconds it was."""


@dataclass
class Places:
    """Films met at places of one order, so that a list drawn line by line need not count from its beginning each time.

    Single ratings move films by a few places meanwhile; windows that follow each other fit together all the same,
    because each is counted from the one before. Threads share it.
    """

    state: CatalogueState | None = None
    offsets: list[int] = field(default_factory=list)
    films: dict[int, tuple[object, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def before(self, offset: int, state: CatalogueState) -> tuple[object, int | None, int]:
        """Return the value and id of the last film known before a place, and its own place; None where none is.

        What was met in another state of the catalogue is forgotten.
        """
        with self._lock:
            if state != self.state or len(self.offsets) > _MOST_PLACES:
                self._forget(state)
            position = bisect_left(self.offsets, offset)
            if not position:
                return None, None, 0
            place = self.offsets[position - 1]
            return *self.films[place], place

    def remember(self, offset: int, value: object, movie_id: int, state: CatalogueState) -> None:
        """Keep the film met at a place, unless the catalogue has become another since it was looked for."""
        with self._lock:
            if state != self.state:
                return
            if offset not in self.films:
                insort(self.offsets, offset)
            self.films[offset] = (value, movie_id)

    def forget(self) -> None:
        """Forget all places: films have moved past them."""
        with self._lock:
            self._forget(self.state)

    def _forget(self, state: CatalogueState | None) -> None:
        self.state, self.offsets, self.films = state, [], {}


@dataclass
class Titles:
    """What searches remember of the titles there are.

    Attributes:
        newest: the id of the newest title when this was read.
        best_known: by film, one of the best known: all its folded titles as one text, each after a bar.
        frequent: by words searched for, of those that many films have: how many.
    """

    newest: int = -1
    best_known: dict[int, str] | None = None
    frequent: dict[object, int] = field(default_factory=dict)


@dataclass
class CatalogueMemory:
    """Sizes of lists and places in them, good for one state of the catalogue; and what searches know of the titles.

    Attributes:
        sizes: by column: the state of the catalogue, how many films there were then, how many of them had a value.
        places: by order: films met at places of it.
        titles: of the titles, as they were at the last search; good until one is added.
        seconds: the clock.
    """

    sizes: dict[str, tuple[CatalogueState, int, int]] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    titles: Titles = field(default_factory=Titles)
    seconds: Callable[[], float] = time.monotonic

    def state(self, newest: int, epoch: int) -> CatalogueState:
        """Return the state of the catalogue, by its newest film and the data version.

        Other processes rate films one by one, and learn of years that were not known, without a trace in these two:
        so no state lasts longer than some seconds.
        """
        return newest, epoch, int(self.seconds() // _SECONDS_GOOD)

    def titles_of(self, newest: int) -> Titles:
        """Return what is remembered of the titles up to the newest; nothing of them once there is a newer one."""
        if newest != self.titles.newest:
            self.titles = Titles(newest)
        elif len(self.titles.frequent) > _MOST_WORDS:
            self.titles.frequent = {}
        return self.titles
