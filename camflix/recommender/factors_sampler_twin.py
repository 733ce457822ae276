"""The sampler of kernels/factors.c in numpy: slower, the same to 1e-6 when it is given the same random numbers.

It serves where there is no compiler, and is what the tests hold the kernel against. Formulas stand in factors.c; the
random numbers are read in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.factors_sampler import FIRST_NOISE_SWEEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.recommender.arrays import Float32s, Float64s, Int32s, Int64s
    from camflix.recommender.factors_sampler import Chains, Draws, Problem

_LEVEL_PRECISION = 0.01
_SHAPES = np.array([1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80])
_LOG_GAMMA = np.array([lgamma(shape) for shape in _SHAPES])


class NumpyDraws:
    """Random numbers of numpy, for machines without the kernel."""

    def __init__(self, seeds: np.random.SeedSequence) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seeds))

    def normals(self, n: int) -> Float64s:
        """Return the next ``n`` normal numbers."""
        return self._rng.standard_normal(n)

    def gammas(self, shapes: Float64s) -> Float64s:
        """Return a gamma variable for each of ``shapes``."""
        return self._rng.standard_gamma(shapes)

    def uniform(self) -> float:
        """Return a number between 0 and 1."""
        return float(1.0 - self._rng.random())


@dataclass(slots=True, eq=False)
class _Slopes:
    """h and g of a coordinate of one side's vectors; float64 ``[n]``."""

    h: Float64s
    g: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """Who shares which weights: column c belongs to ``rows[ptr[c]:ptr[c + 1]]``, each with ``shares`` of it."""

    ptr: Int64s
    rows: Int32s
    shares: Float64s


class TwinSampler:
    """Chains that are swept in numpy, one after the other.

    Attributes:
        chains: what is sampled; their arrays change in place.
    """

    def __init__(self, problem: Problem, chains: Chains, draws: Sequence[Draws]) -> None:
        """Take over ``chains``, and the stream of random numbers of each."""
        self.chains = chains
        self._each = [_OneChain(problem, chains.one(k), stream) for k, stream in enumerate(draws)]
        self._n_sweeps = 0

    def start(self) -> None:
        """Make vectors and residuals of the weights."""
        for chain in self._each:
            chain.start()

    def sweep(self) -> None:
        """Draw every unknown once."""
        for chain in self._each:
            chain.sweep(with_noise=self._n_sweeps >= FIRST_NOISE_SWEEP)
        self._n_sweeps += 1


