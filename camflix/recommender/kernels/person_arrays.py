"""What one person against everybody is made of and leaves behind: neighbours, residuals, votes, scratch memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from camflix.recommender.kernels.border import pointer
from camflix.recommender.percentiles import NO_PERCENTILE

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int16s, Int32s, Int64s, Ratings, UInt64s

MOST_WEIGHT = 65536
"""Weights of neighbours are correlations in 65,536ths."""

NO_RANK = np.iinfo(np.int32).max
"""The rank of whoever is no neighbour."""

_LINE = 64

VOTE = 65536
"""The unit of the sum of weights, where it shares a word with the number of votes."""


class Nearest(NamedTuple):
    """The users most similar to a person, greatest similarity first, equal ones by index.

    Attributes:
        users: int32 ``[m]``.
        similarity: float64 ``[m]``.
        distances: float64 ``[m]``, taste distances, NaN where too little is known.
        n_common: int32 ``[m]``, films in common with each.
    """

    users: Int32s
    similarity: Float64s
    distances: Float64s
    n_common: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The neighbours of a person, nearest first.

    Attributes:
        heard: int32 ``[m, 3]``: user, weight in 65,536ths (never 0), number of films in common. Greatest magnitude of
            weight first, equal ones by index.
    """

    heard: Int32s

    @classmethod
    def of(cls, order: Int32s, weights: Int32s, n_common: Int32s) -> Ranking:
        """Return the ranking made of its columns."""
        return cls(np.stack((order, weights, n_common), axis=1))

    @property
    def order(self) -> Int32s:
        """int32 ``[m]``, users."""
        return self.heard[:, 0]

    @property
    def weights(self) -> Int32s:
        """int32 ``[m]``, theirs."""
        return self.heard[:, 1]

    @property
    def n_common(self) -> Int32s:
        """int32 ``[m]``, films in common with each."""
        return self.heard[:, 2]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which users are wanted: of greatest correlation, r n / (n + damping) over the n items in common.

    Attributes:
        most: so many at the most.
        damping: 0 or more.
        min_common: with fewer items in common there is none.
    """

    most: int
    damping: float
    min_common: int


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Everybody's residuals, both ways round; ``Everybody.residuals`` makes and checks them.

    Attributes:
        ratings: of these.
        by_item: int16 ``[n]`` beside ``Ratings.users``.
        rows: uint32 ``[n]`` that kernels take, beside ``Ratings.items``: these and their residuals; nothing without
            kernels, or where there are too many items.
        columns: the struct of these and of the ratings that kernels take; nothing without kernels.
    """

    ratings: Ratings
    by_item: Int16s
    rows: Any
    columns: Any


@dataclass(frozen=True, slots=True, eq=False)
class VoteSums:
    """Of each film, sums over the votes on it.

    Attributes:
        packed: int64 ``[n, 2]``: sum of weight * residual; sum of |weight| * 65,536 + how many votes.
    """

    packed: Int64s

    @property
    def numerators(self) -> Int64s:
        """int64 ``[n]``, sum of weight * residual."""
        return self.packed[:, 0]

    @property
    def totals(self) -> Int64s:
        """int64 ``[n]``, sum of |weight|."""
        return self.packed[:, 1] // VOTE

    @property
    def n_votes(self) -> Int64s:
        """int64 ``[n]``."""
        return self.packed[:, 1] % VOTE

    def take(self, items: Int32s) -> VoteSums:
        """Return the sums of some films, of the sums of the catalogue."""
        return VoteSums(self.packed[items])


@dataclass(frozen=True, slots=True)
class VoteScale:
    """How predictions are made of votes: scale * numerator / (unit * (total + damping)), in whole numbers."""

    scale: int
    unit: int
    damping: int


class Scratch(threading.local):
    """Memory of one thread, all of it as a kernel expects to find it and leaves it again.

    Attributes:
        sums: uint64 ``[n_users, 4]``, 0, from the start of a cache line on.
        wide: int64 ``[n_users * 6]``, 0; empty until somebody has very many ratings.
        keys: uint64 ``[2, n_users + 16]``, anything; a row for each half.
        row: uint8 ``[n_items]``, 255.
        open: uint8 ``[n_items + 3]``, anything.
        votes: int64 ``[n_items, 2]``, anything.
        rank: int32 ``[n_users]``, ``NO_RANK``.
    """

    def __init__(self, n_users: int, n_items: int) -> None:
        self.sums = _lines_of_zeros(n_users, 4)
        self.wide = np.zeros(0, dtype=np.int64)
        self.keys = np.empty((2, n_users + 16), dtype=np.uint64)
        self.row = np.full(n_items, NO_PERCENTILE, dtype=np.uint8)
        self.open = np.empty(n_items + 3, dtype=np.uint8)
        self.votes = np.empty((n_items, 2), dtype=np.int64)
        self.rank = np.full(n_users, NO_RANK, dtype=np.int32)

    def wide_for(self, n_ratings: int, chunk: int) -> Any:
        """Return a pointer to ``wide``, which is made when ``n_ratings`` don't fit one chunk."""
        if n_ratings > chunk and not len(self.wide):
            self.wide = np.zeros(len(self.sums) * 6, dtype=np.int64)
        return pointer(self.wide)


def _lines_of_zeros(n_rows: int, n_columns: int) -> UInt64s:
    """Return zeros that lie from the start of a cache line on, so that no row of 32 bytes lies in two."""
    memory = np.zeros(n_rows * n_columns + _LINE // 8, dtype=np.uint64)
    first = -memory.ctypes.data % _LINE // 8
    return memory[first : first + n_rows * n_columns].reshape(n_rows, n_columns)
