from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.importers.fields import (
    MAX_ID,
    RatingScale,
    Refused,
    parse_date,
    parse_id,
    parse_rating,
    parse_timestamp,
    parse_title,
    parse_year,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1.0", "1_0", " 1", "abc", "٣", "²", str(MAX_ID + 1), "9" * 5000]
)
def test_what_is_not_an_id_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_id(text)


def test_an_id_is_a_whole_number_from_1() -> None:
    assert [parse_id(text) for text in ("1", "007", str(MAX_ID))] == [1, 7, MAX_ID]


@pytest.mark.parametrize(
    ("text", "score"),
    [("0", 0), ("0.5", 10), ("4", 80), ("4.0", 80), ("4,5", 90), ("3.14", 63), ("5", 100), ("5.000", 100)],
)
def test_a_star_is_twenty_points(text: str, score: int) -> None:
    assert parse_rating(text) == score


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "5.01", "6", "nan", "inf", "1e0", "4_0", "٣", "4.", ".5", "1/2", " 4"]
)
def test_what_is_not_a_rating_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_rating(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "the rating 0 lies outside 0.5 to 5"),
        ("5.5", "the rating 5.5 lies outside 0.5 to 5"),
        ("4.2", "the rating 4.2 is not a multiple of 0.5"),
        ("good", "“good” is not a rating; give a number from 0.5 to 5"),
    ],
)
def test_a_refusal_says_why_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_rating(text, RatingScale(5, HALF, HALF))
    problem = caught.value.at("ratings.csv", 17, ["x", text])
    assert (problem.file, problem.line, problem.raw) == ("ratings.csv", 17, ("x", text))
    assert problem.message.format(**problem.values).startswith(sentence)
    assert "\n" not in problem.message


@given(st.integers(0, 10))
def test_half_stars_are_tens(n_halves: int) -> None:
    assert parse_rating(f"{n_halves / 2}") == n_halves * 10


@given(st.decimals(0, 5, places=3))
def test_more_stars_are_never_a_lower_score(stars: object) -> None:
    assert parse_rating(f"{stars}") <= parse_rating("5")


def test_a_timestamp_is_seconds_since_1970_in_utc() -> None:
    assert parse_timestamp("964982703") == datetime(2000, 7, 30, 18, 45, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "abc", "-5", "1.5", "1445714835000000", "9" * 400, "9" * 5000, "١"])
def test_what_is_not_a_timestamp_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_timestamp(text)


def test_a_date_is_midnight_utc_and_may_be_empty() -> None:
    assert parse_date("2024-02-29") == datetime(2024, 2, 29, tzinfo=UTC)
    assert parse_date("") is None


@pytest.mark.parametrize("text", ["2023-02-29", "2024-13-01", "20240229", "26/03/2024", "2024-W09-4", "yesterday"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_date(text)


def test_what_lies_in_the_future_is_refused_but_for_a_day_of_other_clocks() -> None:
    """It would win over all that its owner gives until then."""
    now = datetime.now(UTC)
    tomorrow, next_week = now + timedelta(hours=20), now + timedelta(days=7)
    assert parse_timestamp(str(int(tomorrow.timestamp()))) == tomorrow.replace(microsecond=0)
    for parse, text in ((parse_timestamp, str(int(next_week.timestamp()))), (parse_date, f"{next_week:%Y-%m-%d}")):
        with pytest.raises(Refused, match="future"):
            parse(text)


def test_a_year_has_four_digits_and_may_be_empty() -> None:
    assert (parse_year("1895"), parse_year("")) == (1895, None)
    for text in ("95", "19955", "2100", "abcd", "１９９５"):
        with pytest.raises(Refused):
            parse_year(text)


def test_a_title_loses_control_characters_and_surplus_spaces() -> None:
    assert parse_title(" Un  condamné\tà\x1b mort\n") == "Un condamné à mort"


def test_a_title_loses_what_would_turn_the_words_behind_it_round() -> None:
    assert parse_title("Heat \u202e(1995)\u202c\x9b31m") == "Heat (1995) 31m"


@pytest.mark.parametrize("text", ["", "  ", "\x00\x1f", "x" * 501])
def test_a_title_that_is_missing_or_endless_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_title(text)


@pytest.mark.parametrize("parse", [parse_id, parse_rating, parse_timestamp, parse_date, parse_year, parse_title])
@given(text=st.text())
def test_any_text_is_a_value_or_refused(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except Refused as refused:
        assert refused.message.format(**refused.values)  # noqa: PT017 - either end is right
