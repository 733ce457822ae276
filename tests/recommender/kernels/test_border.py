from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from camflix.recommender.kernels import AVAILABLE, border
from camflix.recommender.kernels.border import check_array, check_indices, check_ratings, check_residuals, check_scores
from tests.recommender.kernels.worlds import made

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def ratings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ratings:
    """Return sound ratings, to be checked by the kernel and by its twin."""
    monkeypatch.setattr(border, "AVAILABLE", AVAILABLE and request.param)
    return made(8, 6, 0.7, seed=1)


def test_sound_ratings_pass(ratings: Ratings) -> None:
    check_ratings(ratings)
    check_ratings(made(0, 0, 0.5, seed=1))


def changed(array: np.ndarray, place: int, value: int) -> np.ndarray:
    copy = array.copy()
    copy[place] = value
    return copy


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("items", 3, 6),
        ("items", 3, -1),
        ("items", 1, 0),
        ("users", 2, 8),
        ("scores", 4, 101),
        ("item_scores", 4, 255),
        ("user_ptr", 0, 1),
        ("user_ptr", 3, 0),
        ("user_ptr", -1, 10_000),
        ("item_ptr", -1, 3),
        ("item_ptr", 2, 2**62),
    ],
)
def test_one_wrong_value_is_found(ratings: Ratings, name: str, place: int, value: int) -> None:
    wrong: dict[str, Any] = {name: changed(getattr(ratings, name), place, value)}
    with pytest.raises(ValueError, match=r"(user|item) row \d+: its pointers, order, bounds or scores are wrong"):
        check_ratings(replace(ratings, **wrong))


@pytest.mark.parametrize(
    ("name", "of"),
    [("items", np.int64), ("scores", np.int8), ("user_ptr", np.int32), ("users", np.uint32)],
)
def test_another_type_is_refused(ratings: Ratings, name: str, of: type) -> None:
    wrong: dict[str, Any] = {name: getattr(ratings, name).astype(of)}
    with pytest.raises(ValueError, match="must be"):
        check_ratings(replace(ratings, **wrong))


def test_another_length_is_refused(ratings: Ratings) -> None:
    with pytest.raises(ValueError, match=r"must be uint8 \["):
        check_ratings(replace(ratings, scores=ratings.scores[:-1]))
    with pytest.raises(ValueError, match=r"user_ptr must be int64 \[10\], is int64 \[9\]"):
        check_ratings(replace(ratings, n_users=9))


def test_strided_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="not contiguous"):
        check_array("x", np.zeros(10)[::2], np.float64, (5,))


def test_more_ratings_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(border, "MOST_RATINGS_OF_ONE", 3)
    with pytest.raises(ValueError, match="ratings, more than 3"):
        check_ratings(made(2, 6, 1.0, seed=2))


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check by the kernel and by its twin."""
    monkeypatch.setattr(border, "AVAILABLE", AVAILABLE and request.param)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("indices", [[-1], [5], [0, 5, 1]])
def test_indices_out_of_bounds_are_refused(indices: list[int]) -> None:
    with pytest.raises(ValueError, match="x must lie in 0 to 4"):
        check_indices("x", np.array(indices, dtype=np.int32), 5)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("indices", [[1, 1], [2, 1], [7, 3]])
def test_indices_out_of_order_are_refused(indices: list[int]) -> None:
    with pytest.raises(ValueError, match="x must ascend, each once"):
        check_indices("x", np.array(indices, dtype=np.int32), 5, ascending=True)


@pytest.mark.usefixtures("either")
def test_indices_in_order_out_of_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="x must lie in 0 to 4"):
        check_indices("x", np.array([-3, 2], dtype=np.int32), 5, ascending=True)


@pytest.mark.usefixtures("either")
def test_nothing_at_all_is_in_order_and_in_bounds() -> None:
    check_indices("x", np.zeros(0, dtype=np.int32), 0, ascending=True)
    check_scores("x", np.zeros(0, dtype=np.uint8), 0)
    check_residuals("x", np.array([-2047, 2047], dtype=np.int16), 2)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("wrong", [-2048, 2048])
def test_residuals_that_no_sum_has_room_for_are_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="x must lie in -2047 to 2047"):
        check_residuals("x", np.array([3, wrong], dtype=np.int16), 2)


@pytest.mark.usefixtures("either")
def test_scores_above_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="x must lie in 0 to 100"):
        check_scores("x", np.array([100, 101], dtype=np.uint8), 2)
