"""What kernels/likely.c does, in plain numpy and float64: it serves without a compiler, and it tests the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float32s, Float64s
    from camflix.recommender.likely_kernels import HalfStep

_NOTHING = 1e-18
"""A coordinate under this counts as zero, as in the kernel."""


def solve(step: HalfStep, begin: int, end: int, solutions: Float32s) -> None:
    """Solve rows ``begin`` to ``end - 1`` into those rows of ``solutions``, float32 ``[n_rows, n_factors]``."""
    for row in range(begin, end):
        solutions[row] = solve_row(step, row)


def solve_row(step: HalfStep, row: int) -> Float64s:
    """Return the vector x of one row: A x = b; float64 ``[n_factors]``.

    A = G + ridge I + sum of w v v', b = ridge prior + sum of w grade v, over the row's entries.
    """
    entries = slice(int(step.pointers[row]), int(step.pointers[row + 1]))
    columns = step.columns[entries]
    n_factors = step.vectors.shape[1]
    if not len(columns) and step.priors is None:
        return np.zeros(n_factors)
    vectors = step.vectors[columns].astype(np.float64)
    weights = (step.row_weights[row] * step.column_weights[columns]).astype(np.float64)
    ridge = float(step.ridges[row])
    matrix = step.gram + ridge * np.eye(n_factors) + (vectors.T * weights) @ vectors
    right = vectors.T @ (weights * step.grades[step.scores[entries]])
    if step.priors is not None:
        right += ridge * step.priors[row]
    solution: Float64s = np.linalg.solve(matrix, right)
    solution[np.abs(solution) < _NOTHING] = 0
    return solution


def gram(vectors: Float32s) -> Float64s:
    """Return the sum of v v' over the rows of ``vectors``, float64 ``[n_factors, n_factors]``."""
    exact = vectors.astype(np.float64)
    product: Float64s = exact.T @ exact
    return product


def scores(vectors: Float32s, person: Float32s) -> Float32s:
    """Return the product of each row of ``vectors`` with ``person``, float32 ``[n]``."""
    # Without float64 copies of the whole catalogue: some thousand rows at once.
    chunks = np.array_split(vectors, max(1, len(vectors) // 4096))
    exact = person.astype(np.float64)
    return np.concatenate([(chunk.astype(np.float64) @ exact).astype(np.float32) for chunk in chunks])
