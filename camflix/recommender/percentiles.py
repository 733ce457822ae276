"""Percentiles of whole rows at once, and the taste distance to many users; the integer rules of ``scores``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.arrays import MAX_SCORE
from camflix.scores import MIN_DISTINCT_SCORES

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings, UInt8s

NO_PERCENTILE = 255
"""Stands where a user has too few different scores for percentiles."""

_BINS = MAX_SCORE + 1


def percentile_rows(ratings: Ratings, users: Int32s) -> UInt8s:
    """Return what each score means to each of some users.

    Args:
        ratings: of everybody.
        users: int32 ``[k]``.

    Returns:
        uint8 ``[k, 101]``: the percentile (0-100) that the user's films with that score have; the whole row is
        ``NO_PERCENTILE`` for a user with fewer than five different scores. A score the user never gave has the
        percentile it would take between the others.
    """
    positions, places = ratings.ratings_of_users(users)
    return _percentiles_of_histograms(_histograms(places, ratings.scores[positions], len(users)))


def percentiles_of_scores(scores: UInt8s) -> UInt8s:
    """Return the same row, uint8 ``[101]``, for one person who gave ``scores`` (uint8 ``[n]``)."""
    row: UInt8s = _percentiles_of_histograms(np.bincount(scores, minlength=_BINS).reshape(1, _BINS))[0]
    return row


def percentiles(ratings: Ratings) -> UInt8s:
    """Return the percentile of every rating, uint8 ``[n]`` beside ``ratings.scores``; ``NO_PERCENTILE`` where null."""
    table = percentile_rows(ratings, np.arange(ratings.n_users, dtype=np.int32))
    result: UInt8s = table[ratings.row_users(), ratings.scores]
    return result


def taste_distances(ratings: Ratings, items: Int32s, scores: UInt8s, users: Int32s) -> Float64s:
    """Return the taste distance of one person to each of some users: mean |P(u, i) - P(v, i)| over films in common.

    Args:
        ratings: of everybody.
        items: int32 ``[m]``, what the person rated, unique.
        scores: uint8 ``[m]``, how.
        users: int32 ``[k]``.

    Returns:
        float64 ``[k]``, 0 (the same taste) to 100; NaN with fewer films in common than
        max(3, min(20, ceil(0.05 min(N_u, N_v)))), or fewer than five different scores of either.
    """
    own = np.full(ratings.n_items, NO_PERCENTILE, dtype=np.uint8)
    own[items] = percentiles_of_scores(scores)[scores]
    positions, places = ratings.ratings_of_users(users)
    theirs = percentile_rows(ratings, users)[places, ratings.scores[positions]].astype(np.int64)
    mine = own[ratings.items[positions]].astype(np.int64)
    told = (mine != NO_PERCENTILE) & (theirs != NO_PERCENTILE)
    n_common = np.bincount(places[told], minlength=len(users))
    total = np.bincount(places[told], weights=np.abs(mine - theirs)[told], minlength=len(users))
    n_theirs = ratings.user_ptr[users.astype(np.int64) + 1] - ratings.user_ptr[users]
    enough = n_common >= n_common_needed(len(items), n_theirs)
    distances = np.full(len(users), np.nan)
    distances[enough] = total[enough] / n_common[enough]
    return distances


def n_common_needed(n_first: int, n_second: Int64s) -> Int64s:
    """Return ``scores.n_common_needed`` of one count with each of many; int64, the shape of ``n_second``."""
    smaller = np.minimum(n_first, n_second)
    needed: Int64s = np.clip(-(-smaller // 20), 3, 20)
    return needed


def _histograms(places: Int64s, scores: UInt8s, n_rows: int) -> Int64s:
    counts: Int64s = np.bincount(places * _BINS + scores, minlength=n_rows * _BINS)
    return counts.reshape(n_rows, _BINS)


def _percentiles_of_histograms(equal: Int64s) -> UInt8s:
    """Return (100 L + 50 E) // N of each row's histogram; int64 ``[k, 101]`` in, uint8 out."""
    n_all = equal.sum(axis=1, keepdims=True)
    lower = np.cumsum(equal, axis=1) - equal
    result: UInt8s = ((100 * lower + 50 * equal) // np.maximum(n_all, 1)).astype(np.uint8)
    result[(equal > 0).sum(axis=1) < MIN_DISTINCT_SCORES] = NO_PERCENTILE
    return result
