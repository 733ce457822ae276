"""Fitting the factor model: how large it is, chains on threads, and what is kept of each.

Chains share nothing while they run, and each writes to lanes of its own, so the result doesn't depend on which thread
is faster. The mean of several short chains is as good as that of few long ones or better: the posterior has many modes.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender import kernels
from camflix.recommender.factors_arrays import Fitted
from camflix.recommender.factors_sampler import (
    CHAINS,
    FIRST_SPREAD,
    KernelDraws,
    KernelSampler,
    Problem,
    new_chains,
)
from camflix.recommender.factors_sampler_twin import NumpyDraws, TwinSampler
from camflix.recommender.factors_smoother import LANES, MOST_COORDINATES, MOST_SAMPLES, Int16s, Samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.recommender.arrays import Float32s, Float64s, Int32s
    from camflix.recommender.factors_sampler import Chains, Sampler

_STEPS = 32767
"""The greatest number that an item's coordinate is stored as."""


_FEW_RATINGS, _MANY_RATINGS = 10_000, 1_500_000


@dataclass(frozen=True, slots=True)
class FactorsSettings:
    """How large a model is, and how long it is sampled.

    Attributes:
        rank: coordinates beside the bias.
        n_bundles: of four chains each; each bundle is swept by one thread.
        n_sweeps: of each chain.
        n_burnt: the first sweeps, of which nothing is kept.
        n_samples: what is served is the mean over so many, a multiple of 8 and of the number of chains.
        n_warm_sweeps: of each chain that goes on from an earlier model.
        n_warm_burnt: the first of these, of which nothing is kept.
    """

    rank: int
    n_bundles: int
    n_sweeps: int
    n_burnt: int
    n_samples: int
    n_warm_sweeps: int
    n_warm_burnt: int

    @property
    def n_chains(self) -> int:
        """How many chains there are in all."""
        return self.n_bundles * CHAINS

    def __post_init__(self) -> None:
        """Refuse what cannot be sampled or served.

        Raises:
            ValueError: says what is wrong.
        """
        if not (0 <= self.rank < MOST_COORDINATES and self.n_bundles > 0):
            msg = f"rank {self.rank} or {self.n_bundles} bundles are out of bounds"
            raise ValueError(msg)
        n_kept = min(self.n_sweeps - self.n_burnt, self.n_warm_sweeps - self.n_warm_burnt)
        most = min(n_kept * self.n_chains, MOST_SAMPLES)
        if not 0 < self.n_samples <= most or self.n_samples % LANES or self.n_samples % self.n_chains:
            msg = f"{self.n_samples} samples cannot be taken from {self.n_chains} chains of {n_kept} sweeps"
            raise ValueError(msg)
        if min(self.n_burnt, self.n_warm_burnt) < 0:
            msg = "fewer than no sweeps cannot be burnt"
            raise ValueError(msg)


def full_settings(n_ratings: int) -> FactorsSettings:
    """Return the accurate preset for so many ratings.

    The fewer there are, the less is known, the further samples lie apart, and the more of them it takes until their
    mean is within .0015 stars of the error of all sweeps' mean; and the less they cost.
    """
    rank = round(14.0 * 2.3 ** np.log10(max(n_ratings, 1) / 80_000))
    n_samples = 128 if n_ratings < _FEW_RATINGS else 64 if n_ratings < _MANY_RATINGS else 32
    return FactorsSettings(min(max(rank, 6), 32), 2, 80, 25, n_samples, 40, 8)


