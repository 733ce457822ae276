"""Films for several people at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender.group import GroupList, GroupRule, pick_for_group
from camflix.recommender.model import Reason

few = settings(max_examples=100, deadline=None)
RULES = st.sampled_from(GroupRule)


@st.composite
def groups(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw items, estimates and reasons of 1 to 5 members; ties and unknown predictions are frequent."""
    n_members, n_items = draw(st.integers(1, 5)), draw(st.integers(0, 20))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from((1, 25_000)))
    items = rng.permutation(100)[:n_items].astype(np.int32)
    estimates = rng.integers(0, 100_001, (n_members, n_items)) // step * step / 1000
    share = draw(st.sampled_from((0.0, 0.3)))
    reasons = np.where(rng.random(estimates.shape) < share, Reason.NO_NEIGHBOURS, Reason.KNOWN).astype(np.uint8)
    return items, estimates, reasons


@few
@given(group=groups(), rule=RULES)
def test_the_order_of_the_members_makes_no_difference(
    group: tuple[np.ndarray, np.ndarray, np.ndarray], rule: GroupRule
) -> None:
    items, estimates, reasons = group
    first = pick_for_group(items, estimates, reasons, 10, rule=rule)
    second = pick_for_group(items, estimates[::-1], reasons[::-1], 10, rule=rule)
    assert first.items.tolist() == second.items.tolist()
    assert np.array_equal(first.group_scores, second.group_scores, equal_nan=True)
    assert np.array_equal(first.estimates, second.estimates[::-1])


@few
@given(group=groups(), rule=RULES)
def test_the_order_of_the_candidates_makes_no_difference(
    group: tuple[np.ndarray, np.ndarray, np.ndarray], rule: GroupRule
) -> None:
    items, estimates, reasons = group
    first = pick_for_group(items, estimates, reasons, 10, rule=rule)
    second = pick_for_group(items[::-1], estimates[:, ::-1], reasons[:, ::-1], 10, rule=rule)
    assert first.items.tolist() == second.items.tolist()


@few
@given(group=groups(), rule=RULES)
def test_each_film_is_shown_with_the_prediction_for_every_member(
    group: tuple[np.ndarray, np.ndarray, np.ndarray], rule: GroupRule
) -> None:
    items, estimates, reasons = group
    found = pick_for_group(items, estimates, reasons, 10, rule=rule)
    assert len(found.items) == min(10, len(items))
    for place, item in enumerate(found.items.tolist()):
        column = int(np.flatnonzero(items == item)[0])
        assert found.estimates[:, place].tolist() == estimates[:, column].tolist()
        known = estimates[:, column][reasons[:, column] == Reason.KNOWN]
        assert found.known[:, place].sum() == len(known)
        if len(known):
            expected = known.min() if rule is GroupRule.LEAST_MISERY else known.mean()
            assert found.group_scores[place] == pytest.approx(expected, abs=1e-9)
        else:
            assert np.isnan(found.group_scores[place])


@few
@given(group=groups())
def test_for_a_group_of_one_both_rules_give_their_own_order(
    group: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    items, estimates, reasons = group[0], group[1][:1], group[2][:1]
    least, average = (pick_for_group(items, estimates, reasons, 20, rule=rule) for rule in GroupRule)
    unknown = reasons[0] != Reason.KNOWN
    shown = np.where(unknown, 0, estimates[0])
    assert least.items.tolist() == items[np.lexsort((items, -shown, unknown))].tolist()
    assert least.items.tolist() == average.items.tolist()


@few
@given(group=groups(), raised=st.integers(0, 99), rule=RULES)
def test_whoever_likes_a_film_better_never_moves_it_down(
    group: tuple[np.ndarray, np.ndarray, np.ndarray], raised: int, rule: GroupRule
) -> None:
    items, estimates, reasons = group
    if not len(items):
        return
    column = raised % len(items)
    better = estimates.copy()
    better[raised % len(estimates), column] = 100.0
    assert place_of(items[column], pick_for_group(items, better, reasons, 20, rule=rule)) <= place_of(
        items[column], pick_for_group(items, estimates, reasons, 20, rule=rule)
    )


@few
@given(group=groups())
def test_nobody_is_made_more_miserable_than_by_any_other_choice(
    group: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    items, estimates, _ = group
    if len(items):
        known = np.zeros(estimates.shape, dtype=np.uint8)
        first = pick_for_group(items, estimates, known, 1, rule=GroupRule.LEAST_MISERY)
        assert first.estimates[:, 0].min() == estimates.min(axis=0).max()
        assert pick_for_group(items, estimates, known, 1, rule=GroupRule.AVERAGE).group_scores[0] == pytest.approx(
            estimates.mean(axis=0).max()
        )


def test_a_film_known_to_all_comes_before_one_that_is_a_guess_for_somebody() -> None:
    estimates = np.array([[90.0, 40.0], [90.0, 40.0]])
    reasons = np.array([[Reason.KNOWN, Reason.KNOWN], [Reason.NO_NEIGHBOURS, Reason.KNOWN]], dtype=np.uint8)
    found = pick_for_group(np.array([5, 6], dtype=np.int32), estimates, reasons, 2)
    assert found.items.tolist() == [6, 5]
    assert found.group_scores.tolist() == [40.0, 90.0]


def test_the_rules_differ_where_one_member_would_suffer() -> None:
    items, known = np.array([1, 2], dtype=np.int32), np.zeros((2, 2), dtype=np.uint8)
    estimates = np.array([[100.0, 60.0], [10.0, 45.0]])
    assert pick_for_group(items, estimates, known, 1, rule=GroupRule.LEAST_MISERY).items.tolist() == [2]
    assert pick_for_group(items, estimates, known, 1, rule=GroupRule.AVERAGE).items.tolist() == [1]


@pytest.mark.parametrize(
    ("estimates", "n_reasons"),
    [(np.zeros((0, 2)), 0), (np.zeros((2, 3)), 2), (np.zeros((2, 2)), 1), (np.full((2, 2), np.nan), 2)],
)
def test_what_does_not_fit_is_refused(estimates: np.ndarray, n_reasons: int) -> None:
    items = np.array([1, 2], dtype=np.int32)
    with pytest.raises(ValueError, match=r"don't fit together|at least one member|not finite"):
        pick_for_group(items, estimates, np.zeros((n_reasons, 2), dtype=np.uint8), 1)


def place_of(item: int, found: GroupList) -> int:
    return int(np.flatnonzero(found.items == item)[0])
