"""The sampler of the factor model: the kernel against its twin on the same random numbers, and its border."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender import kernels
from camflix.recommender.arrays import Features, Ratings
from camflix.recommender.factors_sampler import (
    CHAINS,
    Chains,
    KernelDraws,
    KernelSampler,
    Problem,
    new_chains,
    new_problem,
)
from camflix.recommender.factors_sampler_twin import NumpyDraws, TwinSampler
from tests.recommender.kernels.worlds import made, ratings_of_few

needs_kernel = pytest.mark.skipif(not kernels.AVAILABLE, reason="The C extension is not built here.")


def states(seed: int) -> np.ndarray:
    """Return a stream of random numbers for each chain."""
    return np.array([np.random.SeedSequence([seed, k]).generate_state(4, np.uint64) for k in range(CHAINS)])


def some_features(n_items: int, seed: int) -> Features:
    """Return three features, of which each item has none, one or more, to some degree."""
    rng = np.random.default_rng(seed)
    items, columns = np.nonzero(rng.random((n_items, 3)) < 0.4)
    pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(items, minlength=n_items))))
    return Features(3, pointers, columns.astype(np.int32), rng.random(len(items)).astype(np.float32))


def both(problem: Problem, seed: int) -> tuple[KernelSampler, TwinSampler]:
    """Return the kernel and the twin before their first sweep, at the same place of the same random numbers."""
    in_c, in_numpy = states(seed), states(seed)
    kernel = KernelSampler(problem, new_chains(problem, [KernelDraws(row) for row in in_c]), in_c)
    draws = [KernelDraws(row) for row in in_numpy]
    twin = TwinSampler(problem, new_chains(problem, draws), draws)
    kernel.start()
    twin.start()
    return kernel, twin


def greatest_difference(first: Chains, second: Chains) -> float:
    """Return how far apart two states are, in units of the greatest number of each array."""
    apart = 0.0
    for field in fields(Chains):
        ours, theirs = getattr(first, field.name), getattr(second, field.name)
        scale = max(float(np.abs(theirs).max(initial=0.0)), 1.0)
        apart = max(apart, float(np.abs(ours - theirs).max(initial=0.0)) / scale)
    return apart


@needs_kernel
@settings(max_examples=25, deadline=None)
@given(ratings_of_few(), st.integers(0, 999), st.integers(0, 4), st.booleans())
def test_the_kernel_sweeps_as_its_twin(ratings: Ratings, seed: int, rank: int, with_features: bool) -> None:  # noqa: FBT001
    problem = new_problem(ratings, some_features(ratings.n_items, seed) if with_features else None, rank)
    kernel, twin = both(problem, seed)
    assert greatest_difference(kernel.chains, twin.chains) < 1e-6
    for _ in range(4):  # the fourth draws the noise too
        kernel.sweep()
        twin.sweep()
        # What chains keep are float32: 6e-8 of each number at each step, which a sweep hands on.
        assert greatest_difference(kernel.chains, twin.chains) < 1e-4


@needs_kernel
def test_residuals_stay_what_the_vectors_leave_over() -> None:
    ratings = made(30, 40, 0.4, seed=2)
    problem = new_problem(ratings, some_features(40, 1), 5)
    kernel, _ = both(problem, 3)
    for _ in range(20):
        kernel.sweep()
    chains = kernel.chains
    swept = [getattr(chains, name).copy() for name in ("residuals", "user_vectors", "item_vectors")]
    kernel.start()
    for before, name in zip(swept, ("residuals", "user_vectors", "item_vectors"), strict=True):
        assert np.allclose(before, getattr(chains, name), atol=2e-5)


@needs_kernel
def test_four_chains_share_nothing() -> None:
    problem = new_problem(made(20, 20, 0.5, seed=4), None, 3)
    kernel, _ = both(problem, 5)
    state = states(5)
    state[1:] = states(77)[1:]
    other = KernelSampler(problem, new_chains(problem, [KernelDraws(row) for row in state]), state)
    other.start()
    for _ in range(6):
        kernel.sweep()
        other.sweep()
    for field in fields(Chains):
        assert np.array_equal(getattr(kernel.chains.one(0), field.name), getattr(other.chains.one(0), field.name))
    assert not np.array_equal(kernel.chains.one(1).residuals, other.chains.one(1).residuals)


@pytest.mark.parametrize("source", ["kernel", "numpy"])
def test_random_numbers_have_the_moments_of_their_distributions(source: str) -> None:
    if source == "kernel" and not kernels.AVAILABLE:
        pytest.skip("The C extension is not built here.")
    seeds = np.random.SeedSequence(8)
    draws = KernelDraws(states(8)[0]) if source == "kernel" else NumpyDraws(seeds)
    normals = draws.normals(200_000)
    moments = [float((normals**k).mean()) for k in range(1, 5)]
    assert moments == pytest.approx([0, 1, 0, 3], abs=0.05)
    assert np.mean(np.abs(normals) > 3.7) == pytest.approx(2.16e-4, abs=1e-4)
    for shape in (1.0, 1.5, 6.0, 300.0):
        gammas = draws.gammas(np.full(100_000, shape))
        assert float(gammas.mean()) == pytest.approx(shape, rel=0.02)
        assert float(gammas.var()) == pytest.approx(shape, rel=0.05)
    uniforms = np.array([draws.uniform() for _ in range(20_000)])
    assert np.all((uniforms > 0) & (uniforms <= 1))
    assert float(uniforms.mean()) == pytest.approx(0.5, abs=0.01)


def test_scores_are_taken_in_units_of_their_own_scatter() -> None:
    problem = new_problem(made(5, 6, 1.0, seed=1, levels=(20, 40)), None, 1)
    scores = problem.ratings.scores.astype(np.float64)
    assert problem.centre == pytest.approx(scores.mean())
    assert problem.unit == pytest.approx(scores.std())
    assert problem.rounding == pytest.approx(1 / 12 / scores.var())
    constant = new_problem(made(5, 6, 1.0, seed=1, levels=(50,)), None, 1)
    assert (constant.centre, constant.unit) == (50.0, 20.0)
    nothing = new_problem(made(5, 6, 0.0, seed=1), None, 1)
    assert (nothing.centre, nothing.unit) == (50.0, 20.0)


def test_features_are_turned_around() -> None:
    features = some_features(12, 3)
    problem = new_problem(made(4, 12, 0.5, seed=1), features, 1)
    dense = np.zeros((12, 3), dtype=np.float32)
    dense[np.repeat(np.arange(12), np.diff(features.item_ptr)), features.columns] = features.values
    turned = np.zeros((3, 12), dtype=np.float32)
    rows = np.repeat(np.arange(3), np.diff(problem.feature_ptr))
    turned[rows, problem.feature_items] = problem.feature_values
    assert np.array_equal(turned, dense.T)


def test_features_that_do_not_fit_are_refused() -> None:
    ratings, sound = made(4, 12, 0.5, seed=1), some_features(12, 3)
    damaged: dict[str, Any] = {
        "item_ptr": np.append(sound.item_ptr, sound.item_ptr[-1]),
        "columns": sound.columns + np.int32(1),
        "values": sound.values[:-1],
    }
    for name, array in damaged.items():
        with pytest.raises(ValueError, match="features"):
            new_problem(ratings, replace(sound, **{name: array}), 2)
    backwards = sound.item_ptr.copy()
    backwards[3] = sound.item_ptr[-1] + 1
    with pytest.raises(ValueError, match="ascend"):
        new_problem(ratings, replace(sound, item_ptr=backwards), 2)
    with pytest.raises(ValueError, match="finite"):
        new_problem(ratings, replace(sound, values=sound.values * np.float32(np.nan)), 2)
    twice = Features(2, np.array([0, 2] + [2] * 11), np.zeros(2, dtype=np.int32), np.ones(2, dtype=np.float32))
    with pytest.raises(ValueError, match="twice"):
        new_problem(ratings, twice, 2)


@needs_kernel
@pytest.mark.parametrize("field", [field.name for field in fields(Chains)])
def test_chains_that_do_not_fit_are_refused(field: str) -> None:
    problem = new_problem(made(4, 5, 0.5, seed=1), None, 2)
    state = states(1)
    chains = new_chains(problem, [KernelDraws(row) for row in state])
    array = getattr(chains, field)
    wrong: list[Any] = [array.astype(np.float16), array[..., :-1], np.concatenate((array, array))]
    for bad in wrong:
        with pytest.raises(ValueError, match=field):
            KernelSampler(problem, replace(chains, **{field: bad}), state)


@needs_kernel
def test_a_state_that_does_not_fit_is_refused() -> None:
    problem = new_problem(made(4, 5, 0.5, seed=1), None, 2)
    chains = new_chains(problem, [KernelDraws(row) for row in states(1)])
    with pytest.raises(ValueError, match="state"):
        KernelSampler(problem, chains, states(1)[:3])
    with pytest.raises(ValueError, match="state"):
        KernelDraws(np.zeros(3, dtype=np.uint64))
