"""What one person against everybody is made of and leaves behind: neighbours, residuals, votes, scratch memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from camflix.recommender.kernels.border import pointer
from camflix.recommender.percentiles import NO_PERCENTILE

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int32s, Int64s

Int16s: TypeAlias = NDArray[np.int16]

MOST_WEIGHT = 65536
"""Weights of neighbours are correlations in 65,536ths."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The neighbours of a person, nearest first.

    Attributes:
        weights: int32 ``[n_users]``, in 65,536ths; 0 for whoever is like nobody.
        order: int32 ``[m]``, users: greatest magnitude of weight first, equal ones by index.
        rank: int32 ``[n_users]``, each user's place in ``order``; m for whoever is not a neighbour.
    """

    weights: Int32s
    order: Int32s
    rank: Int32s


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
        numerators: int64 ``[n]``, sum of weight * residual.
        totals: int64 ``[n]``, sum of |weight|.
        n_votes: int64 ``[n]``.
    """

    numerators: Int64s
    totals: Int64s
    n_votes: Int64s

    def take(self, items: Int32s) -> VoteSums:
        """Return the sums of some films, of the sums of the catalogue."""
        return VoteSums(self.numerators[items], self.totals[items], self.n_votes[items])


class Scratch(threading.local):
    """Memory of one thread, all of it as a kernel expects to find it and leaves it again.

    Attributes:
        sums: uint64 ``[n_users, 2]``, 0.
        wide: int64 ``[n_users * 6]``, 0; empty until somebody has very many ratings.
        keys: uint64 ``[2, n_users]``, anything; a row for each half.
        counts: uint32 ``[MOST_WEIGHT + 1]``, anything.
        row: uint8 ``[n_items]``, 255.
        open: uint8 ``[n_items]``, anything.
        votes: int64 ``[n_items, 3]``, anything.
    """

    def __init__(self, n_users: int, n_items: int) -> None:
        self.sums = np.zeros((n_users, 2), dtype=np.uint64)
        self.wide = np.zeros(0, dtype=np.int64)
        self.keys = np.empty((2, n_users), dtype=np.uint64)
        self.counts = np.empty(MOST_WEIGHT + 1, dtype=np.uint32)
        self.row = np.full(n_items, NO_PERCENTILE, dtype=np.uint8)
        self.open = np.empty(n_items, dtype=np.uint8)
        self.votes = np.empty((n_items, 3), dtype=np.int64)

    def wide_for(self, n_ratings: int, chunk: int) -> Any:
        """Return a pointer to ``wide``, which is made when ``n_ratings`` don't fit one chunk."""
        if n_ratings > chunk and not len(self.wide):
            self.wide = np.zeros(len(self.sums) * 6, dtype=np.int64)
        return pointer(self.wide)
