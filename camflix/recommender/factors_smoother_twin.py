"""The steps of kernels/smoother.c in numpy: the same to 1e-6, for machines without a compiler and for the tests.

Predictions of one item are made in the same steps whatever is asked for beside it, so that a film's page and a list
show one number here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s
    from camflix.recommender.factors_smoother import FoldedIn, Int16s, Samples

_CHUNK = 512


def fold_in(samples: Samples, person: FoldedIn) -> None:
    """Fill ``person.vectors`` and ``person.roots``."""
    b, y, surprise = _own_films(samples, person)
    weights = person.precision * samples.item_precisions[person.items].astype(np.float64)
    weighted = b * weights[:, None, None]
    precisions = by_sample(samples.prior_precisions)
    matrix = np.einsum("nsf,nsg->sfg", weighted, b) + precisions[:, :, None] * np.eye(samples.n_coordinates)
    pull = np.einsum("nsf,ns->sf", weighted, surprise) + _share(person) * precisions * y.sum(axis=0)
    means = by_sample(samples.prior_means)
    person.vectors[:] = _in_lanes(means + np.linalg.solve(matrix, pull[:, :, None])[:, :, 0])
    roots = np.linalg.cholesky(matrix)
    diagonal = np.arange(samples.n_coordinates)
    roots[:, diagonal, diagonal] = 1.0 / roots[:, diagonal, diagonal]
    person.roots[:] = _in_lanes(roots[:, *np.tril_indices(samples.n_coordinates)])


def predict(samples: Samples, person: FoldedIn, items: Int32s) -> tuple[Float64s, Float64s]:
    """Return predictions of ``items`` and their variances, float64 ``[n]``."""
    predicted, variances = np.empty(len(items)), np.empty(len(items))
    inverses = np.linalg.inv(_roots(samples, person))
    for start in range(0, len(items), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        predicted[chunk], variances[chunk] = _predict_chunk(samples, person, items[chunk], inverses)
    return predicted, variances


def explain(samples: Samples, person: FoldedIn, item: int) -> tuple[Float64s, Float64s, Float64s]:
    """Return level, film and person, float64 ``[3]``; and what each own film's rating and presence add, ``[n]``."""
    vector = _decoded(samples.item_vectors[[item]], samples.vector_units)[0]
    bias = vector[:, 0].copy()
    vector[:, 0] = 0.0
    film = bias + (by_sample(samples.prior_means) * vector).sum(axis=1)
    common = np.array([samples.levels.mean(), film.mean(), person.vectors[:, 0].mean()])
    inverses = np.linalg.inv(_roots(samples, person))
    c = np.einsum("sgf,sgh,sh->sf", inverses, inverses, vector)
    b, y, surprise = _own_films(samples, person)
    weights = person.precision * samples.item_precisions[person.items].astype(np.float64)
    ratings = weights * (np.einsum("sf,nsf->ns", c, b) * surprise).mean(axis=1)
    presences = np.einsum("sf,nsf->ns", c * by_sample(samples.prior_precisions), y).mean(axis=1)
    return common, ratings, _share(person) * presences


def by_sample(lanes: Float64s) -> Float64s:
    """Return ``[n_samples, n]`` of ``[n_blocks, n, 8]``."""
    return np.moveaxis(lanes, -1, -2).reshape(-1, lanes.shape[-2])


def _in_lanes(samples: Float64s) -> Float64s:
    """Return ``[n_blocks, n, 8]`` of ``[n_samples, n]``."""
    return np.moveaxis(samples.reshape(-1, 8, samples.shape[1]), -1, -2)


def _decoded(stored: Int16s, units: Float64s) -> Float64s:
    """Return ``[n, n_samples, n_coordinates]`` of ``[n, n_blocks, n_coordinates, 8]``."""
    values = np.moveaxis(stored * units, -1, -2)
    return values.reshape(len(stored), -1, stored.shape[2])


def _own_films(samples: Samples, person: FoldedIn) -> tuple[Float64s, Float64s, Float64s]:
    """Return b with 1 in coordinate 0, y, and the deviation from what is expected of anybody."""
    b = _decoded(samples.item_vectors[person.items], samples.vector_units)
    y = _decoded(samples.item_presence[person.items], samples.presence_units)
    bias = b[:, :, 0].copy()
    b[:, :, 0] = 1.0
    standard = (person.scores - samples.centre) / samples.unit
    expected = samples.levels.ravel() + bias + np.einsum("sf,nsf->ns", by_sample(samples.prior_means), b)
    return b, y, standard[:, None] - expected


def _predict_chunk(samples: Samples, person: FoldedIn, items: Int32s, inverses: Float64s) -> tuple[Float64s, Float64s]:
    b = _decoded(samples.item_vectors[items], samples.vector_units)
    values = samples.levels.ravel() + b[:, :, 0]
    b[:, :, 0] = 1.0
    vectors = by_sample(person.vectors)
    # Coordinate after coordinate, sample after sample: sums that numpy takes in its own order would depend on the shape.
    for f in range(samples.n_coordinates):
        values = values + vectors[:, f] * b[:, :, f]
    predicted = _mean_of_samples(values)
    spread = (values - predicted[:, None]) ** 2
    for row in range(samples.n_coordinates):
        solved = np.zeros_like(values)
        for f in range(row + 1):
            solved = solved + inverses[:, row, f] * b[:, :, f]
        spread = spread + solved**2
    return predicted, _mean_of_samples(spread)


def _mean_of_samples(values: Float64s) -> Float64s:
    total = np.zeros(len(values))
    for s in range(values.shape[1]):
        total = total + values[:, s]
    return total / values.shape[1]


def _roots(samples: Samples, person: FoldedIn) -> Float64s:
    """Return the Cholesky factors, ``[n_samples, n_coordinates, n_coordinates]``."""
    n = samples.n_coordinates
    packed = by_sample(person.roots)
    roots = np.zeros((len(packed), n, n))
    roots[:, *np.tril_indices(n)] = packed
    diagonal = np.arange(n)
    roots[:, diagonal, diagonal] = 1.0 / roots[:, diagonal, diagonal]
    return roots


def _share(person: FoldedIn) -> float:
    return 1.0 / np.sqrt(len(person.items)) if len(person.items) else 0.0
