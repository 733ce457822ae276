"""Serving the factor model: a ridge written down plainly, the kernel and its twin, sums that add up, and the border."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender import factors_smoother, kernels
from camflix.recommender.factors_smoother import LANES, FoldedIn, Samples, Smoother
from camflix.recommender.factors_smoother_twin import by_sample
from camflix.recommender.kernels import halves

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int32s, UInt8s

needs_kernel = pytest.mark.skipif(not kernels.AVAILABLE, reason="The C extension is not built here.")
N_ITEMS = 30


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve as on a machine without a compiler."""
    monkeypatch.setattr(kernels, "AVAILABLE", False)


def some_samples(seed: int = 1, n_blocks: int = 2, n_coordinates: int = 5, n_items: int = N_ITEMS) -> Samples:
    """Return samples of the size that fits leave."""
    rng = np.random.default_rng(seed)
    shape = (n_blocks, n_coordinates, LANES)
    return Samples(
        item_vectors=rng.integers(-32767, 32768, size=(n_items, *shape)).astype(np.int16),
        item_presence=rng.integers(-32767, 32768, size=(n_items, *shape)).astype(np.int16),
        vector_units=rng.uniform(1e-6, 3e-5, shape),
        presence_units=rng.uniform(1e-6, 1e-5, shape),
        prior_means=rng.normal(0, 0.2, shape),
        prior_precisions=rng.uniform(2, 20, shape),
        levels=rng.normal(0, 0.1, (n_blocks, LANES)),
        item_precisions=rng.uniform(0.5, 3, n_items).astype(np.float32),
        centre=68.0,
        unit=21.0,
    )


def some_person(seed: int, n: int, n_items: int = N_ITEMS) -> tuple[Int32s, UInt8s]:
    """Return ``n`` items, ascending, and how they were rated."""
    rng = np.random.default_rng(seed)
    items = np.sort(rng.permutation(n_items)[:n]).astype(np.int32)
    return items, rng.integers(0, 101, size=n).astype(np.uint8)


sizes = st.tuples(st.integers(0, 99), st.integers(1, 4), st.integers(1, 9), st.integers(0, N_ITEMS))
few = settings(max_examples=30, deadline=None)
everything = np.arange(N_ITEMS, dtype=np.int32)


