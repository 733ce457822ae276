"""What is expected before taste enters: the overall mean, an effect of the film, an effect of the person.

    score(u, i) = mean + film(i) + person(u) + residual

Both effects are random effects: sums of residuals divided by their number plus a damping, so that a film with two
ratings stays near the mean (Koren, "Factorization meets the neighborhood", KDD 2008, section 2.1). The dampings are
not tuned: they are residual variance / effect variance, and these variances are estimated together with the effects by
EM (Laird, Ware, "Random-effects models for longitudinal data", Biometrics 1982).

Effects are kept in whole thousandths of a point, so that a prediction made of them is a sum of integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.receipt import THOUSANDTHS

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings, UInt8s

N_SWEEPS = 10
_FIRST_DAMPING = 5.0
_LEAST_DAMPING, _MOST_DAMPING = 0.5, 50.0
_LEAST_VARIANCE = 1.0
"""In points²: scores are whole points, so nothing is known more closely."""

SPREAD_PSEUDO_RATINGS = 5.0
"""So many residuals of everybody's are counted among a person's, for their spread."""

MIDDLE = 50 * THOUSANDTHS
"""The mean when there is not one rating."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Fitted effects.

    Attributes:
        mean: of all scores, thousandths of a point.
        item_effects: int64 ``[n_items]``, thousandths; 0 for an item without ratings.
        item_damping: how many ratings of an item weigh as much as knowing none.
        user_damping: the same for users.
        variance: of a score around its expectation, points².
    """

    mean: int
    item_effects: Int64s
    item_damping: float
    user_damping: float
    variance: float

    def less_items(self, items: Int32s, scores: UInt8s) -> Int64s:
        """Return each score less the mean and its film's effect; int64 ``[n]``, thousandths."""
        return scores * np.int64(THOUSANDTHS) - self.mean - self.item_effects[items]

    def effect(self, less_items: Int64s) -> int:
        """Return the effect of the person whose scores ``less_items`` are left of, thousandths; 0 without ratings."""
        # As _effects, to the bit; numpy takes longer over one number.
        return round(int(less_items.sum()) / (len(less_items) + self.user_damping))

    def residuals(self, ratings: Ratings) -> Int64s:
        """Return every score less its whole expectation, int64 ``[n]`` in row order, thousandths."""
        less_items = self.less_items(ratings.items, ratings.scores)
        # Integers in float64, exact up to 2^53: the same sums as one row alone, whatever the order.
        sums = np.bincount(ratings.row_users(), weights=less_items, minlength=ratings.n_users).astype(np.int64)
        effects = self._effects(sums, np.diff(ratings.user_ptr))
        return less_items - np.repeat(effects, np.diff(ratings.user_ptr))

    def spread(self, residuals: Int64s) -> int:
        """Return how far one person's scores lie from their expectation, thousandths, from their ``residuals``.

        The root of the mean square, shrunk to everybody's as if five ratings of everybody's were among them.
        """
        squares = int(residuals @ residuals) + self.everybody
        return round(math.sqrt(squares / (len(residuals) + SPREAD_PSEUDO_RATINGS)))

    def spreads(self, ratings: Ratings, residuals: Int64s) -> Int64s:
        """Return the ``spread`` of every row, int64 ``[n_users]``, from the ``residuals`` of all."""
        squares = np.bincount(ratings.row_users(), weights=residuals * residuals, minlength=ratings.n_users)
        return self._spreads(squares.astype(np.int64), np.diff(ratings.user_ptr))

    def _effects(self, sums: Int64s, n: Int64s) -> Int64s:
        return np.rint(sums / (n + self.user_damping)).astype(np.int64)

    def _spreads(self, squares: Int64s, n: Int64s) -> Int64s:
        return np.rint(np.sqrt((squares + self.everybody) / (n + SPREAD_PSEUDO_RATINGS))).astype(np.int64)

    @property
    def everybody(self) -> float:
        """The squares of five residuals of everybody's, thousandths²."""
        return SPREAD_PSEUDO_RATINGS * self.variance * THOUSANDTHS**2


@dataclass(slots=True)
class _Variances:
    """The variance components of one EM sweep, points²."""

    residual: float
    item: float
    user: float

    def damping(self, effect: float) -> float:
        return min(max(self.residual / max(effect, 1e-9), _LEAST_DAMPING), _MOST_DAMPING)


def fit_baseline(ratings: Ratings, n_sweeps: int = N_SWEEPS) -> Baseline:
    """Return the effects of ``ratings``; deterministic, about 2 * ``n_sweeps`` passes over them."""
    if not ratings.n_ratings:
        return Baseline(MIDDLE, np.zeros(ratings.n_items, dtype=np.int64), _FIRST_DAMPING, _FIRST_DAMPING, 400.0)
    users, items = ratings.row_users(), ratings.items
    mean = float(ratings.scores.mean())
    centred = ratings.scores.astype(np.float64) - mean
    n_of_item, n_of_user = np.diff(ratings.item_ptr), np.diff(ratings.user_ptr)
    user_effects = np.zeros(ratings.n_users)
    variances = _first_variances(centred)
    for _ in range(n_sweeps):
        item_damping, user_damping = variances.damping(variances.item), variances.damping(variances.user)
        item_effects = _damped_means(items, centred - user_effects[users], n_of_item, item_damping)
        less_items = centred - item_effects[items]
        user_effects = _damped_means(users, less_items, n_of_user, user_damping)
        residuals = less_items - user_effects[users]
        item_spread = variances.residual / (n_of_item + item_damping)
        user_spread = variances.residual / (n_of_user + user_damping)
        uncertainty = float((n_of_item * item_spread).sum() + (n_of_user * user_spread).sum())
        variances = _Variances(
            max((float((residuals * residuals).sum()) + uncertainty) / ratings.n_ratings, _LEAST_VARIANCE),
            _mean_of_known(item_effects * item_effects + item_spread, n_of_item),
            _mean_of_known(user_effects * user_effects + user_spread, n_of_user),
        )
    return Baseline(
        round(mean * THOUSANDTHS),
        np.rint(item_effects * THOUSANDTHS).astype(np.int64),
        item_damping,
        user_damping,
        variances.residual,
    )


def _first_variances(centred: Float64s) -> _Variances:
    residual = max(0.75 * float(centred.var()), _LEAST_VARIANCE)
    return _Variances(residual, residual / _FIRST_DAMPING, residual / _FIRST_DAMPING)


def _damped_means(groups: Int32s, values: Float64s, n: Int64s, damping: float) -> Float64s:
    return np.bincount(groups, weights=values, minlength=len(n)) / (n + damping)


def _mean_of_known(values: Float64s, n: Int64s) -> float:
    return float(values[n > 0].mean())
