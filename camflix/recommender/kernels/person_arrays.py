"""What one person against everybody is made of and leaves behind: neighbours, residuals, votes, scratch memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.kernels.border import pointer
from camflix.recommender.percentiles import NO_PERCENTILE

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int16s, Int32s, Int64s

MOST_WEIGHT = 65536
"""Weights of neighbours are correlations in 65,536ths."""

NO_RANK = np.iinfo(np.int32).max
"""The rank of whoever is no neighbour."""

VOTE = 65536
"""The unit of the sum of weights, where it shares a word with the number of votes."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The neighbours of a person, nearest first.

    Attributes:
        order: int32 ``[m]``, users: greatest magnitude of weight first, equal ones by index.
        weights: int32 ``[m]``, theirs, in 65,536ths, never 0.
        n_common: int32 ``[m]``, films in common with each.
    """

    order: Int32s
    weights: Int32s
    n_common: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Everybody's residuals, both ways round; ``Everybody.residuals`` makes and checks them.

    Attributes:
        by_user: int16 ``[n]`` beside ``Ratings.items``.
        by_item: int16 ``[n]`` beside ``Ratings.users``.
    """

    by_user: Int16s
    by_item: Int16s


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
        sums: uint64 ``[n_users, 2]``, 0.
        wide: int64 ``[n_users * 6]``, 0; empty until somebody has very many ratings.
        keys: uint64 ``[2, n_users + 16]``, anything; a row for each half.
        row: uint8 ``[n_items]``, 255.
        open: uint8 ``[n_items + 3]``, anything.
        votes: int64 ``[n_items, 2]``, anything.
        rank: int32 ``[n_users]``, ``NO_RANK``.
    """

    def __init__(self, n_users: int, n_items: int) -> None:
        self.sums = np.zeros((n_users, 2), dtype=np.uint64)
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
