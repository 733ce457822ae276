from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.kernels import everybody, twin_neighbours
from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.kernels.person_arrays import VOTE, Ranking, VoteScale, VoteSums, Wanted
from tests.recommender.kernels.worlds import (
    all_same,
    arrays_of,
    made,
    needs_extension,
    random_ranking,
    ratings_of_few,
    residuals_of,
    same,
)


@needs_extension
@given(ratings_of_few(), st.integers(0, 99), st.integers(1, 12), st.sampled_from((None, 0, 1, 7)))
def test_votes_are_their_twins(ratings: Ratings, seed: int, k: int, most: int | None) -> None:
    known = Everybody(ratings)
    residuals = known.residuals(residuals_of(ratings, seed))
    ranking = random_ranking(known, seed, most)
    every = np.arange(ratings.n_items, dtype=np.int32)
    expected = twin_neighbours.votes_on(ratings, residuals.by_item, ranking, every, k=k)
    for items in (None, every, every[::-1].copy()):
        sums = known.votes(ranking, residuals, k=k, items=items)
        assert same(sums.packed, expected[slice(None) if items is None else items])


@pytest.fixture(scope="module")
def popular_and_rare() -> Ratings:
    """Return ratings of 400 films by 3,000 people, the first of which nearly everybody knows."""
    rng = np.random.default_rng(9)
    density = 0.9 / (1 + np.arange(400) / 4)
    users, items = np.nonzero(rng.random((3000, 400)) < density)
    scores = rng.integers(0, 101, size=len(users)).astype(np.uint8)
    return Ratings.from_triples(users.astype(np.int32), items.astype(np.int32), scores, 3000, 400)


@needs_extension
@pytest.mark.parametrize("most_items", [400, 399])
@pytest.mark.parametrize("most", [None, 300])
def test_votes_on_a_catalogue_of_popular_and_rare_films_are_their_twins(
    popular_and_rare: Ratings, most: int | None, most_items: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there are more films than can be packed with their residuals."""
    monkeypatch.setattr(everybody, "MOST_PACKED_ITEMS", most_items)
    known = Everybody(popular_and_rare)
    residuals = known.residuals(residuals_of(popular_and_rare, 9))
    ranking = random_ranking(known, 9, most)
    every = np.arange(400, dtype=np.int32)
    for _ in range(2):  # the second finds the scratch memory as the first left it
        sums = known.votes(ranking, residuals, k=40)
        assert same(sums.packed, twin_neighbours.votes_on(popular_and_rare, residuals.by_item, ranking, every, k=40))


@needs_extension
@pytest.mark.parametrize("most", [30, 3000])
def test_wide_vectors_give_what_plain_steps_give(popular_and_rare: Ratings, most: int) -> None:
    """On a processor that has none, both are plain."""
    known = Everybody(popular_and_rare)
    residuals = known.residuals(residuals_of(popular_and_rare, 9))
    own = np.random.default_rng(2).integers(-2047, 2048, size=400).astype(np.int16)

    def counted() -> list[np.ndarray]:
        ranking = known.heard(residuals, (np.arange(400, dtype=np.int32), own), Wanted(most, 50.0, 3))
        return [*arrays_of(ranking), known.votes(ranking, residuals, k=40).packed.copy()]

    wide = counted()
    known.wide = 0
    assert all_same(counted(), wide)


def test_votes_are_told_apart_however_great_their_sums() -> None:
    packed = np.array([[-5, 32767 * 65536 * VOTE + 32767], [7, 0]], dtype=np.int64)
    sums = VoteSums(packed)
    assert sums.numerators.tolist() == [-5, 7]
    assert sums.totals.tolist() == [32767 * 65536, 0]
    assert sums.n_votes.tolist() == [32767, 0]


@needs_extension
@pytest.mark.parametrize("n_effects", [2, 100_000])
@pytest.mark.parametrize("n", [0, 1, 10, 400])
def test_the_films_of_which_votes_say_the_best_are_the_twins(popular_and_rare: Ratings, n: int, n_effects: int) -> None:
    """With two effects and hardly any scale most predictions are equal to others: the first by index stand first."""
    known, rng = Everybody(popular_and_rare), np.random.default_rng(5)
    given = (random_ranking(known, 9), known.residuals(residuals_of(popular_and_rare, 9)))
    votes = VoteSums(known.votes(*given, k=40).packed.copy())
    effects = rng.integers(-n_effects, n_effects + 1, size=400)
    exclude = np.arange(0, 400, 7, dtype=np.int32)
    n_open = np.count_nonzero(np.delete(votes.n_votes, exclude) >= 5)
    for scale in (VoteScale(1, 256, 32768), VoteScale(130_000, 256, 32768)):
        found = known.best(*given, effects, scale, n, k=40, exclude=exclude, min_votes=5)
        assert all_same(found, twin_neighbours.best(votes, effects, scale, n, exclude=exclude, min_votes=5))
        assert len(found[0]) == min(n, n_open)


def test_votes_of_foreign_arrays_are_refused() -> None:
    ratings = made(5, 5, 0.5, seed=13)
    known = Everybody(ratings)
    residuals = known.residuals(residuals_of(ratings, 13))
    one = np.ones(1, dtype=np.int32)
    ranking = Ranking.of(one, one, one)
    with pytest.raises(ValueError, match="k must lie in"):
        known.votes(ranking, residuals, k=0)
    with pytest.raises(ValueError, match="items must lie in"):
        known.votes(ranking, residuals, k=4, items=np.array([5], dtype=np.int32))
    with pytest.raises(ValueError, match=r"the users of ranking\.heard must lie in 0 to 4"):
        known.votes(Ranking.of(np.array([7], dtype=np.int32), one, one), residuals, k=4)
    with pytest.raises(ValueError, match=r"ranking\.heard must be int32 \[1, 3\]"):
        known.votes(Ranking(np.ones((1, 2), dtype=np.int32)), residuals, k=4)
    with pytest.raises(ValueError, match="exclude must lie in"):
        known.best(
            *(ranking, residuals, np.zeros(5, dtype=np.int64), VoteScale(1, 1, 1), 3),
            k=4,
            exclude=np.array([5], dtype=np.int32),
            min_votes=1,
        )
