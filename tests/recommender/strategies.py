"""Rating matrices to test with: small random ones from Hypothesis, and seeded communities with tastes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from camflix.recommender.arrays import Int32s, Ratings, UInt8s

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn

SCORES = st.one_of(st.integers(0, 100), st.sampled_from([0, 20, 40, 60, 80, 100]))
"""Scores as they come: any of 0-100, or a few often repeated ones, so that ties occur."""


def ratings_of(rated: Mapping[tuple[int, int], int], n_users: int, n_items: int) -> Ratings:
    """Return the ratings that map (user, item) to a score."""
    users = np.array([user for user, _ in rated], dtype=np.int32)
    items = np.array([item for _, item in rated], dtype=np.int32)
    scores = np.array(list(rated.values()), dtype=np.uint8)
    return Ratings.from_triples(users, items, scores, n_users, n_items)


def row(scores: Mapping[int, int]) -> tuple[Int32s, UInt8s]:
    """Return one person's items, ascending, and scores."""
    items = sorted(scores)
    return np.array(items, dtype=np.int32), np.array([scores[item] for item in items], dtype=np.uint8)


def as_mapping(ratings: Ratings, user: int) -> dict[int, int]:
    """Return one user's score by item."""
    items, scores = ratings.of_user(user)
    return dict(zip(items.tolist(), scores.tolist(), strict=True))


def rows(n_items: int = 12, *, min_size: int = 0) -> st.SearchStrategy[dict[int, int]]:
    """Return a strategy for one person's score by item."""
    return st.dictionaries(st.integers(0, n_items - 1), SCORES, min_size=min_size)


@st.composite
def rating_matrices(draw: DrawFn, max_users: int = 8, max_items: int = 12) -> Ratings:
    """Draw a matrix with at least one user and one item; rows, columns or all of it may be empty."""
    n_users = draw(st.integers(1, max_users))
    n_items = draw(st.integers(1, max_items))
    drawn = [draw(rows(n_items)) for _ in range(n_users)]
    rated = {(user, item): score for user, scores in enumerate(drawn) for item, score in scores.items()}
    return ratings_of(rated, n_users, n_items)


def community(seed: int = 1, n_users: int = 60, n_items: int = 80, *, step: int = 10) -> Ratings:
    """Return a seeded community with two-sided tastes, harsh and mild judges, films more and less seen.

    With noise rows: the last user rated nothing, the last but one a single film, the last film nobody.

    Args:
        seed: of everything drawn.
        n_users: rows, the two noise rows included.
        n_items: columns, the unrated one included.
        step: scores are multiples of it.
    """
    rng = np.random.default_rng(seed)
    tastes, contents = rng.normal(size=(n_users, 2)), rng.normal(size=(n_items, 2))
    expected = 60 + 12 * tastes @ contents.T + rng.normal(0, 8, (n_users, 1)) + rng.normal(0, 8, n_items)
    scores = np.clip(np.rint((expected + rng.normal(0, 8, expected.shape)) / step) * step, 0, 100)
    seen = rng.random(expected.shape) < np.clip(rng.beta(1.2, 2, (n_users, 1)) + rng.beta(1, 4, n_items), 0.1, 0.9)
    seen[:, -1] = False
    seen[-2:] = False
    seen[-2, 0] = True
    users, items = np.nonzero(seen)
    return Ratings.from_triples(
        users.astype(np.int32), items.astype(np.int32), scores[seen].astype(np.uint8), n_users, n_items
    )


def rescaled(ratings: Ratings, rule: Callable[[int], int]) -> Ratings:
    """Return the ratings with every score put through ``rule``."""
    table = np.array([rule(score) for score in range(101)], dtype=np.uint8)
    return Ratings.from_rows(ratings.n_items, ratings.user_ptr, ratings.items, table[ratings.scores])
