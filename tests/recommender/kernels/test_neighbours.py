from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.kernels import lib, neighbours, twin_neighbours
from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.kernels.person_arrays import Wanted
from tests.recommender.kernels.worlds import LEVELS, all_same, made, needs_extension, ratings_of_few, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camflix.recommender.arrays import Float64s

MOST_FEW_USERS = neighbours.MOST_FEW_USERS
each_kernel = pytest.mark.parametrize("most_few_users", [0, MOST_FEW_USERS], ids=["neighbours.c", "few.c"])


@pytest.fixture(autouse=True)
def _few_users_again() -> Iterator[None]:
    yield
    neighbours.MOST_FEW_USERS = MOST_FEW_USERS


def by_the_textbook(ratings: Ratings, damping: float, min_common: int) -> Float64s:
    """Return Pearson's correlation of all pairs, means first and then deviations, in float64, damped; or NaN."""
    result = np.full((ratings.n_users, ratings.n_users), np.nan)
    for u in range(ratings.n_users):
        for v in range(ratings.n_users):
            common, x_at, y_at = np.intersect1d(ratings.of_user(u)[0], ratings.of_user(v)[0], return_indices=True)
            x, y = ratings.of_user(u)[1][x_at].astype(np.float64), ratings.of_user(v)[1][y_at].astype(np.float64)
            if len(common) >= max(min_common, 1) and len(set(x)) > 1 and len(set(y)) > 1 and u != v:
                x, y = x - x.mean(), y - y.mean()
                r = float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))
                result[u, v] = r * len(common) / (len(common) + damping)
    return result


@needs_extension
@each_kernel
@given(ratings_of_few(), st.integers(1, 50), st.sampled_from((0.0, 0.5, 25.0, 1e6)), st.integers(0, 5))
def test_the_kernel_gives_what_its_twin_gives_to_the_bit(
    most_few_users: int, ratings: Ratings, k: int, damping: float, min_common: int
) -> None:
    neighbours.MOST_FEW_USERS = most_few_users
    fast = neighbours.top_k(ratings, k, damping=damping, min_common=min_common, n_threads=2)
    plain = twin_neighbours.top_k(ratings, k, damping=damping, min_common=min_common)
    assert all_same(fast, plain)


@given(ratings_of_few(), st.integers(1, 8))
def test_the_nearest_are_those_of_the_textbook_formula(ratings: Ratings, k: int) -> None:
    users, similarity, _ = neighbours.top_k(ratings, k, damping=25.0, min_common=3)
    expected = by_the_textbook(ratings, 25.0, 3)
    for u in range(ratings.n_users):
        known = np.sort(expected[u][~np.isnan(expected[u])])[::-1][:k]
        found = users[u][users[u] >= 0]
        np.testing.assert_allclose(similarity[u, : len(found)], expected[u, found], rtol=0, atol=1e-6)
        np.testing.assert_allclose(similarity[u, : len(found)], known, rtol=0, atol=1e-6)
        assert np.isnan(similarity[u, len(found) :]).all()


def test_two_users_of_the_specification_have_the_similarity_it_gives() -> None:
    users = np.repeat(np.arange(2, dtype=np.int32), 5)
    items = np.tile(np.arange(5, dtype=np.int32), 2)
    scores = np.array([90, 80, 60, 40, 20, 70, 75, 50, 30, 10], dtype=np.uint8)
    found = neighbours.top_k(Ratings.from_triples(users, items, scores, 2, 5), 1, damping=25.0, min_common=3)
    assert found[0].tolist() == [[1], [0]]
    assert found[1].ravel() == pytest.approx([0.163660, 0.163660], abs=5e-7)
    assert found[2].tolist() == [[5], [5]]


@pytest.mark.parametrize("n_users", [1500, 4500])
@pytest.mark.parametrize("levels", LEVELS)
def test_the_number_of_threads_does_not_show_over_several_tiles(levels: tuple[int, ...], n_users: int) -> None:
    ratings = made(n_users, 60, 0.3, seed=1, levels=levels)
    runs = [neighbours.top_k(ratings, 20, damping=5.0, min_common=3, n_threads=n) for n in (1, 2, 3, 1)]
    for run in runs[1:]:
        assert all_same(runs[0], run)