def fast_settings(n_ratings: int) -> FactorsSettings:
    """Return the preset for one core and a short wait."""
    del n_ratings
    return FactorsSettings(8, 1, 40, 15, 16, 24, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where chains go on from: samples of an earlier model.

    Attributes:
        samples: of the earlier model.
        items: int32 ``[n_items]``, which of its items each item is; -1 for one that it did not know.
    """

    samples: Samples
    items: Int32s

    def apply(self, chains: Chains, bundle: int, n_chains: int) -> None:
        """Set each chain of a bundle to the last sample of the chain that it goes on from."""
        n_samples = self.samples.n_blocks * LANES
        for k in range(CHAINS):
            self._set(chains.one(k), (bundle * CHAINS + k + 1) * n_samples // n_chains - 1)

    def _set(self, chain: Chains, place: int) -> None:
        """Set a chain's weights to those of a sample; what a sample does not tell starts at zero.

        Of people it tells how they are spread: they are drawn from that. Were they all set to the mean, the precision
        of their prior would begin near their number, and where they rate little take hundreds of sweeps to come down.
        """
        block, lane = divmod(max(place, 0), LANES)
        n = min(len(chain.user_own), self.samples.n_coordinates)
        known = np.flatnonzero(self.items >= 0)
        chain.item_presence[:n] = 0.0
        chain.item_feature[:n] = 0.0
        for weights, stored, units in (
            (chain.item_own, self.samples.item_vectors, self.samples.vector_units),
            (chain.user_presence, self.samples.item_presence, self.samples.presence_units),
        ):
            weights[:n] = 0.0
            weights[:n, known] = (stored[self.items[known], block, :n, lane] * units[block, :n, lane]).T
        means, precisions = self.samples.prior_means[block, :n, lane], self.samples.prior_precisions[block, :n, lane]
        normals = chain.user_own[:n] / FIRST_SPREAD
        chain.user_own[:n] = means[:, None] + normals / np.sqrt(precisions)[:, None]
        chain.levels[...] = self.samples.levels[block, lane]


class _Kept:
    """What chains leave behind: samples, each in a lane of its own."""

    def __init__(self, problem: Problem, n_samples: int) -> None:
        n, n_items, n_blocks = problem.n_coordinates, problem.ratings.n_items, n_samples // LANES
        self._problem = problem
        self._vectors = np.zeros((n_items, n_blocks, n, LANES), dtype=np.int16)
        self._presence = np.zeros((n_items, n_blocks, n, LANES), dtype=np.int16)
        self._units = np.zeros((2, n_blocks, n, LANES))
        self._priors = np.zeros((2, n_blocks, n, LANES))
        self._levels = np.zeros((n_blocks, LANES))
        self._unknown = np.zeros((n_blocks, LANES))
        self._unrated = np.flatnonzero(np.diff(problem.ratings.item_ptr) == 0)

    def keep(self, chain: Chains, place: int) -> None:
        """Keep the chain's present state as sample ``place``.

        An item without ratings is known by its prior only. Its mean is kept in place of a draw from it, which would be
        noise in every prediction; how wide the prior is counts as variance of the item.
        """
        block, lane = divmod(place, LANES)
        vectors, presence = chain.item_vectors.copy(), chain.user_presence.copy()
        vectors[:, self._unrated] += (chain.priors[:, 2, :1] - chain.item_own[:, self._unrated]).astype(np.float32)
        presence[:, self._unrated] = chain.priors[:, 1, :1]
        self._units[0, block, :, lane] = _store(vectors, self._vectors[:, block, :, lane])
        self._units[1, block, :, lane] = _store(presence, self._presence[:, block, :, lane])
        self._priors[:, block, :, lane] = chain.priors[:, 0].T
        self._levels[block, lane] = chain.levels
        squares = np.ones(len(vectors))
        squares[1:] = (chain.user_vectors[1:].astype(np.float64) ** 2).sum(axis=1) / max(chain.user_vectors.shape[1], 1)
        self._unknown[block, lane] = (squares / chain.priors[:, 2, 1]).sum()

    def fitted(self, noise: _Means) -> Fitted:
        """Return the model, given what is a mean over all sweeps."""
        item_precisions, item_variances = noise.item_precisions.copy(), noise.item_variances.copy()
        # The variance of a rating is 1 / (alpha beta); what is unknown of an item is brought to the same form.
        typical = noise.user_variances.mean() if len(noise.user_variances) else 1.0
        item_variances[self._unrated] += self._unknown.mean() / typical
        item_precisions[self._unrated] = 1.0 / item_variances[self._unrated]
        samples = Samples(
            item_vectors=self._vectors,
            item_presence=self._presence,
            vector_units=self._units[0],
            presence_units=self._units[1],
            prior_means=self._priors[0],
            prior_precisions=self._priors[1],
            levels=self._levels,
            item_precisions=item_precisions.astype(np.float32),
            centre=self._problem.centre,
            unit=self._problem.unit,
        )
        of_users = (noise.user_precisions, noise.user_variances, noise.user_choices)
        users = (values.astype(np.float32) for values in of_users)
        return Fitted(samples, item_variances.astype(np.float32), *users)


@dataclass(slots=True, eq=False)
class _Means:
    """Sums over sweeps, or their means: of alpha, 1 / alpha, x_0(u) + a(u)'x(u), beta, 1 / beta; float64."""

    user_precisions: Float64s
    user_variances: Float64s
    user_choices: Float64s
    item_precisions: Float64s
    item_variances: Float64s
    n: int = 0

    @classmethod
    def nothing(cls, problem: Problem) -> _Means:
        """Return the sum over no sweeps."""
        n_users, n_items = problem.ratings.n_users, problem.ratings.n_items
        return cls(np.zeros(n_users), np.zeros(n_users), np.zeros(n_users), np.zeros(n_items), np.zeros(n_items))

    def add(self, chains: Chains) -> None:
        """Add the present state of four chains."""
        self.user_precisions += chains.user_precisions.sum(axis=1, dtype=np.float64)
        self.user_variances += (1.0 / chains.user_precisions).sum(axis=1, dtype=np.float64)
        self.user_choices += chains.item_presence[0].sum(axis=1, dtype=np.float64)
        for a, x in zip(chains.user_vectors[1:], chains.item_presence[1:], strict=True):
            self.user_choices += (a * x).sum(axis=1, dtype=np.float64)
        self.item_precisions += chains.item_precisions.sum(axis=1, dtype=np.float64)
        self.item_variances += (1.0 / chains.item_precisions).sum(axis=1, dtype=np.float64)
        self.n += CHAINS

    @staticmethod
    def mean(sums: list[_Means]) -> _Means:
        """Return the mean over the sweeps of all chains."""
        n = sum(one.n for one in sums)
        return _Means(
            np.sum([one.user_precisions for one in sums], axis=0) / n,
            np.sum([one.user_variances for one in sums], axis=0) / n,
            np.sum([one.user_choices for one in sums], axis=0) / n,
            np.sum([one.item_precisions for one in sums], axis=0) / n,
            np.sum([one.item_variances for one in sums], axis=0) / n,
            n,
        )


class _Progress:
    """Counts sweeps of all chains, and stops them all when one fails or whoever watches has had enough."""

    def __init__(self, total: int, watch: Callable[[int, int], None] | None) -> None:
        self._total, self._watch = total, watch
        self._done = 0
        self._lock = Lock()
        self.stopped = Event()

    def count(self) -> None:
        """Count one sweep; an exception of the watcher's goes up through the chain that it met."""
        with self._lock:
            self._done += 1
            if self._watch is not None:
                self._watch(self._done, self._total)


def fit_samples(
    problem: Problem,
    settings: FactorsSettings,
    *,
    seed: int,
    start: Start | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Fitted:
    """Return the model of ``problem``: the same for the same arguments, however many threads there are.

    Args:
        problem: what it is fitted to.
        settings: how large, how long.
        seed: of all chains.
        start: an earlier model to go on from.
        watch: called after each sweep with the number done and the number in all, from any bundle's thread, one at a
            time. An exception that it raises ends the fit.
    """
    kept = _Kept(problem, settings.n_samples)
    plan = _Plan.of(settings, warm=start is not None)
    progress = _Progress(plan.n_sweeps * settings.n_bundles, watch)

    def run(bundle: int) -> _Means:
        sampler = new_sampler(problem, seed, bundle)
        if start is not None:
            start.apply(sampler.chains, bundle, settings.n_chains)
        sampler.start()
        try:
            return _run_bundle(problem, sampler, plan, bundle, kept, progress)
        except BaseException:
            progress.stopped.set()
            raise

    with ThreadPoolExecutor(min(settings.n_bundles, os.cpu_count() or 1)) as threads:
        noise = list(threads.map(run, range(settings.n_bundles)))
    return kept.fitted(_Means.mean(noise))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How long each chain runs, and after which of its sweeps (counted from 1) it keeps which of its samples."""

    n_sweeps: int
    n_burnt: int
    n_samples: int
    places: dict[int, int]

    @classmethod
    def of(cls, settings: FactorsSettings, *, warm: bool) -> _Plan:
        """Return the plan: samples evenly over what is not burnt, the last after the last sweep."""
        n_sweeps = settings.n_warm_sweeps if warm else settings.n_sweeps
        n_burnt = settings.n_warm_burnt if warm else settings.n_burnt
        n = settings.n_samples // settings.n_chains
        return cls(n_sweeps, n_burnt, n, {n_burnt + (n_sweeps - n_burnt) * (k + 1) // n: k for k in range(n)})


def _run_bundle(
    problem: Problem, sampler: Sampler, plan: _Plan, bundle: int, kept: _Kept, progress: _Progress
) -> _Means:
    noise = _Means.nothing(problem)
    for sweep in range(1, plan.n_sweeps + 1):
        if progress.stopped.is_set():
            break
        sampler.sweep()
        if sweep > plan.n_burnt:
            noise.add(sampler.chains)
        if sweep in plan.places:
            for k in range(CHAINS):
                kept.keep(sampler.chains.one(k), (bundle * CHAINS + k) * plan.n_samples + plan.places[sweep])
        progress.count()
    return noise


def new_sampler(problem: Problem, seed: int, bundle: int) -> Sampler:
    """Return the sampler of a bundle before its first sweep; each chain has a stream of its own."""
    seeds = [np.random.SeedSequence([seed, bundle * CHAINS + k]) for k in range(CHAINS)]
    if not kernels.AVAILABLE:
        draws = [NumpyDraws(of_chain) for of_chain in seeds]
        return TwinSampler(problem, new_chains(problem, draws), draws)
    state = np.array([of_chain.generate_state(4, np.uint64) for of_chain in seeds])
    return KernelSampler(problem, new_chains(problem, [KernelDraws(row) for row in state]), state)


def _store(values: Float32s, target: Int16s) -> Float64s:
    """Write float32 ``[n_coordinates, n_items]`` into int16 ``[n_items, n_coordinates]``; return the units."""
    units: Float64s = np.abs(values).max(axis=1, initial=0.0).astype(np.float64) / _STEPS
    units[units == 0.0] = 1.0
    target[:] = np.rint(values / units[:, None].astype(np.float32)).T
    return units
