"""The posterior mean of all sweeps of the chains: what the served model is measured against.

It needs every sample of every user and film at hand while the chains run, so it can be neither stored nor folded into,
and it has no receipt; the served model is to come within .0015 stars of its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.factors_fit import full_settings, new_sampler
from camflix.recommender.factors_sampler import CHAINS, new_problem

if TYPE_CHECKING:
    from camflix.recommender.arrays import Features, Float64s, Int32s, Ratings
    from camflix.recommender.factors_fit import FactorsSettings
    from camflix.recommender.factors_sampler import Chains


def posterior_means(
    ratings: Ratings,
    users: Int32s,
    items: Int32s,
    features: Features | None = None,
    *,
    seed: int = 0,
    settings: FactorsSettings | None = None,
) -> Float64s:
    """Return the mean prediction of all sweeps that ``Factors.fit`` with the same arguments does not burn.

    Args:
        ratings: what is fitted.
        users: int32 ``[n]``, of the pairs predicted.
        items: int32 ``[n]``.
        features: of the items.
        seed: of the chains.
        settings: by default the accurate preset.

    Returns:
        float64 ``[n]``, points of 100, cut at the least and the greatest score fitted.
    """
    chosen = settings or full_settings(ratings.n_ratings)
    problem = new_problem(ratings, features, chosen.rank)
    total = np.zeros(len(users))
    for bundle in range(chosen.n_bundles):
        sampler = new_sampler(problem, seed, bundle)
        sampler.start()
        for sweep in range(1, chosen.n_sweeps + 1):
            sampler.sweep()
            if sweep > chosen.n_burnt:
                total += _mean_of_chains(sampler.chains, users, items)
    means = total / (chosen.n_bundles * (chosen.n_sweeps - chosen.n_burnt))
    points: Float64s = problem.centre + problem.unit * means
    return np.clip(points, ratings.scores.min(initial=100), ratings.scores.max(initial=0))


def _mean_of_chains(chains: Chains, users: Int32s, items: Int32s) -> Float64s:
    """Return the mean of what the four chains predict now, standard units; float64 ``[n]``."""
    sums: Float64s = (chains.user_vectors[0, users] + chains.item_vectors[0, items]).sum(axis=1, dtype=np.float64)
    for a, b in zip(chains.user_vectors[1:], chains.item_vectors[1:], strict=True):
        sums += (a[users] * b[items]).sum(axis=1)
    means: Float64s = (sums + chains.levels.sum()) / CHAINS
    return means