def plainly(samples: Samples, items: Int32s, scores: UInt8s, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions and variances of all items from the formulas at the head of smoother.c, sample by sample."""
    predicted, spreads = [], []
    for s in range(samples.n_blocks * LANES):
        block, lane = divmod(s, LANES)
        b = samples.item_vectors[:, block, :, lane] * samples.vector_units[block, :, lane]
        y = samples.item_presence[:, block, :, lane] * samples.presence_units[block, :, lane]
        bias = b[:, 0].copy()
        b[:, 0] = 1.0
        m, l = samples.prior_means[block, :, lane], np.diag(samples.prior_precisions[block, :, lane])  # noqa: E741
        level = samples.levels[block, lane]
        weights = precision * samples.item_precisions[items].astype(np.float64)
        surprise = (scores - samples.centre) / samples.unit - (level + bias[items] + b[items] @ m)
        matrix = l + (b[items].T * weights) @ b[items]
        share = len(items) ** -0.5 if len(items) else 0.0
        a = m + np.linalg.solve(matrix, share * l @ y[items].sum(axis=0) + (b[items].T * weights) @ surprise)
        predicted.append(level + bias + b @ a)
        spreads.append(np.einsum("if,fg,ig->i", b, np.linalg.inv(matrix), b))
    return np.mean(predicted, axis=0), np.mean(spreads, axis=0) + np.var(predicted, axis=0)


@few
@given(sizes)
def test_predictions_are_the_mean_of_ridges(size: tuple[int, int, int, int]) -> None:
    seed, n_blocks, n_coordinates, n = size
    samples, person = some_samples(seed, n_blocks, n_coordinates), some_person(seed, n)
    smoother = Smoother(samples)
    predicted, variances = smoother.predict_with_variance(smoother.fold_in(*person, 1.7), everything)
    expected, spread = plainly(samples, *person, 1.7)
    assert np.allclose(predicted, expected, rtol=1e-9, atol=1e-9)
    assert np.allclose(variances, spread, rtol=1e-9, atol=1e-9)


@pytest.mark.usefixtures("plain")
def test_the_twin_predicts_the_mean_of_ridges_too() -> None:
    for seed in range(12):
        test_predictions_are_the_mean_of_ridges.hypothesis.inner_test((seed, seed % 3 + 1, seed % 5 + 1, 2 * seed))  # type: ignore[attr-defined]


@needs_kernel
@few
@given(sizes)
def test_kernel_and_twin_serve_alike(size: tuple[int, int, int, int]) -> None:
    seed, n_blocks, n_coordinates, n = size
    smoother, own = Smoother(some_samples(seed, n_blocks, n_coordinates)), some_person(seed, n)
    in_c = served(smoother, own)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "AVAILABLE", False)
        in_numpy = served(smoother, own)
    for fast, slow in zip(in_c, in_numpy, strict=True):
        assert np.allclose(fast, slow, rtol=1e-6, atol=1e-9)


def served(smoother: Smoother, own: tuple[Int32s, UInt8s]) -> list[np.ndarray]:
    """Return all that can be asked for a person."""
    person = smoother.fold_in(*own, 0.8)
    parts = [smoother.explain(person, item) for item in (0, N_ITEMS - 1)]
    told = [np.array([one.level, one.film, one.person, *one.ratings, *one.presences]) for one in parts]
    return [person.vectors, person.roots, *smoother.predict_with_variance(person, everything), *told]


@few
@given(sizes)
def test_an_explanation_adds_up_to_the_prediction(size: tuple[int, int, int, int]) -> None:
    seed, n_blocks, n_coordinates, n = size
    smoother = Smoother(some_samples(seed, n_blocks, n_coordinates))
    person = smoother.fold_in(*some_person(seed, n), 1.1)
    predicted = smoother.predict(person, everything)
    for item in range(0, N_ITEMS, 3):
        parts = smoother.explain(person, item)
        total = parts.level + parts.film + parts.person + parts.ratings.sum() + parts.presences.sum()
        assert total == pytest.approx(predicted[item], abs=1e-11)


@pytest.mark.parametrize("compiled", [True, False])
def test_an_item_alone_has_the_bits_it_has_among_all(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(kernels, "AVAILABLE", kernels.AVAILABLE and compiled)
    smoother = Smoother(some_samples(n_items=700))
    person = smoother.fold_in(*some_person(3, 200, 700), 1.3)
    catalogue = np.arange(700, dtype=np.int32)
    predicted, variances = smoother.predict_with_variance(person, catalogue)
    assert np.array_equal(smoother.predict(person, catalogue), predicted)
    rng = np.random.default_rng(2)
    for n in (1, 2, 7, 100, 512, 513):
        some = rng.integers(0, 700, n).astype(np.int32)
        found = smoother.predict_with_variance(person, some)
        assert np.array_equal(found[0], predicted[some])
        assert np.array_equal(found[1], variances[some])


@needs_kernel
def test_a_catalogue_in_halves_has_the_bits_it_has_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    smoother = Smoother(some_samples())
    person = smoother.fold_in(*some_person(3, 9), 1.3)
    at_once = [smoother.predict(person, everything), *smoother.predict_with_variance(person, everything)]
    monkeypatch.setattr(factors_smoother, "LONG_CATALOGUE", 0)
    monkeypatch.setattr(halves, "n_processors", lambda: 2)
    in_halves = [smoother.predict(person, everything), *smoother.predict_with_variance(person, everything)]
    assert all(np.array_equal(a, b) for a, b in zip(at_once, in_halves, strict=True))


def test_nobody_in_particular_is_expected_what_the_prior_says() -> None:
    smoother = Smoother(some_samples())
    person = smoother.fold_in(*some_person(0, 0), 1.0)
    assert np.allclose(person.vectors, smoother.samples.prior_means, atol=1e-14)
    assert smoother.samples.level == pytest.approx(68.0 + 21.0 * smoother.samples.levels.mean())


@pytest.mark.parametrize(
    ("items", "scores"),
    [
        ([3, 2], [50, 50]),
        ([2, 2], [50, 50]),
        ([-1, 2], [50, 50]),
        ([2, N_ITEMS], [50, 50]),
        ([2, 3], [50]),
        ([2], [101]),
    ],
)
def test_ratings_out_of_order_or_bounds_are_refused(items: list[int], scores: list[int]) -> None:
    smoother = Smoother(some_samples())
    with pytest.raises(ValueError, match=r"items|scores"):
        smoother.fold_in(np.array(items, dtype=np.int32), np.array(scores, dtype=np.uint8), 1.0)
    with pytest.raises(ValueError, match="items must be int32"):
        smoother.fold_in(np.array([1, 2]), np.array([1, 2], dtype=np.uint8), 1.0)


@pytest.mark.parametrize("precision", [0.0, -1.0, float("nan"), float("inf")])
def test_a_precision_that_is_none_is_refused(precision: float) -> None:
    with pytest.raises(ValueError, match="precision"):
        Smoother(some_samples()).fold_in(*some_person(1, 3), precision)


@pytest.mark.parametrize("item", [-1, N_ITEMS])
def test_items_out_of_bounds_are_refused(item: int) -> None:
    smoother = Smoother(some_samples())
    person = smoother.fold_in(*some_person(1, 3), 1.0)
    with pytest.raises(ValueError, match="items must lie"):
        smoother.predict(person, np.array([item], dtype=np.int32))
    with pytest.raises(ValueError, match="item must lie"):
        smoother.explain(person, item)


@pytest.mark.parametrize("name", [field.name for field in fields(FoldedIn) if field.name != "precision"])
def test_a_person_of_another_model_is_refused(name: str) -> None:
    smoother, other = Smoother(some_samples()), Smoother(some_samples(n_coordinates=6, n_items=40))
    own, foreign = smoother.fold_in(*some_person(1, 3), 1.0), other.fold_in(*some_person(3, 38, 40), 1.0)
    mixed = replace(own, **{name: getattr(foreign, name)})
    with pytest.raises(ValueError, match=r"items|scores|vectors|roots"):
        smoother.predict_with_variance(mixed, everything)
    with pytest.raises(ValueError, match=r"items|scores|vectors|roots"):
        smoother.explain(mixed, 0)


@pytest.mark.parametrize("name", [f.name for f in fields(Samples) if f.name not in {"centre", "unit"}])
def test_samples_that_do_not_fit_are_refused(name: str) -> None:
    samples = some_samples()
    array = getattr(samples, name)
    wrong: list[Any] = [array.astype(np.float16), array[..., :-1], np.concatenate((array, array)), array.ravel()]
    for bad in wrong[: 3 if array.ndim == 1 else 4]:
        with pytest.raises(ValueError, match=r"item_|units|prior|levels"):
            Smoother(replace(samples, **{name: bad}))


def test_more_samples_or_coordinates_than_the_kernel_holds_are_refused() -> None:
    for n_blocks, n_coordinates in ((17, 2), (1, 65)):
        with pytest.raises(ValueError, match="more than the kernel can hold"):
            Smoother(some_samples(n_blocks=n_blocks, n_coordinates=n_coordinates, n_items=1))
    widest = Smoother(some_samples(n_blocks=16, n_coordinates=64, n_items=3))
    person = widest.fold_in(*some_person(1, 2, 3), 1.0)
    assert np.all(np.isfinite(widest.predict_with_variance(person, np.arange(3, dtype=np.int32))))


def test_lanes_are_samples() -> None:
    lanes = np.arange(2 * 3 * LANES, dtype=np.float64).reshape(2, 3, LANES)
    assert by_sample(lanes)[LANES + 4].tolist() == lanes[1, :, 4].tolist()
