"""The arithmetic of features.md: its vectors, and the laws that hold for all numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from camflix import scores
from camflix.errors import InvalidInputError

SCORES = st.integers(0, 100)
SCORE_LISTS = st.lists(SCORES, min_size=1, max_size=60)
TASTES = st.dictionaries(st.integers(1, 40), SCORES, max_size=40)


def rescaled(given_scores: list[int], rule: list[int]) -> dict[int, int]:
    """Map the scores that occur onto as many others, their order kept."""
    occurring = sorted(set(given_scores))
    return dict(zip(occurring, sorted(rule[: len(occurring)]), strict=True))


@pytest.mark.parametrize(("text", "score"), [("0", 0), ("100", 100), (" 95 ", 95), ("007", 7)])
def test_a_whole_number_from_0_to_100_is_a_score(text: str, score: int) -> None:
    assert scores.parse_score(text) == score


@pytest.mark.parametrize("text", ["-1", "101", "7.5", "abc", "", " ", "１２", "1e1", "+5", "0100", "5 5", "5\n", "٣"])
def test_anything_else_is_refused_and_names_the_field(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        scores.parse_score(text)
    assert refused.value.field == "score"
    assert text in str(refused.value)


@given(st.text() | st.from_regex(r" ?[-+]?[0-9]{0,4}(\.[0-9])? ?", fullmatch=True))
def test_whatever_is_typed_is_a_score_or_refused(text: str) -> None:
    plain = text.strip(" ")
    if plain.isascii() and plain.isdigit() and len(plain) <= 3 and int(plain) <= 100:
        assert scores.parse_score(text) == int(plain)
    else:
        with pytest.raises(InvalidInputError):
            scores.parse_score(text)


@given(SCORES)
def test_every_score_is_read_as_it_is_written(score: int) -> None:
    assert scores.parse_score(str(score)) == score


@pytest.mark.parametrize(
    ("n_lower", "n_equal", "n_all", "percentile"),
    [(195, 10, 251, 79), (4, 21, 25, 58), (0, 1, 1, 50), (0, 1, 200, 0), (199, 1, 200, 99)],
)
def test_percentiles_follow_the_rule_in_integers(n_lower: int, n_equal: int, n_all: int, percentile: int) -> None:
    assert scores.percentile(n_lower, n_equal, n_all) == percentile


def test_the_rule_in_floats_would_give_another_answer() -> None:
    assert int((4 / 25 + 0.5 * 21 / 25) * 100) == 57
    assert scores.percentile(4, 21, 25) == 58


def test_six_scores_of_one_person_have_these_percentiles_and_tiers() -> None:
    found = scores.percentiles([90, 80, 80, 60, 40, 20])
    assert found == {20: 8, 40: 25, 60: 41, 80: 66, 90: 91}
    assert [scores.tier(percentile) for percentile in found.values()] == [1, 3, 5, 7, 10]


@pytest.mark.parametrize("given_scores", [[], [50], [1, 2, 3, 4], [10, 20, 30, 40] * 30])
def test_under_five_different_scores_there_is_no_percentile(given_scores: list[int]) -> None:
    assert scores.percentiles(given_scores) is None


def test_scores_may_be_given_as_counts() -> None:
    assert scores.percentiles_of_counts({90: 1, 80: 2, 60: 1, 40: 1, 20: 1}) == scores.percentiles(
        [20, 80, 90, 40, 80, 60]
    )


@given(given_scores=SCORE_LISTS, rule=st.permutations(range(101)))
def test_percentiles_do_not_change_by_any_strictly_monotone_rescale(given_scores: list[int], rule: list[int]) -> None:
    assume(len(set(given_scores)) >= 5)
    new = rescaled(given_scores, rule)
    before, after = scores.percentiles(given_scores), scores.percentiles([new[score] for score in given_scores])
    assert before is not None
    assert after is not None
    assert {new[score]: percentile for score, percentile in before.items()} == after


@given(SCORE_LISTS)
def test_percentiles_rise_with_the_score_and_stay_under_100(given_scores: list[int]) -> None:
    found = scores.percentiles(given_scores)
    assume(found is not None)
    assert found is not None
    ordered = [found[score] for score in sorted(found)]
    assert ordered == sorted(ordered)
    assert ordered[0] >= 0
    assert ordered[-1] < 100


@given(st.integers(0, 100))
def test_a_tier_is_one_of_ten(percentile: int) -> None:
    assert 1 <= scores.tier(percentile) <= 10
    assert scores.tier(percentile) >= scores.tier(max(0, percentile - 1))


A = {1: 90, 2: 80, 3: 60, 4: 40, 5: 20}
B = {1: 70, 2: 75, 3: 50, 4: 30, 5: 10}


def test_the_two_tastes_of_the_specification_are_8_apart() -> None:
    assert scores.taste_distance(A, B) == 8.0


def test_films_that_only_one_of_them_rated_count_for_the_percentiles_but_not_for_the_mean() -> None:
    assert scores.taste_distance({**A, 6: 20}, B) != scores.taste_distance(A, B)
    assert scores.taste_distance(A, B) == scores.taste_distance(A, {**B})


@pytest.mark.parametrize(
    ("n_first", "n_second", "needed"),
    [(5, 5, 3), (60, 900, 3), (61, 900, 4), (399, 400, 20), (400, 400, 20), (9000, 9000, 20), (0, 0, 3)],
)
def test_a_twentieth_of_the_smaller_collection_must_be_in_common(n_first: int, n_second: int, needed: int) -> None:
    assert scores.n_common_needed(n_first, n_second) == needed
    assert scores.n_common_needed(n_second, n_first) == needed


def test_two_films_in_common_are_too_few_for_a_distance() -> None:
    assert scores.taste_distance(A, {1: 70, 2: 75, 13: 50, 14: 30, 15: 10}) is None
    assert scores.taste_distance(A, {1: 70, 2: 75, 3: 50, 14: 30, 15: 10}) is not None


def test_someone_without_percentiles_has_no_distance_to_anyone() -> None:
    four = {1: 70, 2: 75, 3: 50, 4: 50, 5: 30}
    assert scores.taste_distance(A, four) is None
    assert scores.taste_distance(four, A) is None


@given(TASTES, TASTES)
def test_a_distance_is_the_same_both_ways_and_0_to_100(first: dict[int, int], second: dict[int, int]) -> None:
    distance = scores.taste_distance(first, second)
    assert distance == scores.taste_distance(second, first)
    assert distance is None or 0 <= distance <= 100


@given(TASTES)
def test_nobody_is_apart_from_themselves(taste: dict[int, int]) -> None:
    assert scores.taste_distance(taste, taste) in {None, 0.0}


@given(taste=TASTES, rule=st.permutations(range(101)))
def test_a_severe_and_a_mild_judge_of_the_same_order_have_the_same_taste(
    taste: dict[int, int], rule: list[int]
) -> None:
    new = rescaled(list(taste.values()), rule)
    assume(len(new) >= 5)
    assert scores.taste_distance(taste, {film: new[score] for film, score in taste.items()}) == 0.0


@pytest.mark.parametrize(
    ("value", "maximum", "score"),
    [("3.5", 5, 70), ("0.5", 5, 10), ("0", 5, 0), ("5", 5, 100), ("7", 10, 70), ("1/8", 5, 3), ("1/3", 5, 7)],
)
def test_other_scales_become_scores_with_halves_rounded_up(value: str, maximum: int, score: int) -> None:
    assert scores.from_scale(Fraction(value), maximum) == score


@pytest.mark.parametrize(("value", "maximum"), [("-1/2", 5), ("11/2", 5), ("101", 100)])
def test_a_value_outside_its_scale_is_refused(value: str, maximum: int) -> None:
    with pytest.raises(InvalidInputError) as refused:
        scores.from_scale(Fraction(value), maximum)
    assert refused.value.field == "rating"


@given(SCORES, st.sampled_from([5, 10, 100]))
def test_a_score_shown_on_another_scale_comes_back_as_it_was(score: int, maximum: int) -> None:
    assert scores.from_scale(Fraction(scores.to_scale(score, maximum)).limit_denominator(1000), maximum) == score
