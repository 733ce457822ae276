"""A list is not ten sequels: the order of a list, changed a little so that each film adds something.

Maximal marginal relevance (Carbonell, Goldstein, "The use of MMR, diversity-based reranking for reordering documents
and producing summaries", SIGIR 1998): film after film, the one is taken whose order score, less what it repeats of the
films already taken, is greatest. Films repeat each other by the cosine of their vectors. Beside that, a franchise (a
collection of sequels, where the caller knows it) has only so many films on a list while there are others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float32s, Float64s, Int32s, Int64s

TRADE_OFF = 0.2
"""How much repeating counts against order score."""

MOST_OF_A_FRANCHISE = 1
NO_FRANCHISE = -1


def diversify(
    order_scores: Float64s,
    vectors: Float32s,
    n: int,
    *,
    franchises: Int32s | None = None,
    trade_off: float = TRADE_OFF,
    most_of_a_franchise: int = MOST_OF_A_FRANCHISE,
) -> Int64s:
    """Return the positions of the ``n`` films of a varied list, first to last; int64, all candidates if fewer.

    The first candidate always stays first. The same candidates give the same list; ties go to the earlier candidate.

    Args:
        order_scores: float64 ``[m]``, finite, descending: the candidates, more than ``n`` of them (200 for a list of 10
            to 50), so that what is passed over can be replaced.
        vectors: float32 ``[m, n_factors]``, what each film is like; zeros for a film like no other.
        n: length of the list.
        franchises: int32 ``[m]``, which franchise each belongs to, NO_FRANCHISE for none; None: nothing is known.
        trade_off: 0 (order score alone) to 1 (differing alone).
        most_of_a_franchise: so many of its films while other candidates are left; then they fill the list.

    Raises:
        ValueError: shapes that don't fit, scores not descending, a trade-off outside 0 to 1.
    """
    _check(order_scores, vectors, franchises, trade_off)
    n_candidates = len(order_scores)
    n = min(max(n, 0), n_candidates)
    relevance = (1 - trade_off) * _relative(order_scores)
    unit = _unit(vectors)
    repeated = np.zeros(n_candidates, dtype=np.float32)
    postponed = np.zeros(n_candidates)
    chosen = np.empty(n, dtype=np.int64)
    for place in range(n):
        value = relevance - trade_off * repeated - postponed
        position = int(np.argmax(value)) if place else 0
        chosen[place] = position
        np.maximum(repeated, unit @ unit[position], out=repeated)
        postponed[position] = np.inf
        if franchises is not None and franchises[position] != NO_FRANCHISE:
            members = franchises == franchises[position]
            if np.count_nonzero(members[chosen[: place + 1]]) >= most_of_a_franchise:
                # Behind all others, but before what is on the list.
                postponed[members & np.isfinite(postponed)] = _FAR_BEHIND
    return chosen


_FAR_BEHIND = 10.0
"""More than relevance and repetition can differ by together."""


def _relative(order_scores: Float64s) -> Float64s:
    """Return order scores as shares of the greatest, -1 at the least."""
    greatest = max(float(order_scores[0]), 0.0) if len(order_scores) else 0.0
    if greatest == 0:
        return np.linspace(0, -1, len(order_scores))
    shares: Float64s = np.maximum(order_scores / greatest, -1.0)
    return shares


def _unit(vectors: Float32s) -> Float32s:
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _check(order_scores: Float64s, vectors: Float32s, franchises: Int32s | None, trade_off: float) -> None:
    if vectors.ndim != 2 or len(vectors) != len(order_scores):  # noqa: PLR2004 - rows and columns
        msg = f"{len(order_scores)} order scores and vectors of shape {vectors.shape} don't fit together"
        raise ValueError(msg)
    if franchises is not None and franchises.shape != order_scores.shape:
        msg = f"{len(order_scores)} order scores and {franchises.shape} franchises don't fit together"
        raise ValueError(msg)
    if not np.all(np.isfinite(order_scores)) or np.any(np.diff(order_scores) > 0):
        msg = "order scores must be finite and descending"
        raise ValueError(msg)
    if not 0 <= trade_off <= 1:
        msg = f"a trade-off lies between 0 and 1, not {trade_off}"
        raise ValueError(msg)
