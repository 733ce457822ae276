"""What is checked before a kernel is called, for a kernel checks nothing.

A wrong type, length, layout or index is the caller's mistake: ValueError, naming the array. Ratings are long, so they
are checked once and then held by whoever works on them (``kernels.everybody``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.arrays import MAX_SCORE
from camflix.recommender.kernels import AVAILABLE, ffi, lib

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from camflix.recommender.arrays import Int16s, Int32s, Int64s, Ratings, UInt8s

MOST_RATINGS_OF_ONE = 1 << 20
"""Nobody has rated more films; it bounds the sums and counters of every kernel."""

MOST_RESIDUAL = 2047
"""Residuals are whole numbers up to this, so that their sums can be packed: 8 standard deviations in 256ths, say."""

_C_TYPES = {
    np.dtype(np.int8): "int8_t *",
    np.dtype(np.uint8): "uint8_t *",
    np.dtype(np.int16): "int16_t *",
    np.dtype(np.uint16): "uint16_t *",
    np.dtype(np.int32): "int32_t *",
    np.dtype(np.uint32): "uint32_t *",
    np.dtype(np.int64): "int64_t *",
    np.dtype(np.uint64): "uint64_t *",
    np.dtype(np.float32): "float *",
    np.dtype(np.float64): "double *",
}


def pointer(array: NDArray[Any]) -> Any:
    """Return the C pointer to an array's first element; it keeps the array alive."""
    return ffi.from_buffer(_C_TYPES[array.dtype], array)


def check_array(name: str, array: NDArray[Any], dtype: DTypeLike, shape: tuple[int, ...]) -> None:
    """Refuse an array of another type or shape, or that does not lie in memory row after row.

    Raises:
        ValueError: names the array, what it is and what it must be.
    """
    if array.dtype != dtype or array.shape != shape or not array.flags.c_contiguous or not array.flags.aligned:
        layout = "" if array.flags.c_contiguous and array.flags.aligned else ", not contiguous"
        msg = f"{name} must be {np.dtype(dtype)} {list(shape)}, is {array.dtype} {list(array.shape)}{layout}"
        raise ValueError(msg)


def check_indices(name: str, indices: Int32s, end: int, *, ascending: bool = False) -> None:
    """Refuse indices outside 0 to ``end`` - 1, or (where ``ascending``) not in order or given twice.

    Raises:
        ValueError: names the array.
    """
    check_array(name, indices, np.int32, (len(indices),))
    fault = _indices_fault(indices, end, ascending=ascending)
    if fault:
        msg = f"{name} must ascend, each once" if fault == _DISORDER else f"{name} must lie in 0 to {end - 1}"
        raise ValueError(msg)


_DISORDER, _OUTSIDE = 1, 2


def _indices_fault(indices: Int32s, end: int, *, ascending: bool) -> int:
    """Return what is wrong: 0 nothing. By C, for numpy takes longer to begin than a row of one person to read."""
    if AVAILABLE:
        return int(lib.row_indices_fault(len(indices), pointer(indices), end, ascending))
    if ascending and not bool(np.all(indices[1:] > indices[:-1])):
        return _DISORDER
    return _OUTSIDE if len(indices) and (int(indices.min()) < 0 or int(indices.max()) >= end) else 0


def check_scores(name: str, scores: UInt8s, n: int) -> None:
    """Refuse anything but ``n`` bytes of 0 to 100.

    Raises:
        ValueError: names the array.
    """
    check_array(name, scores, np.uint8, (n,))
    if lib.row_scores_fault(n, pointer(scores)) if AVAILABLE else int(scores.max(initial=0)) > MAX_SCORE:
        msg = f"{name} must lie in 0 to {MAX_SCORE}"
        raise ValueError(msg)


