"""The best of a catalogue: an evidence floor, nothing known or unwanted, ties by index, the same list twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s
    from camflix.recommender.model import Person


def candidates(n_items: int, person: Person, exclude: Int32s) -> Int32s:
    """Return the items that may be recommended: neither rated by the person nor in ``exclude``; int32, ascending."""
    open_items = np.ones(n_items, dtype=np.bool_)
    open_items[person.items] = False
    open_items[exclude] = False
    return np.flatnonzero(open_items).astype(np.int32)


def best_first(values: Float64s, n: int, *, n_evidence: Int32s, min_evidence: int) -> Int64s:
    """Return the positions of the ``n`` greatest values that have enough behind them, greatest first, ties by position.

    Args:
        values: float64 ``[m]``, what the list is ordered by.
        n: how many at the most.
        n_evidence: int32 ``[m]``, ratings of others behind each.
        min_evidence: positions with fewer are left out.
    """
    enough = np.flatnonzero(n_evidence >= min_evidence)
    if n <= 0 or not len(enough):
        return enough[:0]
    kept = values[enough]
    if len(kept) > n:
        # Everything equal to the n-th value stays in, so that the position and not the partition decides.
        enough = enough[kept >= np.partition(kept, len(kept) - n)[len(kept) - n]]
    return enough[np.lexsort((enough, -values[enough]))[:n]]