@needs_extension
@pytest.mark.parametrize(("n_users", "n_items", "density"), [(2300, 400, 0.05), (24, 9000, 0.6)])
def test_several_tiles_and_rows_over_chunks_are_the_twins_to_the_bit(
    n_users: int, n_items: int, density: float
) -> None:
    ratings = made(n_users, n_items, density, seed=9)
    plain = twin_neighbours.top_k(ratings, 15, damping=25.0, min_common=3)
    for n_threads in (1, 2):
        assert all_same(neighbours.top_k(ratings, 15, damping=25.0, min_common=3, n_threads=n_threads), plain)


@pytest.mark.parametrize(
    ("n_users", "users_asked"), [(4200, (0, 1, 2047, 2048, 4095, 4096, 4199)), (2048, (0, 7, 2047))]
)
def test_all_pairs_give_the_rows_that_single_persons_get(n_users: int, users_asked: tuple[int, ...]) -> None:
    ratings = made(n_users, 80, 0.3, seed=2)
    users, similarity, n_common = neighbours.top_k(ratings, 30, damping=25.0, min_common=3)
    everybody = Everybody(ratings)
    for u in users_asked:
        nearest = everybody.nearest(*ratings.of_user(u), Wanted(30, 25.0, 3), without=u)
        assert same(users[u], nearest.users)
        assert same(similarity[u], nearest.similarity)
        assert same(n_common[u], nearest.n_common)


@pytest.mark.parametrize("n_users", [3000, 1000])
def test_equal_similarities_are_ordered_by_index(n_users: int) -> None:
    row = np.array([10, 50, 90, 20, 70], dtype=np.uint8)
    ratings = Ratings.from_rows(
        *(5, 5 * np.arange(n_users + 1, dtype=np.int64), np.tile(np.arange(5, dtype=np.int32), n_users)),
        np.tile(row, n_users),
    )
    users, similarity, _ = neighbours.top_k(ratings, 4, damping=0.0, min_common=3, n_threads=2)
    assert users[0].tolist() == [1, 2, 3, 4]
    assert users[2].tolist() == [0, 1, 3, 4]
    assert (users[5:] == np.arange(4)).all()
    assert (similarity == 1.0).all()


