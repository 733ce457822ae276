"""Films like a film."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender.likely import Likely
from camflix.recommender.similar_items import SimilarItems
from tests.recommender.likely_worlds import N_KINDS, community

NOTHING = np.zeros(0, dtype=np.int32)
COMMUNITY = community()
EVIDENCE = np.diff(COMMUNITY.item_ptr).astype(np.int32)
ARRAYS = Likely.fit_with(COMMUNITY).arrays()
SIMILAR = SimilarItems(ARRAYS["vectors"], ARRAYS["gram"], EVIDENCE)
UNRATED = COMMUNITY.n_items - 1


@settings(max_examples=60, deadline=None)
@given(
    item=st.integers(0, COMMUNITY.n_items - 1),
    n=st.integers(0, 130),
    floor=st.integers(0, 20),
    exclude=st.lists(st.integers(0, COMMUNITY.n_items - 1), max_size=30),
)
def test_a_list_of_similar_films_keeps_its_promises(item: int, n: int, floor: int, exclude: list[int]) -> None:
    found = SIMILAR.similar(item, n, exclude=np.array(exclude, dtype=np.int32), min_evidence=floor)
    everything = SIMILAR.similar(item, 1000, exclude=NOTHING, min_evidence=0)
    allowed = [
        other for other in everything.items.tolist() if other not in {item, *exclude} and EVIDENCE[other] >= floor
    ]
    assert found.items.tolist() == allowed[:n]
    assert np.all((found.similarity > 0) & (found.similarity <= 1))
    assert np.all(np.diff(found.similarity) <= 0)
    assert found.n_evidence.tolist() == EVIDENCE[found.items].tolist()


def test_similar_films_are_of_the_same_kind() -> None:
    often = np.flatnonzero(EVIDENCE >= 15)
    same = [np.mean(SIMILAR.similar(int(item), 5, exclude=NOTHING).items % N_KINDS == item % N_KINDS) for item in often]
    assert np.mean(same) > 0.8


def test_before_damping_similarity_is_mutual() -> None:
    damping = EVIDENCE / (EVIDENCE + 5)
    for first, second in ((0, 4), (3, 50), (8, 9)):
        there = SIMILAR._similarity(first)[second] / damping[second]
        back = SIMILAR._similarity(second)[first] / damping[first]
        assert there == pytest.approx(back, abs=1e-5)


def test_the_list_is_the_same_twice() -> None:
    first, second = (SIMILAR.similar(7, 10, exclude=NOTHING) for _ in range(2))
    assert all(np.array_equal(getattr(first, field.name), getattr(second, field.name)) for field in fields(first))


def test_nothing_is_like_a_film_of_which_nothing_is_known() -> None:
    assert len(SIMILAR.similar(UNRATED, 10, exclude=NOTHING, min_evidence=0).items) == 0
    assert UNRATED not in SIMILAR.similar(0, 200, exclude=NOTHING, min_evidence=0).items


def test_in_an_empty_community_nothing_is_alike() -> None:
    nothing = SimilarItems(np.zeros((3, 32), dtype=np.float32), np.zeros((32, 32)), np.zeros(3, dtype=np.int32))
    assert len(nothing.similar(1, 5, exclude=NOTHING, min_evidence=0).items) == 0


def test_an_item_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="item 120 lies outside 0 to 119"):
        SIMILAR.similar(120, 5, exclude=NOTHING)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="don't fit together"):
        SimilarItems(ARRAYS["vectors"], ARRAYS["gram"][:5], EVIDENCE)
