"""The order of the default list: receipts, lists, folding in, storing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.likely import Likely, LikelyPerson
from camflix.recommender.likely_fit import Settings
from camflix.recommender.model import Part, Person
from tests.recommender.likely_worlds import N_KINDS, community, kinds_as_features

if TYPE_CHECKING:
    from pathlib import Path

    from camflix.recommender.arrays import Int32s, UInt8s

NOTHING = np.zeros(0, dtype=np.int32)
COMMUNITY = community()
LIKELY = Likely.fit_with(COMMUNITY)
few = settings(max_examples=40, deadline=None)


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Int32s, UInt8s]:
    scores = draw(st.dictionaries(st.integers(0, COMMUNITY.n_items - 1), st.integers(0, 100), max_size=60))
    items = sorted(scores)
    return np.array(items, dtype=np.int32), np.array([scores[item] for item in items], dtype=np.uint8)


@few
@given(profile=profiles(), item=st.integers(0, COMMUNITY.n_items - 1))
def test_the_lines_of_a_receipt_add_up_to_the_order_score_to_the_digit(
    profile: tuple[Int32s, UInt8s], item: int
) -> None:
    person = LIKELY.person(*profile)
    lines = LIKELY.explain(person, item)
    assert {line.index: line.score for line in lines} == dict(zip(*(array.tolist() for array in profile), strict=True))
    assert all(line.part is Part.OWN_RATING for line in lines)
    listed = LIKELY.top_n(person, COMMUNITY.n_items, exclude=NOTHING, min_evidence=0)
    shown = dict(zip(listed.items.tolist(), listed.order_scores.tolist(), strict=True))
    total = sum(line.amount for line in lines)
    assert item in profile[0] or shown[item] == total / 1000
    assert abs(total / 1000 - float(LIKELY.order_scores(person)[item])) < 0.001


@few
@given(profile=profiles(), item=st.integers(0, COMMUNITY.n_items - 1))
def test_each_line_is_what_that_film_alone_gives_to_the_score(profile: tuple[Int32s, UInt8s], item: int) -> None:
    """Within the rounding of a thousandth: the score is linear in what each film is graded."""
    items, scores = profile
    person = LIKELY.person(items, scores)
    grade = np.interp(np.arange(101), (0, 20, 40, 60, 80, 100), (0.2, 0.3, 0.4, 0.7, 1.0, 1.2))
    before = float(LIKELY._totals(person, np.array([item]))[0])
    for line in LIKELY.explain(person, item)[:3]:
        changed = scores.copy()
        changed[items == line.index] = 80
        after = float(LIKELY._totals(LIKELY.person(items, changed), np.array([item]))[0])
        expected = line.amount * (1.0 / grade[line.score] - 1)
        assert abs(after - before - expected) < 3 + 2 / grade[line.score]


@few
@given(profile=profiles(), n=st.integers(0, 30), min_evidence=st.integers(0, 12), seed=st.integers(0, 99))
def test_a_list_is_the_best_of_what_may_be_shown(
    profile: tuple[Int32s, UInt8s], n: int, min_evidence: int, seed: int
) -> None:
    person = LIKELY.person(*profile)
    exclude = np.random.default_rng(seed).integers(0, COMMUNITY.n_items, 20).astype(np.int32)
    evidence = np.diff(COMMUNITY.item_ptr)
    allowed = np.setdiff1d(np.flatnonzero(evidence >= min_evidence), np.union1d(profile[0], exclude))
    totals = LIKELY._totals(person, allowed)
    expected = allowed[np.lexsort((allowed, -totals))][:n]
    listed = LIKELY.top_n(person, n, exclude=exclude, min_evidence=min_evidence)
    assert listed.items.tolist() == expected.tolist()
    assert listed.n_evidence.tolist() == evidence[expected].tolist()
    assert np.all(np.diff(listed.order_scores) <= 0)


def test_a_user_folded_in_is_the_user_as_the_last_half_step_would_fit_them() -> None:
    """The vector that all people together get from the items, and the one that each alone gets, are one."""
    from camflix.recommender.likely_fit import Strengths, _Solver  # noqa: PLC0415

    strengths = Strengths.of(COMMUNITY, Settings())
    rated = (np.diff(COMMUNITY.item_ptr) > 0)[:, None]
    together = _Solver(COMMUNITY, strengths, Settings(), None).people(LIKELY.item_vectors * rated.astype(np.float32))
    for user in range(COMMUNITY.n_users):
        alone = LIKELY.fitted_person(user).vector
        assert np.abs(alone - together[user]).max() <= 1e-6 * max(np.abs(alone).max(), 1e-3)


def test_the_same_ratings_and_seed_give_the_same_bits_on_one_thread_and_on_two() -> None:
    features = kinds_as_features()
    first = Likely.fit_with(COMMUNITY, features, seed=3, n_threads=1).arrays()
    second = Likely.fit_with(COMMUNITY, features, seed=3, n_threads=2).arrays()
    other_seed = Likely.fit_with(COMMUNITY, features, seed=4).arrays()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert first["vectors"].tobytes() != other_seed["vectors"].tobytes()


def test_a_tuned_fit_is_the_same_twice() -> None:
    first, second = Likely.fit(COMMUNITY, seed=1).arrays(), Likely.fit(COMMUNITY, seed=1).arrays()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_people_are_shown_the_kind_of_film_they_watch() -> None:
    hits = []
    for user in range(COMMUNITY.n_users - 2):
        person = LIKELY.fitted_person(user)
        kinds = np.bincount(person.items % N_KINDS, minlength=N_KINDS)
        listed = LIKELY.top_n(person, 5, exclude=NOTHING, min_evidence=2).items
        hits.append(np.mean(listed % N_KINDS == np.argmax(kinds)))
    assert np.mean(hits) > 0.8


def test_a_list_is_the_same_twice_and_for_whoever_has_the_same_ratings() -> None:
    items, scores = COMMUNITY.of_user(5)
    known, new = LIKELY.fitted_person(5), LIKELY.person(items.copy(), scores.copy())
    plain = Person(items, scores, -1)
    lists = [LIKELY.top_n(person, 10, exclude=NOTHING, min_evidence=1) for person in (known, known, new, plain)]
    assert all(listed.items.tolist() == lists[0].items.tolist() for listed in lists)
    assert all(listed.order_scores.tolist() == lists[0].order_scores.tolist() for listed in lists)


def test_one_more_rating_moves_the_order_at_once() -> None:
    items, scores = COMMUNITY.of_user(5)
    before = LIKELY.order_scores(LIKELY.person(items[:-1], scores[:-1], 5))
    after = LIKELY.order_scores(LIKELY.person(items, scores, 5))
    assert np.any(before != after)


def test_a_mild_and_a_harsh_judge_with_the_same_contrasts_get_the_same_order() -> None:
    """Half the grades: half the order scores, and the same list."""
    items = COMMUNITY.of_user(5)[0]
    mild = LIKELY.person(items, np.full(len(items), 80, dtype=np.uint8))
    harsh = LIKELY.person(items, np.full(len(items), 40, dtype=np.uint8))
    assert np.allclose(0.4 * mild.vector, harsh.vector, rtol=1e-6)
    lists = [LIKELY.top_n(person, 10, exclude=NOTHING, min_evidence=1).items.tolist() for person in (mild, harsh)]
    assert lists[0] == lists[1]


def test_a_person_without_ratings_has_no_order_and_no_receipt() -> None:
    nobody = LIKELY.person(NOTHING, np.zeros(0, dtype=np.uint8))
    assert not np.any(LIKELY.order_scores(nobody))
    assert LIKELY.explain(nobody, 3) == ()
    assert LIKELY.top_n(nobody, 3, exclude=NOTHING, min_evidence=0).items.tolist() == [0, 1, 2]


def test_communities_without_ratings_users_or_items_can_be_asked() -> None:
    for n_users, n_items in ((0, 0), (0, 5), (3, 0), (3, 5)):
        nobody = np.zeros(0, dtype=np.int32)
        empty = Ratings.from_triples(nobody, nobody, np.zeros(0, dtype=np.uint8), n_users, n_items)
        likely = Likely.fit(empty)
        person = likely.person(nobody, np.zeros(0, dtype=np.uint8))
        assert len(likely.top_n(person, 10, exclude=NOTHING, min_evidence=0).items) == min(n_items, 10)
        assert np.all(np.isfinite(likely.order_scores(person)))


def test_an_item_that_nobody_rated_has_what_its_features_tell() -> None:
    """Its kind is known, so it is near what is of its kind; without features it is near nothing."""
    rated = np.repeat(np.arange(COMMUNITY.n_items), np.diff(COMMUNITY.item_ptr))
    keep = rated[np.argsort(np.argsort(COMMUNITY.items, kind="stable"))] != 5
    users = COMMUNITY.row_users()[keep]
    without = Ratings.from_triples(users, COMMUNITY.items[keep], COMMUNITY.scores[keep], 80, 120)
    told = Likely.fit_with(without, kinds_as_features()).item_vectors
    assert not np.any(Likely.fit_with(without).item_vectors[5])
    products = told @ told[5]
    kinds = [products[kind:119:N_KINDS].mean() for kind in range(N_KINDS)]
    assert np.argmax(kinds) == 5 % N_KINDS


def test_stored_arrays_come_back_memory_mapped_and_order_the_same(tmp_path: Path) -> None:
    for name, array in LIKELY.arrays().items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in LIKELY.arrays()}
    restored = Likely.from_arrays(COMMUNITY, mapped)
    for user in (0, 7, COMMUNITY.n_users - 1):
        first = LIKELY.top_n(LIKELY.fitted_person(user), 10, exclude=NOTHING, min_evidence=1)
        second = restored.top_n(restored.fitted_person(user), 10, exclude=NOTHING, min_evidence=1)
        assert first.items.tolist() == second.items.tolist()
        assert restored.explain(restored.fitted_person(user), 3) == LIKELY.explain(LIKELY.fitted_person(user), 3)


def test_arrays_learnt_on_another_catalogue_are_refused() -> None:
    with pytest.raises(ValueError, match="the model knows 120 items, the ratings have 50"):
        Likely.from_arrays(community(n_items=50), LIKELY.arrays())


def test_a_person_is_ready_without_being_asked_for_twice() -> None:
    assert isinstance(LIKELY.fitted_person(3), LikelyPerson)
    assert not np.any(LIKELY.fitted_person(COMMUNITY.n_users - 1).vector)
