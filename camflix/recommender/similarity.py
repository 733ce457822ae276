"""Exact damped Pearson correlation between users, on the items both rated.

    r(u, v) = (n Sxy - Sx Sy) / sqrt((n Sxx - Sx²) (n Syy - Sy²)),    s(u, v) = r(u, v) · n / (n + damping)

with sums over the n items that u (scores x) and v (scores y) both rated. All sums are integers, so that the result does
not depend on the order of addition; floats begin with the division. Correlation on co-rated items and its damping by
their number: Herlocker, Konstan, Borchers, Riedl, "An algorithmic framework for performing collaborative filtering"
(SIGIR 1999); the form n / (n + damping): Bell, Koren, "Scalable collaborative filtering with jointly derived
neighborhood interpolation weights" (ICDM 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.kernels import neighbours as kernels

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings, UInt8s

DAMPING = 25.0
"""How many items in common halve the correlation's weight against a long overlap."""

MIN_COMMON = 3
"""With fewer items in common a correlation says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class NeighbourTable:
    """The k users most like each user, best first; parallel arrays ``[n_users, k]``.

    Attributes:
        users: int32, -1 where a user has fewer than k.
        similarity: float64, NaN there.
        n_common: int32, 0 there.
    """

    users: Int32s
    similarity: Float64s
    n_common: Int32s


def pearson_row(
    ratings: Ratings, items: Int32s, scores: UInt8s, *, damping: float = DAMPING, min_common: int = MIN_COMMON
) -> tuple[Float64s, Int32s]:
    """Return the damped Pearson correlation of one person with every user.

    Args:
        ratings: of everybody.
        items: int32 ``[m]``, what the person rated, unique.
        scores: uint8 ``[m]``, how.
        damping: r is multiplied by n / (n + damping).
        min_common: with fewer items in common the similarity is null.

    Returns:
        similarity: float64 ``[n_users]``, -1 to 1; NaN where null: too few items in common, or no variance on them.
        n_common: int32 ``[n_users]``.
    """
    positions, places = ratings.ratings_of_items(items)
    users = ratings.users[positions]
    x = scores[places].astype(np.int64)
    y = ratings.item_scores[positions].astype(np.int64)
    n = np.bincount(users, minlength=ratings.n_users)
    sum_x, sum_y, sum_xx, sum_yy, sum_xy = (sum_by_user(ratings, users, v) for v in (x, y, x * x, y * y, x * y))
    similarity = damped_correlation(
        n * sum_xy - sum_x * sum_y, n * sum_xx - sum_x * sum_x, n * sum_yy - sum_y * sum_y, n, damping
    )
    similarity[n < min_common] = np.nan
    return similarity, n.astype(np.int32)


def sum_by_user(ratings: Ratings, users: Int32s, values: Int64s) -> Int64s:
    """Return the sum of ``values`` of each user, int64 ``[n_users]``; exact while it stays under 2^53."""
    # bincount adds in float64, in which integers up to 2^53 are exact: 9e11 co-rated films at 100 * 100 a film.
    return np.bincount(users, weights=values, minlength=ratings.n_users).astype(np.int64)


def damped_correlation(
    covariance: Int64s, variance_x: Int64s, variance_y: Int64s, n: Int64s, damping: float
) -> Float64s:
    """Return covariance / sqrt(variance_x · variance_y) · n / (n + damping), float64 ``[n_users]``.

    The three sums share one scale factor, which cancels. NaN where a variance is 0.
    """
    known = (variance_x > 0) & (variance_y > 0)
    similarity = np.full(len(n), np.nan)
    n_known = n[known].astype(np.float64)
    norm = np.sqrt(variance_x[known].astype(np.float64) * variance_y[known].astype(np.float64))
    similarity[known] = np.clip(covariance[known] / norm, -1.0, 1.0) * (n_known / (n_known + damping))
    return similarity


def nearest_first(similarity: Float64s, k: int, *, without: int = -1) -> Int64s:
    """Return the indices of the ``k`` greatest similarities, greatest first, equal ones by index; NaN never.

    Args:
        similarity: float64 ``[n_users]``.
        k: how many at the most.
        without: a user who is left out (the person's own row); -1 for none.
    """
    known = ~np.isnan(similarity)
    if without >= 0:
        known[without] = False
    candidates = np.flatnonzero(known)
    values = similarity[candidates]
    if len(values) > k > 0:
        # Ties with the k-th stay in, and the index decides between them below.
        candidates = candidates[values >= np.partition(values, len(values) - k)[len(values) - k]]
        values = similarity[candidates]
    return candidates[np.lexsort((candidates, -values))[:k]]


def top_k(ratings: Ratings, k: int, *, damping: float = DAMPING, min_common: int = MIN_COMMON) -> NeighbourTable:
    """Return the ``k`` users most like each user, over all pairs.

    The same for each user as ``pearson_row`` and ``nearest_first``, without the user; by the compiled kernel where it
    was built, on all processors.
    """
    return NeighbourTable(*kernels.top_k(ratings, k, damping=damping, min_common=min_common))
