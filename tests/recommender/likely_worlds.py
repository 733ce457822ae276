"""Ratings and half-steps to test the order of the default list with."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from camflix.recommender.arrays import Features, Ratings
from camflix.recommender.likely_grades import grades
from camflix.recommender.likely_kernels import HalfStep

N_KINDS = 4
"""Item i of a community is of kind i % 4."""


def community(seed: int = 1, n_users: int = 80, n_items: int = 120) -> Ratings:
    """Return people who mostly watch one kind of film, and score it higher.

    With noise rows: the last user rated nothing, the last but one a single film, nobody the last film.
    """
    rng = np.random.default_rng(seed)
    favourite = rng.integers(0, N_KINDS, n_users)
    is_favourite = np.arange(n_items) % N_KINDS == favourite[:, None]
    popularity = rng.beta(1, 4, n_items)
    seen = rng.random((n_users, n_items)) < np.where(is_favourite, 0.15 + popularity, 0.3 * popularity)
    seen[:, -1] = False
    seen[-2:] = False
    seen[-2, 0] = True
    users, items = np.nonzero(seen)
    scores = np.clip(np.where(is_favourite, 80, 50) + rng.normal(0, 15, seen.shape), 0, 100)[seen]
    return Ratings.from_triples(
        users.astype(np.int32), items.astype(np.int32), scores.astype(np.uint8), n_users, n_items
    )


def kinds_as_features(n_items: int = 120) -> Features:
    """Return features that tell each item's kind, and that nothing is known of every seventh."""
    known = np.arange(n_items) % 7 != 0
    pointers = np.concatenate(([0], np.cumsum(known)))
    columns = (np.arange(n_items) % N_KINDS)[known].astype(np.int32)
    return Features(N_KINDS, pointers, columns, np.ones(len(columns), dtype=np.float32))


def half_step(
    seed: int, n_rows: int, n_columns: int, density: float, n_factors: int = 32, *, with_priors: bool = False
) -> HalfStep:
    """Return a random half-step; its first row, if there is one, is empty."""
    rng = np.random.default_rng(seed)
    entries = rng.random((n_rows, n_columns)) < density
    entries[:1] = False
    vectors = rng.normal(0, 0.3, (n_columns, n_factors)).astype(np.float32)
    return HalfStep(
        pointers=np.concatenate(([0], np.cumsum(entries.sum(axis=1)))).astype(np.int64),
        columns=np.nonzero(entries)[1].astype(np.int32),
        scores=rng.integers(0, 101, int(entries.sum())).astype(np.uint8),
        grades=grades(),
        row_weights=rng.uniform(0.3, 2, n_rows).astype(np.float32),
        column_weights=rng.uniform(0.3, 2, n_columns).astype(np.float32),
        vectors=vectors,
        gram=0.2 * vectors.T.astype(np.float64) @ vectors,
        ridges=rng.uniform(0.5, 5, n_rows),
        priors=rng.normal(0, 0.3, (n_rows, n_factors)).astype(np.float32) if with_priors else None,
    )


@st.composite
def half_steps(draw: st.DrawFn) -> HalfStep:
    """Draw half-steps with rows from empty to more than are packed at once."""
    return half_step(
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(0, 6)),
        draw(st.integers(1, 200)),
        draw(st.sampled_from((0.0, 0.05, 0.5, 1.0))),
        draw(st.sampled_from((32, 64, 96))),
        with_priors=draw(st.booleans()),
    )
