"""Graded implicit alternating least squares over a whole matrix of ratings.

Least is made of

    sum over ratings   w_u w_i (grade - x_u'v_i)²
  + a0 sum over all u, i  (x_u'v_i)²
  + ridge ( sum_u f_u |x_u|² + sum_i f_i |v_i - prior_i|² )

by solving for all people, then for all items, and so on (Hu, Koren, Volinsky, "Collaborative filtering for implicit
feedback datasets", ICDM 2008). f is the weight that a person or item has in the first two sums, so that the ridge is
scaled by frequency (Rendle, Krichene, Zhang, Koren, "Revisiting the performance of iALS on item recommendation
benchmarks", RecSys 2022). Where features of items are known, prior_i is what they tell of an item's vector
(likely_features); else 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender import likely_kernels
from camflix.recommender.likely_features import FeaturePrior
from camflix.recommender.likely_grades import grades, item_weights, user_weights
from camflix.recommender.likely_kernels import HalfStep
from camflix.recommender.likely_sampling import sample_users

if TYPE_CHECKING:
    from camflix.recommender.arrays import Features, Float32s, Float64s, Ratings

_INITIAL_NORM = 0.1
_FIRST_WITH_PRIOR = 2
"""In the first two iterations from random vectors, features tell nothing of them yet."""

_MOST_RATINGS = 5_000_000
_SAMPLED_RATINGS = 3_000_000
_LAST_ITERATIONS = 4

_FEW_RATINGS, _FEW_ITERATIONS, _MANY_ITERATIONS = 500_000, 4, 10
"""On ml-latest-small the lists are as good after 4 iterations as after 10."""

_FACTORS = (128, 64, 32)
_ROWS_PER_FACTOR = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen and not learnt.

    Attributes:
        n_factors: length of the vectors, a multiple of 32; 0: by the size of the data.
        unknown_weight: a0, the weight of a film that was not rated; a rating weighs 1 in the mean.
        ridge_scale: the ridge in units of the noise's greatest singular value, see ``Strengths``.
        n_iterations: people and items are solved for so many times; 0: by the size of the data.
    """

    n_factors: int = 0
    unknown_weight: float = 0.22
    ridge_scale: float = 0.37
    n_iterations: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be fitted with."""
        if self.n_factors < 0 or self.n_factors % likely_kernels.FACTORS_STEP:
            msg = f"n_factors must be a multiple of {likely_kernels.FACTORS_STEP}, not {self.n_factors}"
            raise ValueError(msg)
        if not (self.unknown_weight > 0 and self.ridge_scale > 0 and self.n_iterations >= 0):
            msg = "unknown_weight and ridge_scale must be greater than 0, n_iterations not less"
            raise ValueError(msg)

    def factors_for(self, ratings: Ratings) -> int:
        """Return ``n_factors``, or what the data can fill: 128, 64 or 32, a third of the people and items at most."""
        if self.n_factors:
            return self.n_factors
        most = min(np.count_nonzero(np.diff(ratings.user_ptr)), np.count_nonzero(np.diff(ratings.item_ptr)))
        return next((n for n in _FACTORS if n * _ROWS_PER_FACTOR <= most), _FACTORS[-1])

    def iterations_for(self, ratings: Ratings) -> int:
        """Return ``n_iterations``, or as many as lists get better by: few ratings are told in few."""
        return self.n_iterations or (_FEW_ITERATIONS if ratings.n_ratings <= _FEW_RATINGS else _MANY_ITERATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """How much each rating, item and person weighs.

    The ridge is stated in units of what noise alone would reach. Entries of the matrix that are independent noise give
    singular values up to about sqrt(n_u) + sqrt(n_i), where n_u and n_i are the mean numbers of ratings of a person and
    an item; two ridges of a and b shrink each singular value of x'v by sqrt(a b). So with

        ridge * sqrt(mean f_u * mean f_i) = ridge_scale * (sqrt(n_u) + sqrt(n_i))

    one ridge_scale fits data of any size: the best was .36 to .41 on ml-100k, ml-1m and ml-latest-small, while the
    ridge itself differed threefold.

    Attributes:
        item_weights: float32 ``[n_items]``, w_i.
        unknown_by_user: a0 times the number of rated items, what a person weighs beside their ratings.
        user_ridges: float64 ``[n_users]``, ridge * f_u.
        item_ridges: float64 ``[n_items]``, ridge * f_i.
        ridge: the ridge.
    """

    item_weights: Float32s
    unknown_by_user: float
    user_ridges: Float64s
    item_ridges: Float64s
    ridge: float

    @classmethod
    def of(cls, ratings: Ratings, settings: Settings) -> Strengths:
        """Return the strengths in ``ratings``; items and users without ratings don't count."""
        n_of_users, n_of_items = np.diff(ratings.user_ptr), np.diff(ratings.item_ptr)
        n_users, n_items = max(1, int(np.count_nonzero(n_of_users))), max(1, int(np.count_nonzero(n_of_items)))
        by_user, by_item = user_weights(n_of_users), item_weights(n_of_users, n_of_items)
        weight_of_users = by_user * _sums(by_item, ratings.items, ratings.user_ptr)
        weight_of_items = by_item * _sums(by_user, ratings.users, ratings.item_ptr)
        user_mass = weight_of_users + settings.unknown_weight * n_items
        item_mass = weight_of_items + settings.unknown_weight * n_users
        edge = sqrt(ratings.n_ratings / n_users) + sqrt(ratings.n_ratings / n_items)
        means = sqrt(_mean(user_mass, n_of_users > 0) * _mean(item_mass, n_of_items > 0))
        ridge = settings.ridge_scale * max(edge, 1.0) / means
        unknown_by_user = settings.unknown_weight * n_items
        return cls(by_item, unknown_by_user, ridge * user_mass, ridge * item_mass, ridge)


