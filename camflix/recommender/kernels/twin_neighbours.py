"""What neighbours.c, person.c and votes.c do, in plain numpy: slower, and equal to the last bit.

It serves where the extension could not be built, and the tests compare the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.kernels.person_arrays import MOST_WEIGHT, NO_RANK, VOTE, Ranking
from camflix.recommender.receipt import rounded_ratios

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int16s, Int32s, Int64s, Ratings, UInt8s
    from camflix.recommender.kernels.person_arrays import VoteScale, VoteSums


def top_k(ratings: Ratings, k: int, *, damping: float, min_common: int) -> tuple[Int32s, Float64s, Int32s]:
    """Return the ``k`` users most similar to each: users (-1 where fewer), similarity (NaN), n_common (0)."""
    shape = (ratings.n_users, k)
    users = np.full(shape, -1, dtype=np.int32)
    similarity = np.full(shape, np.nan)
    n_common = np.zeros(shape, dtype=np.int32)
    for user in range(ratings.n_users):
        row, row_common = pearson_row(ratings, *ratings.of_user(user), damping=damping, min_common=min_common)
        best = nearest(row, k, without=user)
        users[user, : len(best)] = best
        similarity[user, : len(best)] = row[best]
        n_common[user, : len(best)] = row_common[best]
    return users, similarity, n_common


def pearson_row(
    ratings: Ratings, items: Int32s, scores: UInt8s, *, damping: float, min_common: int
) -> tuple[Float64s, Int32s]:
    """Return the damped Pearson correlation of one person with every user, and n_common."""
    positions, places = _expand(ratings.item_ptr, items)
    users = ratings.users[positions]
    x, y = scores[places].astype(np.int64), ratings.item_scores[positions].astype(np.int64)
    n, sum_x, sum_y, sum_xx, sum_yy, sum_xy = _sums(ratings, users, (np.ones_like(x), x, y, x * x, y * y, x * y))
    similarity = _damped_correlation(
        n * sum_xy - sum_x * sum_y, n * sum_xx - sum_x * sum_x, n * sum_yy - sum_y * sum_y, n, damping, min_common
    )
    return similarity, n.astype(np.int32)


def residual_weights(
    ratings: Ratings, item_residuals: Int16s, items: Int32s, residuals: Int16s, *, damping: float, min_common: int
) -> tuple[Int32s, Int32s]:
    """Return the damped correlation of one person's residuals with every user's, in 65,536ths, and n_common."""
    positions, places = _expand(ratings.item_ptr, items)
    users = ratings.users[positions]
    x, y = residuals[places].astype(np.int64), item_residuals[positions].astype(np.int64)
    n, sum_xx, sum_yy, sum_xy = _sums(ratings, users, (np.ones_like(x), x * x, y * y, x * y))
    similarity = _damped_correlation(sum_xy, sum_xx, sum_yy, n, damping, min_common)
    return np.rint(np.nan_to_num(similarity) * MOST_WEIGHT).astype(np.int32), n.astype(np.int32)


def nearest(similarity: Float64s, k: int, *, without: int = -1) -> Int32s:
    """Return the indices of the ``k`` greatest similarities, greatest first, equal ones by index; NaN never."""
    known = ~np.isnan(similarity)
    if 0 <= without < len(known):
        known[without] = False
    indices = np.flatnonzero(known)
    return indices[np.argsort(-similarity[indices], kind="stable")[:k]].astype(np.int32)


def heard(weights: Int32s, n_common: Int32s, most: int, *, without: int = -1) -> Ranking:
    """Return ``most`` users with a weight, greatest magnitude first, equal ones by index."""
    magnitudes = np.abs(weights)
    if 0 <= without < len(weights):
        magnitudes[without] = 0
    order = np.argsort(-magnitudes, kind="stable")[: min(np.count_nonzero(magnitudes), most)].astype(np.int32)
    return Ranking.of(order, weights[order], n_common[order])


def votes_on(ratings: Ratings, item_residuals: Int16s, ranking: Ranking, items: Int32s, *, k: int) -> Int64s:
    """Return for each of ``items`` the sums over its ``k`` nearest raters, packed as ``VoteSums``."""
    rank = np.full(ratings.n_users, NO_RANK, dtype=np.int32)
    rank[ranking.order] = np.arange(len(ranking.order), dtype=np.int32)
    positions, places = _expand(ratings.item_ptr, items)
    users = ratings.users[positions]
    speaking = rank[users] != NO_RANK
    positions, places, ranks = positions[speaking], places[speaking], rank[users[speaking]]
    by_rank = np.lexsort((ranks, places))
    counts = np.bincount(places, minlength=len(items))
    turn = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = by_rank[turn < k]
    weight = ranking.weights[ranks[chosen]].astype(np.int64)
    numerators, totals = np.zeros(len(items), dtype=np.int64), np.zeros(len(items), dtype=np.int64)
    np.add.at(numerators, places[chosen], weight * item_residuals[positions[chosen]])
    np.add.at(totals, places[chosen], np.abs(weight))
    return np.stack((numerators, totals * VOTE + np.minimum(counts, k)), axis=1)


def best(
    votes: VoteSums, effects: Int64s, scale: VoteScale, n: int, *, exclude: Int32s, min_votes: int
) -> tuple[Int32s, Int64s, Int32s]:
    """Return the ``n`` films whose prediction from the votes is greatest, these predictions, and the votes on each."""
    enough = votes.n_votes >= min_votes
    enough[exclude] = False
    items = np.flatnonzero(enough).astype(np.int32)
    sums = votes.take(items)
    changes = rounded_ratios(scale.scale * sums.numerators, scale.unit * (sums.totals + scale.damping))
    predictions = effects[items] + changes
    first = np.lexsort((items, -predictions))[:n]
    return items[first], predictions[first], sums.n_votes[first].astype(np.int32)


def columns_of(n_items: int, user_ptr: Int64s, items: Int32s, scores: UInt8s) -> tuple[Int64s, Int32s, UInt8s]:
    """Return rows by user as rows by item: item_ptr, users, item_scores."""
    item_ptr = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(items, minlength=n_items))))
    by_item = np.argsort(items, kind="stable")
    users = np.repeat(np.arange(len(user_ptr) - 1, dtype=np.int32), np.diff(user_ptr))
    return item_ptr, users[by_item], scores[by_item]


def _expand(pointers: Int64s, rows: Int32s) -> tuple[Int64s, Int64s]:
    """Return the positions of several compressed rows, one after another, and the place in ``rows`` of each."""
    lengths = np.diff(pointers)[rows]
    ends = np.cumsum(lengths)
    positions = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(pointers[rows] - (ends - lengths), lengths)
    return positions, np.repeat(np.arange(len(rows), dtype=np.int64), lengths)


def _sums(ratings: Ratings, users: Int32s, values: tuple[Int64s, ...]) -> list[Int64s]:
    # bincount adds in float64, exact for integers up to 2^53.
    return [np.bincount(users, weights=v, minlength=ratings.n_users).astype(np.int64) for v in values]


def _damped_correlation(
    covariance: Int64s, variance_x: Int64s, variance_y: Int64s, n: Int64s, damping: float, min_common: int
) -> Float64s:
    known = (n >= min_common) & (variance_x > 0) & (variance_y > 0)
    similarity = np.full(len(n), np.nan)
    n_known = n[known].astype(np.float64)
    norm = np.sqrt(variance_x[known].astype(np.float64) * variance_y[known].astype(np.float64))
    similarity[known] = np.clip(covariance[known] / norm, -1.0, 1.0) * (n_known / (n_known + damping))
    return similarity
