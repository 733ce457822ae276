"""All pairs of users: the most similar of each, by as many threads as there are processors.

By few.c where users are few enough for all similarities to be kept, else by neighbours.c; both give the same bits.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.kernels import AVAILABLE, ffi, lib, twin_neighbours
from camflix.recommender.kernels.border import check_ratings, check_rows, pointer
from camflix.recommender.kernels.halves import in_halves

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings, UInt8s

MOST_FEW_USERS: int = lib.FEW_USERS if AVAILABLE else 0
WIDE: int = lib.person_wide() if AVAILABLE else 0


def top_k(
    ratings: Ratings, k: int, *, damping: float, min_common: int, n_threads: int | None = None
) -> tuple[Int32s, Float64s, Int32s]:
    """Return the ``k`` users most similar to each user, over all pairs; the same on any number of threads.

    Similarity is Pearson's correlation of the scores of the films both rated, times n / (n + damping). Sums are exact
    integers; equal similarities are ordered by index.

    Args:
        ratings: of everybody.
        k: how many at the most, 1 or more.
        damping: 0 or more.
        min_common: with fewer films in common the similarity is null, and so is one without variance.
        n_threads: all processors this process may use, unless told; of few users, two at the most.

    Returns:
        users: int32 ``[n_users, k]``, -1 where there are fewer.
        similarity: float64 ``[n_users, k]``, NaN there.
        n_common: int32 ``[n_users, k]``, 0 there.

    Raises:
        ValueError: a parameter or an array of ``ratings`` is out of bounds.
    """
    if k < 1 or not damping >= 0.0 or min_common < 0:
        msg = f"k must be 1 or more, damping and min_common 0 or more; they are {k}, {damping}, {min_common}"
        raise ValueError(msg)
    check_ratings(ratings)
    if not AVAILABLE:
        return twin_neighbours.top_k(ratings, k, damping=damping, min_common=min_common)
    users = np.empty((ratings.n_users, k), dtype=np.int32)
    similarity = np.empty((ratings.n_users, k), dtype=np.float64)
    n_common = np.empty((ratings.n_users, k), dtype=np.int32)
    inputs = (pointer(ratings.user_ptr), pointer(ratings.items), pointer(ratings.scores))
    outputs = (pointer(users), pointer(similarity), pointer(n_common))
    n_threads = n_threads or n_processors()
    wanted = (k, damping, min_common)
    if ratings.n_users <= MOST_FEW_USERS and int(np.diff(ratings.user_ptr).max(initial=0)) <= lib.FEW_RATINGS:
        run = _known(lib.few_pairs_new(ratings.n_users, ratings.n_items, *inputs, *wanted, WIDE, *outputs))
        try:
            _on_two(n_threads, run)
        finally:
            lib.few_pairs_free(run)
    else:
        run = _known(lib.all_pairs_new(ratings.n_users, ratings.n_items, *inputs, *wanted, *outputs))
        try:
            _on_threads(n_threads, run)
        finally:
            lib.all_pairs_free(run)
    return users, similarity, n_common


def _known(run: Any) -> Any:
    if run == ffi.NULL:
        raise MemoryError
    return run


def n_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_two(n_threads: int, run: Any) -> None:
    """Compare few users, on this thread and at most one more: it takes milliseconds, and threads take long to begin."""
    for kernel in (lib.few_pairs_work, lib.few_pairs_finish):

        def do(_begin: int, _end: int, kernel: Callable[[Any], int] = kernel) -> None:
            if kernel(run):
                raise MemoryError

        in_halves(do, 2, worth_it=n_threads > 1)


def _on_threads(n_threads: int, run: Any) -> None:
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            _all_of(pool, n_threads, lib.all_pairs_work, run)
        except BaseException:  # an interrupt must not wait for hours of work: let the threads end
            lib.all_pairs_stop(run)
            raise
        _all_of(pool, n_threads, lib.all_pairs_finish, run)


def _all_of(pool: ThreadPoolExecutor, n_threads: int, function: Callable[[Any], int], run: Any) -> None:
    """Call ``function`` on every thread and wait for all; they share the work among themselves."""
    calls = [pool.submit(function, run) for _ in range(n_threads)]
    statuses = [call.result() for call in calls]
    if any(statuses):
        raise MemoryError


def columns_of(n_items: int, user_ptr: Int64s, items: Int32s, scores: UInt8s) -> tuple[Int64s, Int32s, UInt8s]:
    """Return sound rows by user as rows by item, in two passes and no memory beside the result.

    Args:
        n_items: columns.
        user_ptr: int64 ``[n_users + 1]``.
        items: int32 ``[n]``.
        scores: uint8 ``[n]``.

    Returns:
        item_ptr: int64 ``[n_items + 1]``.
        users: int32 ``[n]``, ascending within an item.
        item_scores: uint8 ``[n]``.

    Raises:
        ValueError: the rows are not sound.
    """
    check_rows("user", len(user_ptr) - 1, n_items, len(items), (user_ptr, items, scores))
    if not AVAILABLE:
        return twin_neighbours.columns_of(n_items, user_ptr, items, scores)
    item_ptr = np.empty(n_items + 1, dtype=np.int64)
    users, item_scores = np.empty(len(items), dtype=np.int32), np.empty(len(items), dtype=np.uint8)
    arrays = [pointer(array) for array in (user_ptr, items, scores, item_ptr, users, item_scores)]
    lib.ratings_transpose(len(user_ptr) - 1, n_items, *arrays)
    return item_ptr, users, item_scores
