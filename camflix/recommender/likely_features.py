"""What genres and years tell of an item's vector.

Each feature has a vector of its own, fitted to the items that have it by ridge regression; an item's prior is the sum
over its features. Items with few ratings are drawn to it instead of to zero. Measured on ml-latest-small with genres
and years: + .010 of nDCG@10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from camflix.recommender.arrays import Features, Float32s, Float64s, Int64s

_DAMPING = 3.0
"""A feature's vector is drawn to zero as if by so many mean items; flat between .3 and 10."""


@dataclass(frozen=True, slots=True, eq=False)
class FeaturePrior:
    """The regression of item vectors on features: W = (F'MF + damping)^-1 F'M V, priors = F W.

    M are the items' masses (in proportion to their ridges), 0 for items without ratings. Feature after feature is
    summed in a fixed order without BLAS, so that the bits don't depend on its threads.

    Attributes:
        n_items: rows of F.
        inverse: float64 ``[n_features, n_features]``.
        masses: float64 ``[n_items]``.
        rows: for each feature the items that have it, int64.
        values: beside ``rows``, float64.
    """

    n_items: int
    inverse: Float64s
    masses: Float64s
    rows: tuple[Int64s, ...]
    values: tuple[Float64s, ...]

    @classmethod
    def of(cls, features: Features, ridges: Float64s, rated: np.ndarray) -> FeaturePrior | None:
        """Return the prior of items with these ridges (float64 ``[n_items]``); None when there are no features.

        Raises:
            ValueError: the features are of another number of items, or a column lies out of bounds.
        """
        _check(features, len(ridges))
        if not features.n_features or not len(features.columns) or not rated.any():
            return None
        items = np.repeat(np.arange(len(ridges)), np.diff(features.item_ptr))
        masses = np.where(rated, ridges / ridges[rated].mean(), 0.0)
        order = np.argsort(features.columns, kind="stable")
        cuts = np.cumsum(np.bincount(features.columns, minlength=features.n_features))[:-1]
        rows = tuple(np.split(items[order], cuts))
        values = tuple(np.split(features.values[order].astype(np.float64), cuts))
        matrix = _DAMPING * np.eye(features.n_features)
        for feature in range(features.n_features):
            weights = np.zeros(len(ridges))
            np.add.at(weights, rows[feature], values[feature])
            products = (weights * masses)[items] * features.values
            matrix[feature] += np.bincount(features.columns, products, features.n_features)
        inverse = np.linalg.inv(matrix).astype(np.float64)
        return cls(len(ridges), inverse, masses, rows, values)

    def priors(self, vectors: Float32s) -> Float32s:
        """Return what the features tell, given the vectors so far; float32 ``[n_items, n_factors]`` in and out."""
        sums = np.zeros((len(self.rows), vectors.shape[1]))
        for feature, (rows, values) in enumerate(zip(self.rows, self.values, strict=True)):
            sums[feature] = ((values * self.masses[rows])[:, None] * vectors[rows]).sum(axis=0)
        loadings = np.stack([(line[:, None] * sums).sum(axis=0) for line in self.inverse])
        priors = np.zeros((self.n_items, vectors.shape[1]))
        for rows, values, loading in zip(self.rows, self.values, loadings, strict=True):
            np.add.at(priors, rows, values[:, None] * loading)
        return priors.astype(np.float32)


def _check(features: Features, n_items: int) -> None:
    pointers, columns = features.item_ptr, features.columns
    ends = len(pointers) == n_items + 1 and pointers[0] == 0 and pointers[-1] == len(columns)
    if not ends or np.any(np.diff(pointers) < 0):
        msg = f"the features are not those of {n_items} items"
        raise ValueError(msg)
    if len(features.values) != len(columns):
        msg = f"columns and values differ in length: {len(columns)}, {len(features.values)}"
        raise ValueError(msg)
    if len(columns) and not (int(columns.min()) >= 0 and int(columns.max()) < features.n_features):
        msg = f"a feature lies outside 0 to {features.n_features - 1}"
        raise ValueError(msg)