def fit_items(
    ratings: Ratings, features: Features | None, settings: Settings, seed: int, n_threads: int | None = None
) -> tuple[Float32s, Float64s, Strengths]:
    """Return what was learnt of the items; the same bits for the same arguments and any number of threads.

    Beyond five million ratings the first iterations are made on some users, drawn by ``seed``, and the last four on
    all: what films are like is told by a part of the people already, and an iteration costs in proportion to them.

    Args:
        ratings: of everybody.
        features: of the items; None: nothing is known of them.
        settings: see there.
        seed: of the vectors that the iterations start from.
        n_threads: None: as many as there are processors.

    Returns:
        vectors: float32 ``[n_items, n_factors]``. An item without ratings has what its features tell, else zeros.
        gram: float64 ``[n_factors, n_factors]``, a0 * sum of v v' over the items that have ratings.
        strengths: with the weights and ridges of the fit.
    """
    n_factors = settings.factors_for(ratings)
    settings = replace(settings, n_iterations=settings.iterations_for(ratings))
    if ratings.n_ratings <= _MOST_RATINGS or settings.n_iterations <= _LAST_ITERATIONS:
        drawn = np.random.default_rng(seed).standard_normal((ratings.n_items, n_factors), dtype=np.float32)
        start = drawn * np.float32(_INITIAL_NORM / sqrt(n_factors))
        return _iterate(ratings, features, settings, start, n_threads, first_with_prior=_FIRST_WITH_PRIOR)
    sample = sample_users(ratings, features, seed, _SAMPLED_RATINGS)
    first = replace(settings, n_factors=n_factors, n_iterations=settings.n_iterations - _LAST_ITERATIONS)
    start = np.zeros((ratings.n_items, n_factors), dtype=np.float32)
    start[sample.items] = fit_items(sample.ratings, sample.features, first, seed, n_threads)[0]
    last = replace(settings, n_iterations=_LAST_ITERATIONS)
    return _iterate(ratings, features, last, start, n_threads, first_with_prior=0)


def _iterate(
    ratings: Ratings,
    features: Features | None,
    settings: Settings,
    start: Float32s,
    n_threads: int | None,
    *,
    first_with_prior: int,
) -> tuple[Float32s, Float64s, Strengths]:
    """Return as ``fit_items`` what the iterations make of the item vectors ``start``."""
    strengths = Strengths.of(ratings, settings)
    rated = np.diff(ratings.item_ptr) > 0
    prior = FeaturePrior.of(features, strengths.item_ridges, rated) if features is not None else None
    solver = _Solver(ratings, strengths, settings, n_threads)
    vectors = start * rated[:, None]
    unrated = vectors[~rated]
    for iteration in range(settings.n_iterations):
        people = solver.people(vectors)
        priors = prior.priors(vectors) if prior is not None and iteration >= first_with_prior else None
        vectors = solver.items(people, priors)
        # What nobody rated is no evidence of what people don't turn to, so it has no part in the fit.
        unrated = vectors[~rated]
        vectors[~rated] = 0
    gram = settings.unknown_weight * likely_kernels.gram(vectors, n_threads)
    vectors[~rated] = unrated
    return vectors, gram, strengths


@dataclass(frozen=True, slots=True, eq=False)
class _Solver:
    """The two half-steps over one matrix."""

    ratings: Ratings
    strengths: Strengths
    settings: Settings
    n_threads: int | None

    def people(self, vectors: Float32s) -> Float32s:
        """Return the vectors of all people, given those of the items."""
        ratings = self.ratings
        step = HalfStep(
            pointers=ratings.user_ptr,
            columns=ratings.items,
            scores=ratings.scores,
            grades=grades(),
            row_weights=user_weights(np.diff(ratings.user_ptr)),
            column_weights=self.strengths.item_weights,
            vectors=vectors,
            gram=self.settings.unknown_weight * likely_kernels.gram(vectors, self.n_threads),
            ridges=self.strengths.user_ridges,
        )
        return likely_kernels.solve(step, self.n_threads)

    def items(self, people: Float32s, priors: Float32s | None) -> Float32s:
        """Return the vectors of all items, given those of the people."""
        ratings = self.ratings
        step = HalfStep(
            pointers=ratings.item_ptr,
            columns=ratings.users,
            scores=ratings.item_scores,
            grades=grades(),
            row_weights=self.strengths.item_weights,
            column_weights=user_weights(np.diff(ratings.user_ptr)),
            vectors=people,
            gram=self.settings.unknown_weight * likely_kernels.gram(people, self.n_threads),
            ridges=self.strengths.item_ridges,
            priors=priors,
        )
        return likely_kernels.solve(step, self.n_threads)


def _sums(weights: Float32s, columns: np.ndarray, pointers: np.ndarray) -> Float64s:
    """Return the sum of ``weights[columns]`` of each compressed row, float64."""
    n_rows = len(pointers) - 1
    sums = np.zeros(n_rows)
    filled = np.flatnonzero(np.diff(pointers))
    if len(filled):
        sums[filled] = np.add.reduceat(weights[columns], pointers[filled], dtype=np.float64)
    return sums


def _mean(values: Float64s, counted: np.ndarray) -> float:
    return float(values[counted].mean()) if counted.any() else 1.0