@needs_extension
@pytest.mark.parametrize("wide", [0, 1])
@pytest.mark.parametrize("step", [10, 20, 5])
@pytest.mark.parametrize("n_users", [1, 2, 15, 16, 17, 130, 700])
def test_films_that_nearly_all_rated_are_summed_like_all_others(
    n_users: int, step: int, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On scales of tens, of which products are made where the processor can, and of fives."""
    monkeypatch.setattr(neighbours, "WIDE", wide and neighbours.WIDE)
    rng = np.random.default_rng(n_users)
    users, items = np.nonzero(rng.random((n_users, 150)) < np.linspace(1.0, 0.0, 150) ** 2)
    scores = (step * rng.integers(100 // step + 1, size=len(users))).astype(np.uint8)
    triples = (users.astype(np.int32), items.astype(np.int32), scores)
    ratings = Ratings.from_triples(*triples, n_users, 150)
    for k, damping in ((1, 25.0), (50, 25.0), (700, 0.0)):
        plain = twin_neighbours.top_k(ratings, k, damping=damping, min_common=3)
        for n_threads in (1, 2):
            assert all_same(neighbours.top_k(ratings, k, damping=damping, min_common=3, n_threads=n_threads), plain)


@needs_extension
@pytest.mark.parametrize("n_items", [1025, 4095])
def test_products_of_very_many_films_do_not_overflow(n_items: int) -> None:
    """Who gave 100 to all but a few; more films than products are made of."""
    ratings = made(40, n_items, 1.0, seed=8, levels=(100, 100, 100, 90))
    plain = twin_neighbours.top_k(ratings, 5, damping=25.0, min_common=3)
    assert all_same(neighbours.top_k(ratings, 5, damping=25.0, min_common=3), plain)


@needs_extension
@each_kernel
@pytest.mark.parametrize("n_items", [4095, 4096, 9000])
def test_rows_longer_than_a_chunk_are_summed_exactly(n_items: int, most_few_users: int) -> None:
    neighbours.MOST_FEW_USERS = most_few_users
    ratings = made(12, n_items, 0.97, seed=3, levels=(0, 99, 100))
    everything = Ratings.from_rows(  # rows of every length, and users who gave 100 to almost all
        n_items,
        np.concatenate((ratings.user_ptr, ratings.user_ptr[-1:] + n_items)),
        np.concatenate((ratings.items, np.arange(n_items, dtype=np.int32))),
        np.concatenate((ratings.scores, np.where(np.arange(n_items) % 500 == 7, 99, 100).astype(np.uint8))),
    )
    fast = neighbours.top_k(everything, 12, damping=25.0, min_common=3)
    plain = twin_neighbours.top_k(everything, 12, damping=25.0, min_common=3)
    assert all_same(fast, plain)


@needs_extension
def test_a_long_row_is_compared_with_users_of_other_tiles() -> None:
    n_items = 5000
    few = made(2100, n_items, 0.005, seed=4)
    ratings = Ratings.from_rows(
        n_items,
        np.concatenate((np.array([0]), few.user_ptr + n_items)),
        np.concatenate((np.arange(n_items, dtype=np.int32), few.items)),
        np.concatenate((np.arange(n_items) % 101, few.scores)).astype(np.uint8),
    )
    users, similarity, n_common = neighbours.top_k(ratings, 10, damping=25.0, min_common=3)
    row, row_common = twin_neighbours.pearson_row(ratings, *ratings.of_user(0), damping=25.0, min_common=3)
    best = twin_neighbours.nearest(row, 10, without=0)
    assert same(users[0], best)
    assert same(similarity[0], row[best])
    assert same(n_common[0], row_common[best])


@each_kernel
def test_users_without_ratings_have_no_neighbours_and_are_none(most_few_users: int) -> None:
    neighbours.MOST_FEW_USERS = most_few_users
    ratings = made(50, 20, 0.9, seed=5)
    kept = np.repeat(np.arange(50) % 2 == 0, np.diff(ratings.user_ptr))
    counts = np.where(np.arange(50) % 2 == 0, np.diff(ratings.user_ptr), 0)
    halved = Ratings.from_rows(
        *(20, np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))),
        *(ratings.items[kept], ratings.scores[kept]),
    )
    users, similarity, n_common = neighbours.top_k(halved, 30, damping=25.0, min_common=3)
    assert (users[1::2] == -1).all()
    assert np.isnan(similarity[1::2]).all()
    assert (n_common[1::2] == 0).all()
    assert not np.isin(users[::2], np.arange(1, 50, 2)).any()


@each_kernel
def test_who_gave_one_score_to_all_films_in_common_is_no_neighbour(most_few_users: int) -> None:
    neighbours.MOST_FEW_USERS = most_few_users
    users, similarity, _ = neighbours.top_k(made(60, 20, 0.8, seed=6, levels=(50,)), 5, damping=25.0, min_common=3)
    assert (users == -1).all()
    assert np.isnan(similarity).all()


@pytest.mark.parametrize(("k", "damping", "min_common"), [(0, 25.0, 3), (5, -1.0, 3), (5, math.nan, 3), (5, 25.0, -1)])
def test_parameters_out_of_bounds_are_refused(k: int, damping: float, min_common: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        neighbours.top_k(made(5, 5, 0.5, seed=7), k, damping=damping, min_common=min_common)


@needs_extension
@pytest.mark.parametrize("n_users", [3000, 1000])
def test_an_interrupt_ends_the_threads(n_users: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started = threading.Event()

    class Interrupted:
        def __getattr__(self, name: str) -> object:
            return getattr(lib, name)

        def all_pairs_work(self, run: object) -> int:
            return self.interrupted_once(lib.all_pairs_work, run)

        def few_pairs_work(self, run: object) -> int:
            return self.interrupted_once(lib.few_pairs_work, run)

        def interrupted_once(self, work: Callable[[object], int], run: object) -> int:
            if not started.is_set():
                started.set()
                raise KeyboardInterrupt
            return int(work(run))

    monkeypatch.setattr(neighbours, "lib", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        neighbours.top_k(made(n_users, 50, 0.3, seed=8), 5, damping=25.0, min_common=3, n_threads=2)
    assert started.is_set()


@given(ratings_of_few())
def test_rows_by_item_are_those_of_ratings(ratings: Ratings) -> None:
    found = neighbours.columns_of(ratings.n_items, ratings.user_ptr, ratings.items, ratings.scores)
    assert all_same(found, (ratings.item_ptr, ratings.users, ratings.item_scores))
    plain = twin_neighbours.columns_of(ratings.n_items, ratings.user_ptr, ratings.items, ratings.scores)
    assert all_same(plain, found)
