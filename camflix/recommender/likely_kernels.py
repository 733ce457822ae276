"""The border of kernels/likely.c: bounds are checked here, rows are shared out among threads, the twin steps in."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender import kernels, likely_twin
from camflix.recommender.arrays import MAX_SCORE
from camflix.recommender.kernels.halves import in_halves

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.recommender.arrays import Float32s, Float64s, Int32s, Int64s, UInt8s

FACTORS_STEP = 32
"""The number of factors is a multiple of it."""

LONG_CATALOGUE = 1_000_000
"""A product with more numbers than this is made by two threads: a third of a millisecond of one."""

_GRAM_ROWS = 8192
_N_SHARES = 64
_NO_MEMORY = -1
_TYPES = {"int64": "int64_t[]", "int32": "int32_t[]", "uint8": "uint8_t[]", "float64": "double[]", "float32": "float[]"}


@dataclass(frozen=True, slots=True, eq=False)
class HalfStep:
    """Rows (people or items) to be solved for while the vectors of the columns (items or people) are given.

    Attributes:
        pointers: int64 ``[n_rows + 1]``; row r is entries ``pointers[r]`` to ``pointers[r + 1]``.
        columns: int32 ``[n]``.
        scores: uint8 ``[n]``, 0-100.
        grades: float64 ``[101]``, what a score counts for.
        row_weights: float32 ``[n_rows]``, > 0; an entry weighs row weight * column weight.
        column_weights: float32 ``[n_columns]``, > 0.
        vectors: float32 ``[n_columns, n_factors]``, of the columns.
        gram: float64 ``[n_factors, n_factors]``, weight of the unknown * sum of v v' over the columns.
        ridges: float64 ``[n_rows]``, > 0.
        priors: float32 ``[n_rows, n_factors]``, what each row is drawn to; None: to zero.
    """

    pointers: Int64s
    columns: Int32s
    scores: UInt8s
    grades: Float64s
    row_weights: Float32s
    column_weights: Float32s
    vectors: Float32s
    gram: Float64s
    ridges: Float64s
    priors: Float32s | None = None

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.pointers) - 1


def solve(step: HalfStep, n_threads: int | None = None) -> Float32s:
    """Return the vectors of all rows, float32 ``[n_rows, n_factors]``; the same bits for any number of threads.

    Raises:
        ValueError: an array of another type or shape than stated, a value out of bounds, a ridge too small to solve.
    """
    _check(step)
    solutions = np.empty((step.n_rows, step.vectors.shape[1]), dtype=np.float32)
    if not kernels.AVAILABLE:
        likely_twin.solve(step, 0, step.n_rows, solutions)
        return solutions
    described, kept_alive = _describe(step)
    target = kernels.ffi.from_buffer("float[]", solutions, require_writable=True)

    def solve_share(begin: int, end: int) -> int:
        return int(kernels.lib.likely_solve(described, begin, end, target))

    for outcome in _in_threads(solve_share, _shares(step), n_threads):
        _raise_failure(outcome)
    del kept_alive
    return solutions


def fold_in(step: HalfStep) -> Float64s:
    """Return the vector of the only row, not rounded to float32; float64 ``[n_factors]``.

    Raises:
        ValueError: as ``solve``; there is not exactly one row.
    """
    _check(step)
    if step.n_rows != 1:
        msg = f"one row is folded in at a time, not {step.n_rows}"
        raise ValueError(msg)
    if not kernels.AVAILABLE:
        return likely_twin.solve_row(step, 0)
    solution = np.zeros(step.vectors.shape[1])
    described, kept_alive = _describe(step)
    target = kernels.ffi.from_buffer("double[]", solution, require_writable=True)
    _raise_failure(int(kernels.lib.likely_fold_in(described, target)))
    del kept_alive
    return solution


def gram(vectors: Float32s, n_threads: int | None = None) -> Float64s:
    """Return the sum of v v' over the rows of ``vectors``, float64; the same bits for any number of threads.

    Raises:
        ValueError: not a contiguous float32 matrix with a multiple of 32 columns.
    """
    _check_matrix("vectors", vectors)
    n_factors = vectors.shape[1]
    if not kernels.AVAILABLE:
        return likely_twin.gram(vectors)
    source = kernels.ffi.from_buffer("float[]", vectors)
    starts = range(0, max(len(vectors), 1), _GRAM_ROWS)
    parts = np.zeros((len(starts), n_factors, n_factors))

    def gram_share(begin: int, end: int) -> int:
        target = kernels.ffi.from_buffer("double[]", parts[begin // _GRAM_ROWS], require_writable=True)
        return int(kernels.lib.likely_gram(source, begin, end, n_factors, target))

    shares = [(start, min(start + _GRAM_ROWS, len(vectors))) for start in starts]
    for outcome in _in_threads(gram_share, shares, n_threads):
        _raise_failure(outcome)
    # Always the same parts in the same order, whoever made them.
    total: Float64s = parts[0]
    for part in parts[1:]:
        total += part
    return total


def scores(vectors: Float32s, person: Float32s) -> Float32s:
    """Return the product of each row of ``vectors`` with ``person`` (float32 ``[n_factors]``); float32 ``[n]``.

    Raises:
        ValueError: shapes that don't fit, another type, not contiguous.
    """
    _check_matrix("vectors", vectors)
    _check_array("person", person, np.float32, (vectors.shape[1],))
    if not kernels.AVAILABLE:
        return likely_twin.scores(vectors, person)
    result = np.empty(len(vectors), dtype=np.float32)
    source, direction = kernels.ffi.from_buffer("float[]", vectors), kernels.ffi.from_buffer("float[]", person)
    target = kernels.ffi.from_buffer("float[]", result, require_writable=True)

    def fill(begin: int, end: int) -> None:
        kernels.lib.likely_scores(source, begin, end, vectors.shape[1], direction, target)

    in_halves(fill, len(vectors), worth_it=vectors.size > LONG_CATALOGUE)
    return result


def _check(step: HalfStep) -> None:
    """Raise ValueError unless every array is what the kernel takes it for."""
    _check_matrix("vectors", step.vectors)
    n_columns, n_factors = step.vectors.shape
    n_rows, n = step.n_rows, len(step.columns)
    expected: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
        "pointers": (np.int64, (n_rows + 1,)),
        "columns": (np.int32, (n,)),
        "scores": (np.uint8, (n,)),
        "grades": (np.float64, (MAX_SCORE + 1,)),
        "row_weights": (np.float32, (n_rows,)),
        "column_weights": (np.float32, (n_columns,)),
        "gram": (np.float64, (n_factors, n_factors)),
        "ridges": (np.float64, (n_rows,)),
    }
    for name, (kind, shape) in expected.items():
        _check_array(name, getattr(step, name), kind, shape)
    if step.priors is not None:
        _check_array("priors", step.priors, np.float32, (n_rows, n_factors))
    pointers = step.pointers
    if n_rows < 0 or pointers[0] != 0 or pointers[-1] != n or bool(np.any(np.diff(pointers) < 0)):
        msg = f"pointers do not ascend from 0 to {n}"
        raise ValueError(msg)
    if n and not (int(step.columns.min()) >= 0 and int(step.columns.max()) < n_columns):
        msg = f"a column lies outside 0 to {n_columns - 1}"
        raise ValueError(msg)
    if n and int(step.scores.max()) > MAX_SCORE:
        msg = f"a score lies outside 0 to {MAX_SCORE}"
        raise ValueError(msg)
    for name in ("row_weights", "column_weights", "ridges"):
        if not bool(np.all(getattr(step, name) > 0)):
            msg = f"{name} are not all greater than 0"
            raise ValueError(msg)


def _check_matrix(name: str, array: Float32s) -> None:
    if array.ndim != 2 or array.shape[1] == 0 or array.shape[1] % FACTORS_STEP:  # noqa: PLR2004 - rows and columns
        msg = f"{name} are not rows of a multiple of {FACTORS_STEP} factors, but {array.shape}"
        raise ValueError(msg)
    _check_array(name, array, np.float32, array.shape)


def _check_array(name: str, array: np.ndarray, kind: type[np.generic], shape: tuple[int, ...]) -> None:
    if array.dtype != kind or array.shape != shape or not array.flags.c_contiguous:
        msg = f"{name} must be contiguous {np.dtype(kind)} {shape}, not {array.dtype} {array.shape}"
        raise ValueError(msg)


def _describe(step: HalfStep) -> tuple[Any, list[Any]]:
    """Return the kernel's HalfStep, and what must live as long as it is used."""
    described = kernels.ffi.new("HalfStep *")
    kept_alive: list[Any] = [step]
    for field in fields(step):
        array = getattr(step, field.name)
        if array is not None:
            buffer = kernels.ffi.from_buffer(_TYPES[array.dtype.name], array)
            setattr(described, field.name, buffer)
            kept_alive.append(buffer)
    described.n_factors = step.vectors.shape[1]
    return described, kept_alive


def _shares(step: HalfStep) -> list[tuple[int, int]]:
    """Return ranges of rows with about equal work: an entry costs d^2 / 2, a row's factoring d^3 / 6."""
    per_row = step.vectors.shape[1] // 3 + 1
    work = step.pointers + per_row * np.arange(step.n_rows + 1)
    goals = np.linspace(0, int(work[-1]), _N_SHARES + 1)
    cuts = np.unique(np.concatenate(([0], np.searchsorted(work, goals[1:-1]), [step.n_rows]))).tolist()
    return list(pairwise(cuts))


def _in_threads(work: Callable[[int, int], int], shares: list[tuple[int, int]], n_threads: int | None) -> list[int]:
    n = n_threads if n_threads is not None else os.cpu_count() or 1
    if n <= 1 or len(shares) <= 1:
        return [work(*share) for share in shares]
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(lambda share: work(*share), shares))


def _raise_failure(outcome: int) -> None:
    if outcome == _NO_MEMORY:
        raise MemoryError
    if outcome:
        msg = "a ridge is too small: the least squares of a row cannot be solved"
        raise ValueError(msg)
