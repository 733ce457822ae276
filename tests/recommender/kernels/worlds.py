"""Ratings for the kernels' tests: small ones drawn by Hypothesis, larger ones made by seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.kernels import AVAILABLE, twin_neighbours
from camflix.recommender.kernels.border import MOST_RESIDUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from camflix.recommender.arrays import Int16s
    from camflix.recommender.kernels.everybody import Everybody
    from camflix.recommender.kernels.person_arrays import Ranking

needs_extension = pytest.mark.skipif(not AVAILABLE, reason="the C extension is not built here")

LEVELS = ((50,), (0, 100), (20, 40, 60, 80, 100), tuple(range(101)))


def made(n_users: int, n_items: int, density: float, seed: int, levels: tuple[int, ...] = LEVELS[3]) -> Ratings:
    """Return ratings of which each possible one is there with probability ``density``."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((n_users, n_items)) < density)
    scores = rng.choice(np.array(levels, dtype=np.uint8), size=len(users))
    return Ratings.from_triples(users.astype(np.int32), items.astype(np.int32), scores, n_users, n_items)


@st.composite
def ratings_of_few(draw: st.DrawFn) -> Ratings:
    """Draw ratings of up to 40 users and 30 films: none, few, or nearly all, on coarse and fine scales."""
    n_users, n_items = draw(st.integers(0, 40)), draw(st.integers(0, 30))
    density = draw(st.sampled_from((0.0, 0.1, 0.5, 0.95, 1.0)))
    return made(n_users, n_items, density, draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(LEVELS)))


def residuals_of(ratings: Ratings, seed: int) -> Int16s:
    """Return random residuals beside ``ratings.items``, the extremes among them."""
    rng = np.random.default_rng(seed)
    extremes = rng.choice(np.array([-MOST_RESIDUAL, MOST_RESIDUAL, 0, 1]), size=ratings.n_ratings)
    ordinary = rng.integers(-600, 600, size=ratings.n_ratings)
    return np.where(rng.random(ratings.n_ratings) < 0.1, extremes, ordinary).astype(np.int16)


def same(first: NDArray[Any], second: NDArray[Any]) -> bool:
    """Tell whether two arrays have the same type and the same bits, NaN equal to NaN."""
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()


def all_same(first: Sequence[NDArray[Any]], second: Sequence[NDArray[Any]]) -> bool:
    """Tell whether arrays are the same, one by one."""
    return all(same(a, b) for a, b in zip(first, second, strict=True))


def arrays_of(ranking: Ranking) -> tuple[np.ndarray, ...]:
    """Return what a ranking is made of."""
    return ranking.order, ranking.weights, ranking.n_common


def random_ranking(known: Everybody, seed: int, most: int | None = None) -> Ranking:
    """Return neighbours of nobody in particular: weights drawn by ``seed``, a fifth of them 0."""
    rng, n_users = np.random.default_rng(seed), known.ratings.n_users
    weights = np.where(rng.random(n_users) < 0.2, 0, rng.integers(-65536, 65537, size=n_users)).astype(np.int32)
    return twin_neighbours.heard(weights, np.ones(n_users, dtype=np.int32), n_users if most is None else most)