class _OneChain:
    """One chain; its arrays are views without the index of the chain."""

    def __init__(self, problem: Problem, chain: Chains, draws: Draws) -> None:
        self._chain = chain
        self._problem = problem
        self._draws = draws
        ratings = problem.ratings
        self._row_users = ratings.row_users()
        self._items = ratings.items
        self._raters = _Shared(ratings.item_ptr, ratings.users, _shares(ratings.user_ptr))
        self._rated = _Shared(ratings.user_ptr, ratings.items, _shares(ratings.item_ptr))

    def start(self) -> None:
        """Make vectors and residuals of the weights."""
        chain, problem, ratings = self._chain, self._problem, self._problem.ratings
        for f in range(problem.n_coordinates):
            presence = np.bincount(self._row_users, chain.user_presence[f][self._items], ratings.n_users)
            chain.user_vectors[f] = chain.user_own[f] + self._raters.shares * presence
            presence = np.bincount(self._items, chain.item_presence[f][self._row_users], ratings.n_items)
            chain.item_vectors[f] = chain.item_own[f] + self._rated.shares * presence
            for k in range(problem.n_features):
                items, values = self._feature(k)
                chain.item_vectors[f][items] += chain.item_feature[f][k] * values
        a, b = chain.user_vectors[:, self._row_users], chain.item_vectors[:, self._items]
        predicted = chain.levels + a[0] + b[0] + np.einsum("fp,fp->p", a[1:], b[1:], dtype=np.float64)
        chain.residuals[:] = (ratings.scores - problem.centre) / problem.unit - predicted

    def sweep(self, *, with_noise: bool) -> None:
        """Draw every unknown once."""
        if with_noise:
            self._draw_user_noise()
            self._draw_item_noise()
        self._draw_level()
        for f in range(self._problem.n_coordinates):
            self._draw_users(f)
            self._draw_items(f)

    def _feature(self, k: int) -> tuple[Int32s, Float32s]:
        column = slice(int(self._problem.feature_ptr[k]), int(self._problem.feature_ptr[k + 1]))
        return self._problem.feature_items[column], self._problem.feature_values[column]

    def _draw_user_noise(self) -> None:
        chain, n_users = self._chain, self._problem.ratings.n_users
        errors = (chain.residuals.astype(np.float64) ** 2 + self._problem.rounding) * chain.item_precisions[self._items]
        squares = np.bincount(self._row_users, errors, n_users)
        shape = float(chain.user_shapes)
        rates = shape * chain.noise + squares / 2
        drawn = self._draws.gammas(shape + np.diff(self._problem.ratings.user_ptr) / 2) / rates
        chain.user_precisions[:] = drawn
        chain.noise[...] = self._draws.gammas(np.array([1 + shape * n_users]))[0] / (1 + shape * drawn.sum())
        chain.user_shapes[...] = self._draw_shape(drawn, float(chain.noise))

    def _draw_item_noise(self) -> None:
        chain, n_items = self._chain, self._problem.ratings.n_items
        precisions = chain.user_precisions[self._row_users].astype(np.float64)
        errors = (chain.residuals.astype(np.float64) ** 2 + self._problem.rounding) * precisions
        squares = np.bincount(self._items, errors, n_items)
        shape = float(chain.item_shapes)
        drawn = self._draws.gammas(shape + np.diff(self._problem.ratings.item_ptr) / 2) / (shape + squares / 2)
        chain.item_precisions[:] = drawn
        chain.item_shapes[...] = self._draw_shape(drawn, 1.0)

    def _draw_shape(self, drawn: Float64s, scale: float) -> float:
        likelihood = len(drawn) * (_SHAPES * np.log(_SHAPES * scale) - _LOG_GAMMA)
        likelihood += (_SHAPES - 1) * np.log(drawn).sum() - _SHAPES * scale * drawn.sum()
        weights = np.cumsum(np.exp(likelihood - likelihood.max()))
        place = int(np.searchsorted(weights, self._draws.uniform() * weights[-1]))
        return float(_SHAPES[min(place, len(_SHAPES) - 1)])

    def _draw_level(self) -> None:
        chain = self._chain
        weights = self._weights()
        h = _LEVEL_PRECISION + weights.sum()
        mean = (weights @ chain.residuals + (h - _LEVEL_PRECISION) * chain.levels) / h
        changed = mean + self._draws.normals(1)[0] / np.sqrt(h) - chain.levels
        chain.levels[...] += changed
        chain.residuals[...] -= np.float32(changed)

    def _draw_users(self, f: int) -> None:
        """Draw p and y of coordinate f."""
        chain, n_users = self._chain, self._problem.ratings.n_users
        others = chain.item_vectors[f][self._items] if f else np.ones(len(self._items), dtype=np.float32)
        slopes = self._slopes(self._row_users, others, n_users)
        before = chain.user_vectors[f].copy()
        self._draw_own(chain.user_own[f], chain.priors[f, 0], chain.user_vectors[f], slopes)
        self._draw_presence(chain.user_presence[f], chain.priors[f, 1], chain.user_vectors[f], slopes, self._raters)
        chain.residuals[...] -= (chain.user_vectors[f] - before)[self._row_users] * others

    def _draw_items(self, f: int) -> None:
        """Draw q, x and g of coordinate f."""
        chain, n_items = self._chain, self._problem.ratings.n_items
        others = chain.user_vectors[f][self._row_users] if f else np.ones(len(self._items), dtype=np.float32)
        slopes = self._slopes(self._items, others, n_items)
        before = chain.item_vectors[f].copy()
        self._draw_own(chain.item_own[f], chain.priors[f, 2], chain.item_vectors[f], slopes)
        self._draw_presence(chain.item_presence[f], chain.priors[f, 3], chain.item_vectors[f], slopes, self._rated)
        if self._problem.n_features:
            self._draw_features(chain.item_feature[f], chain.priors[f, 4], chain.item_vectors[f], slopes)
        chain.residuals[...] -= (chain.item_vectors[f] - before)[self._items] * others

    def _weights(self) -> Float64s:
        precisions = self._chain.user_precisions[self._row_users].astype(np.float64)
        return precisions * self._chain.item_precisions[self._items]

    def _slopes(self, owners: Int32s, others: Float32s, n: int) -> _Slopes:
        weighted = self._weights() * others
        h: Float64s = np.bincount(owners, weighted * others, n).astype(np.float64)
        g: Float64s = np.bincount(owners, weighted * self._chain.residuals, n).astype(np.float64)
        return _Slopes(h, g)

    def _draw_prior(self, weights: Float32s, prior: Float64s) -> None:
        n = len(weights)
        squares = ((weights - prior[0]) ** 2).sum()
        prior[1] = self._draws.gammas(np.array([(n + 2) / 2]))[0] / ((squares + prior[0] ** 2 + 1) / 2)
        total = weights.sum(dtype=np.float64)
        prior[0] = total / (n + 1) + self._draws.normals(1)[0] / np.sqrt((n + 1) * prior[1])

    def _draw_own(self, weights: Float32s, prior: Float64s, vector: Float32s, slopes: _Slopes) -> None:
        self._draw_prior(weights, prior)
        precisions = slopes.h + prior[1]
        means = (slopes.g + slopes.h * weights + prior[0] * prior[1]) / precisions
        before = weights.copy()
        weights[:] = means + self._draws.normals(len(weights)) / np.sqrt(precisions)
        _move(vector, slopes, weights - before)

    def _draw_presence(
        self, weights: Float32s, prior: Float64s, vector: Float32s, slopes: _Slopes, shared: _Shared
    ) -> None:
        self._draw_prior(weights, prior)
        h_of, g_of = shared.shares**2 * slopes.h, shared.shares * slopes.g
        moved = np.zeros(len(vector))
        normals = self._draws.normals(len(weights)).tolist()
        pointers = shared.ptr.tolist()
        for c, normal in enumerate(normals):
            rows = shared.rows[pointers[c] : pointers[c + 1]]
            h = h_of[rows]
            total = float(h.sum())
            pull = float(g_of[rows].sum() - h @ moved[rows])
            before, precision = float(weights[c]), total + prior[1]
            weights[c] = (pull + total * before + prior[0] * prior[1]) / precision + normal / precision**0.5
            moved[rows] += float(weights[c]) - before
        _move(vector, slopes, shared.shares * moved)

    def _draw_features(self, weights: Float32s, prior: Float64s, vector: Float32s, slopes: _Slopes) -> None:
        self._draw_prior(weights, prior)
        for k, normal in enumerate(self._draws.normals(len(weights)).tolist()):
            items, values = self._feature(k)
            h, g = float(values.astype(np.float64) ** 2 @ slopes.h[items]), float(values @ slopes.g[items])
            before, precision = float(weights[k]), h + prior[1]
            weights[k] = (g + h * before + prior[0] * prior[1]) / precision + normal / precision**0.5
            change = np.zeros(len(vector))
            change[items] = (float(weights[k]) - before) * values
            _move(vector, slopes, change)


def _move(vector: Float32s, slopes: _Slopes, change: Float64s | Float32s) -> None:
    """Change the vector's coordinate, and the slopes with it."""
    vector += change.astype(np.float32)
    slopes.g -= change * slopes.h


def _shares(pointers: Int64s) -> Float64s:
    """Return n^-1/2 of each row of n entries, 0 for an empty one."""
    counts = np.diff(pointers)
    return np.where(counts > 0, 1 / np.sqrt(np.maximum(counts, 1)), 0.0)
