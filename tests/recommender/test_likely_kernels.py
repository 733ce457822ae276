"""The kernel of Likely against its numpy twin, and its border."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender import kernels, likely_kernels, likely_twin
from tests.recommender.likely_worlds import half_step, half_steps

if TYPE_CHECKING:
    from camflix.recommender.likely_kernels import HalfStep

NEAR = 1e-6
few = settings(max_examples=40, deadline=None)
needs_kernel = pytest.mark.skipif(not kernels.AVAILABLE, reason="The kernels are not built: the twin is all there is.")


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    greatest = float(np.abs(expected).max(initial=0.0))
    return float(np.abs(found - expected).max(initial=0.0)) / max(greatest, 1e-12)


@few
@given(step=half_steps())
def test_the_kernel_solves_every_row_as_its_twin(step: HalfStep) -> None:
    solutions = likely_kernels.solve(step)
    for row in range(step.n_rows):
        assert relative_error(solutions[row], likely_twin.solve_row(step, row)) < NEAR


@few
@given(step=half_steps())
def test_one_row_folded_in_is_that_row_of_all_before_it_is_rounded(step: HalfStep) -> None:
    for row in range(step.n_rows):
        entries = slice(int(step.pointers[row]), int(step.pointers[row + 1]))
        alone = replace(
            step,
            pointers=np.array([0, entries.stop - entries.start], dtype=np.int64),
            columns=step.columns[entries],
            scores=step.scores[entries],
            row_weights=step.row_weights[row : row + 1],
            ridges=step.ridges[row : row + 1],
            priors=None if step.priors is None else step.priors[row : row + 1],
        )
        folded_in = likely_kernels.fold_in(alone)
        assert relative_error(folded_in, likely_twin.solve_row(step, row)) < NEAR
        assert np.array_equal(folded_in.astype(np.float32), likely_kernels.solve(step)[row])


def test_the_solution_is_where_the_gradient_vanishes() -> None:
    step = half_step(3, 4, 50, 0.6, with_priors=True)
    assert step.priors is not None
    for row, x in enumerate(likely_kernels.solve(step).astype(np.float64)):
        entries = slice(int(step.pointers[row]), int(step.pointers[row + 1]))
        vectors = step.vectors[step.columns[entries]].astype(np.float64)
        weights = step.row_weights[row] * step.column_weights[step.columns[entries]]
        errors = step.grades[step.scores[entries]] - vectors @ x
        gradient = step.gram @ x + step.ridges[row] * (x - step.priors[row]) - vectors.T @ (weights * errors)
        assert np.abs(gradient).max() < 1e-5


@needs_kernel
@pytest.mark.parametrize("with_priors", [False, True])
def test_two_threads_make_the_same_bits_as_one(with_priors: bool) -> None:  # noqa: FBT001
    step = half_step(4, 300, 90, 0.3, 64, with_priors=with_priors)
    assert likely_kernels.solve(step, 1).tobytes() == likely_kernels.solve(step, 2).tobytes()
    vectors = np.random.default_rng(5).normal(size=(20_000, 32)).astype(np.float32)
    assert likely_kernels.gram(vectors, 1).tobytes() == likely_kernels.gram(vectors, 2).tobytes()


@few
@given(n=st.integers(0, 300), n_factors=st.sampled_from((32, 128)), seed=st.integers(0, 2**32 - 1))
def test_gram_matrix_and_catalogue_products_are_those_of_the_twin(n: int, n_factors: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, person = rng.normal(size=(n, n_factors)).astype(np.float32), rng.normal(size=n_factors).astype(np.float32)
    assert relative_error(likely_kernels.gram(vectors), likely_twin.gram(vectors)) < 1e-12
    found, expected = likely_kernels.scores(vectors, person), likely_twin.scores(vectors, person)
    bound = NEAR * np.linalg.norm(vectors, axis=1) * np.linalg.norm(person)
    assert np.all(np.abs(found - expected) <= bound)


def test_without_a_compiler_the_twin_serves_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    step = half_step(6, 5, 40, 0.5)
    one = half_step(6, 2, 40, 0.5)
    one = replace(
        one, pointers=one.pointers[1:] - one.pointers[1], row_weights=one.row_weights[1:], ridges=one.ridges[1:]
    )

    def all_three() -> list[np.ndarray]:
        return [likely_kernels.solve(step), likely_kernels.fold_in(one), likely_kernels.gram(step.vectors)]

    fast = all_three()
    monkeypatch.setattr(kernels, "AVAILABLE", False)
    plain = all_three()
    for found, expected in zip(fast, plain, strict=True):
        assert relative_error(found, expected) < NEAR


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pointers", np.array([0, 5, 3, 4, 900], dtype=np.int64)),
        ("pointers", np.array([1, 2, 3, 4, 5], dtype=np.int64)),
        ("columns", np.full(91, 50, dtype=np.int32)),
        ("scores", np.full(91, 101, dtype=np.uint8)),
        ("grades", np.zeros(100)),
        ("row_weights", np.zeros(4, dtype=np.float32)),
        ("row_weights", np.ones(4)),
        ("column_weights", np.ones(3, dtype=np.float32)),
        ("vectors", np.ones((50, 33), dtype=np.float32)),
        ("vectors", np.ones((50, 64), dtype=np.float32)[:, ::2]),
        ("gram", np.ones((32, 32), dtype=np.float32)),
        ("ridges", np.array([1, 1, np.nan, 1])),
        ("priors", np.ones((3, 32), dtype=np.float32)),
    ],
)
def test_what_does_not_fit_is_refused_before_the_kernel_sees_it(name: str, value: np.ndarray) -> None:
    step = half_step(7, 4, 50, 0.6)
    assert len(step.columns) == 91
    wrong: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=r"pointers|lies outside|must be|not all greater|multiple of 32"):
        likely_kernels.solve(replace(step, **wrong))


def test_a_negative_column_is_refused() -> None:
    step = half_step(7, 4, 50, 0.6)
    columns = step.columns.copy()
    columns[0] = -1
    with pytest.raises(ValueError, match="a column lies outside 0 to 49"):
        likely_kernels.solve(replace(step, columns=columns))


def test_only_one_row_can_be_folded_in() -> None:
    with pytest.raises(ValueError, match="one row is folded in at a time, not 4"):
        likely_kernels.fold_in(half_step(7, 4, 50, 0.6))


def test_a_person_of_another_length_than_the_items_is_refused() -> None:
    with pytest.raises(ValueError, match="person must be"):
        likely_kernels.scores(np.ones((5, 32), dtype=np.float32), np.ones(64, dtype=np.float32))


@needs_kernel
def test_a_ridge_too_small_to_solve_with_is_told() -> None:
    step = half_step(8, 2, 1, 1.0)
    vectors = np.ones((1, 32), dtype=np.float32)
    hopeless = replace(step, vectors=vectors, gram=np.zeros((32, 32)), ridges=np.full(2, 1e-30))
    with pytest.raises(ValueError, match="a ridge is too small"):
        likely_kernels.solve(hopeless)
    with pytest.raises(ValueError, match="a ridge is too small"):
        likely_kernels.fold_in(
            replace(
                hopeless,
                pointers=np.array([0, 1], dtype=np.int64),
                row_weights=step.row_weights[1:],
                ridges=np.full(1, 1e-30),
            )
        )


@needs_kernel
def test_factors_that_faded_are_stored_as_zero() -> None:
    step = half_step(9, 3, 20, 0.5)
    faded = replace(step, grades=np.full(101, 1e-25))
    assert not np.any(likely_kernels.solve(faded))
