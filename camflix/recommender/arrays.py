"""Ratings and item features as arrays: compressed rows by user and by item, scores as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Int16s: TypeAlias = NDArray[np.int16]
Int32s: TypeAlias = NDArray[np.int32]
Int64s: TypeAlias = NDArray[np.int64]
UInt8s: TypeAlias = NDArray[np.uint8]
UInt64s: TypeAlias = NDArray[np.uint64]
Float32s: TypeAlias = NDArray[np.float32]
Float64s: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

MAX_SCORE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Who rated what and how, sorted both ways; six arrays, 10 bytes a rating.

    Attributes:
        n_users: rows; indices 0 to n_users - 1.
        n_items: columns.
        user_ptr: int64 ``[n_users + 1]``; row u is ``items[user_ptr[u]:user_ptr[u + 1]]``, ascending and unique.
        items: int32 ``[n]``.
        scores: uint8 ``[n]``, 0-100, beside ``items``.
        item_ptr: int64 ``[n_items + 1]``; the raters of i are ``users[item_ptr[i]:item_ptr[i + 1]]``, ascending.
        users: int32 ``[n]``.
        item_scores: uint8 ``[n]``, beside ``users``.
    """

    n_users: int
    n_items: int
    user_ptr: Int64s
    items: Int32s
    scores: UInt8s
    item_ptr: Int64s
    users: Int32s
    item_scores: UInt8s

    @classmethod
    def from_triples(cls, users: Int32s, items: Int32s, scores: UInt8s, n_users: int, n_items: int) -> Ratings:
        """Return the ratings of ``n`` triples in any order.

        Raises:
            ValueError: an index or score out of bounds, arrays of different lengths, a pair given twice.
        """
        _check_triples(users, items, scores, n_users, n_items)
        by_user = np.lexsort((items, users))
        user_ptr = _pointers(users, n_users)
        row_items = np.ascontiguousarray(items[by_user], dtype=np.int32)
        row_scores = np.ascontiguousarray(scores[by_user], dtype=np.uint8)
        same_row = users[by_user][1:] == users[by_user][:-1]
        if bool(np.any(same_row & (row_items[1:] == row_items[:-1]))):
            msg = "a (user, item) pair is given twice"
            raise ValueError(msg)
        return cls._with_columns(n_users, n_items, user_ptr, row_items, row_scores)

    @classmethod
    def from_rows(cls, n_items: int, user_ptr: Int64s, items: Int32s, scores: UInt8s) -> Ratings:
        """Return the ratings whose rows by user are already sorted and checked (a snapshot of ours)."""
        return cls._with_columns(len(user_ptr) - 1, n_items, user_ptr, items, scores)

    @classmethod
    def _with_columns(cls, n_users: int, n_items: int, user_ptr: Int64s, items: Int32s, scores: UInt8s) -> Ratings:
        users = np.repeat(np.arange(n_users, dtype=np.int32), np.diff(user_ptr))
        by_item = np.argsort(items, kind="stable")
        return cls(
            n_users, n_items, user_ptr, items, scores, _pointers(items, n_items), users[by_item], scores[by_item]
        )

    def where(self, kept: Bools) -> Ratings:
        """Return the ratings of the same users and items that ``kept`` marks; bool ``[n]``, in row order."""
        counts = np.bincount(self.row_users()[kept], minlength=self.n_users)
        user_ptr = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
        return Ratings.from_rows(self.n_items, user_ptr, self.items[kept], self.scores[kept])

    @property
    def n_ratings(self) -> int:
        """How many ratings there are."""
        return len(self.items)

    def of_user(self, user: int) -> tuple[Int32s, UInt8s]:
        """Return the items (ascending) and scores of one user; views, not copies."""
        row = slice(int(self.user_ptr[user]), int(self.user_ptr[user + 1]))
        return self.items[row], self.scores[row]

    def of_item(self, item: int) -> tuple[Int32s, UInt8s]:
        """Return the users (ascending) and scores of one item; views, not copies."""
        row = slice(int(self.item_ptr[item]), int(self.item_ptr[item + 1]))
        return self.users[row], self.item_scores[row]

    def ratings_of_items(self, items: Int32s) -> tuple[Int64s, Int64s]:
        """Return where in ``users`` and ``item_scores`` the ratings of ``items`` stand, item after item.

        Returns:
            positions: int64 ``[m]`` into ``users`` and ``item_scores``.
            places: int64 ``[m]``, the place in ``items`` that each position belongs to.
        """
        return expand(self.item_ptr, items)

    def ratings_of_users(self, users: Int32s) -> tuple[Int64s, Int64s]:
        """Return where in ``items`` and ``scores`` the ratings of ``users`` stand, user after user.

        Returns:
            positions: int64 ``[m]`` into ``items`` and ``scores``.
            places: int64 ``[m]``, the place in ``users`` that each position belongs to.
        """
        return expand(self.user_ptr, users)

    def row_users(self) -> Int32s:
        """Return the user of each rating in row order; int32 ``[n]``."""
        return np.repeat(np.arange(self.n_users, dtype=np.int32), np.diff(self.user_ptr))


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What is known of items beside their ratings (genres, release years), as a sparse matrix by item.

    Attributes:
        n_features: columns.
        item_ptr: int64 ``[n_items + 1]``.
        columns: int32 ``[m]``, the features of each item.
        values: float32 ``[m]``.
    """

    n_features: int
    item_ptr: Int64s
    columns: Int32s
    values: Float32s


def expand(pointers: Int64s, rows: Int32s) -> tuple[Int64s, Int64s]:
    """Return the positions of several compressed rows, one row after another, and the place of each one's row.

    Args:
        pointers: int64 ``[n + 1]``; row r is positions ``pointers[r]`` to ``pointers[r + 1]``.
        rows: int32 ``[k]``, any order.

    Returns:
        positions and places, int64 ``[m]`` each; ``rows[places]`` is the row of each position.
    """
    starts = pointers[rows]
    lengths = pointers[np.asarray(rows, dtype=np.int64) + 1] - starts
    ends = np.cumsum(lengths)
    positions = np.arange(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    positions += np.repeat(starts - (ends - lengths), lengths)
    return positions, np.repeat(np.arange(len(rows), dtype=np.int64), lengths)


def _pointers(indices: Int32s, n: int) -> Int64s:
    pointers = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(indices, minlength=n), out=pointers[1:])
    return pointers


def _check_triples(users: Int32s, items: Int32s, scores: UInt8s, n_users: int, n_items: int) -> None:
    if not len(users) == len(items) == len(scores):
        msg = f"users, items and scores differ in length: {len(users)}, {len(items)}, {len(scores)}"
        raise ValueError(msg)
    for name, values, end in (("user", users, n_users), ("item", items, n_items), ("score", scores, MAX_SCORE + 1)):
        if len(values) and not (int(values.min()) >= 0 and int(values.max()) < end):
            msg = f"a {name} lies outside 0 to {end - 1}"
            raise ValueError(msg)