def check_residuals(name: str, residuals: Int16s, n: int) -> None:
    """Refuse anything but ``n`` int16 of -2,047 to 2,047.

    Raises:
        ValueError: names the array.
    """
    check_array(name, residuals, np.int16, (n,))
    if AVAILABLE:
        fault = bool(lib.row_residuals_fault(n, pointer(residuals), MOST_RESIDUAL))
    else:
        fault = int(residuals.max(initial=0)) > MOST_RESIDUAL or int(residuals.min(initial=0)) < -MOST_RESIDUAL
    if fault:
        msg = f"{name} must lie in {-MOST_RESIDUAL} to {MOST_RESIDUAL}"
        raise ValueError(msg)


def check_heard(name: str, heard: Int32s, n_users: int) -> None:
    """Refuse anything but int32 ``[n, 3]`` with users of 0 to ``n_users`` - 1.

    Raises:
        ValueError: names the array.
    """
    check_array(name, heard, np.int32, (len(heard), 3))
    if AVAILABLE:
        fault = bool(lib.row_heard_fault(len(heard), ffi.cast("int32_t (*)[3]", pointer(heard)), n_users))
    else:
        fault = bool(len(heard)) and (int(heard[:, 0].min()) < 0 or int(heard[:, 0].max()) >= n_users)
    if fault:
        msg = f"the users of {name} must lie in 0 to {n_users - 1}"
        raise ValueError(msg)


def check_ratings(ratings: Ratings) -> None:
    """Refuse ratings whose arrays don't fit each other: types, lengths, pointers, order, bounds; one pass over them.

    Raises:
        ValueError: names the array and the row.
    """
    by_user = (ratings.user_ptr, ratings.items, ratings.scores)
    by_item = (ratings.item_ptr, ratings.users, ratings.item_scores)
    check_rows("user", ratings.n_users, ratings.n_items, ratings.n_ratings, by_user)
    check_rows("item", ratings.n_items, ratings.n_users, ratings.n_ratings, by_item)
    longest = int(np.diff(ratings.user_ptr).max(initial=0))
    if longest > MOST_RATINGS_OF_ONE:
        msg = f"a user has {longest} ratings, more than {MOST_RATINGS_OF_ONE}"
        raise ValueError(msg)


def check_rows(name: str, n_rows: int, n_columns: int, n: int, rows: tuple[Int64s, Int32s, UInt8s]) -> None:
    """Refuse compressed rows (pointers, columns, scores) of ``n`` ratings that are not sound.

    Raises:
        ValueError: names the rows and the first that is wrong.
    """
    pointers, columns, scores = rows
    check_array(f"{name}_ptr", pointers, np.int64, (n_rows + 1,))
    check_array(f"the columns of {name} rows", columns, np.int32, (n,))
    check_array(f"the scores of {name} rows", scores, np.uint8, (n,))
    fault = _first_fault(n_columns, pointers, columns, scores)
    if fault >= 0:
        msg = f"{name} row {fault}: its pointers, order, bounds or scores are wrong"
        raise ValueError(msg)


def _first_fault(n_columns: int, pointers: Int64s, columns: Int32s, scores: UInt8s) -> int:
    """Return the first row that is not sound, -1 when all are."""
    n_rows, n = len(pointers) - 1, len(columns)
    if AVAILABLE:
        arrays = (pointer(pointers), pointer(columns), pointer(scores))
        return int(lib.ratings_first_fault(n_rows, n_columns, n, *arrays))
    lengths = np.diff(pointers)
    if pointers[0] != 0 or pointers[-1] != n or bool(np.any(lengths < 0)):
        return int(np.argmax(lengths < 0)) if bool(np.any(lengths < 0)) else n_rows
    rows = np.repeat(np.arange(n_rows), lengths)
    wrong = (columns < 0) | (columns >= n_columns) | (scores > MAX_SCORE)
    wrong[1:] |= (rows[1:] == rows[:-1]) & (columns[1:] <= columns[:-1])
    return int(rows[np.argmax(wrong)]) if bool(wrong.any()) else -1
