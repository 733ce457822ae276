"""How scores are shown and typed: a choice of a person, never of what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix import display, i18n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.results import ScoreDisplay

DISPLAYS: tuple[ScoreDisplay, ...] = ("100", "10", "stars")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English, and show scores of 100 again afterwards."""
    before = i18n.current_language()
    i18n.use_language("en")
    yield
    i18n.use_language(before)
    display.use_display("100")


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("100", ["0", "5", "70", "90", "95", "100"]),
        ("10", ["0.0", "0.5", "7.0", "9.0", "9.5", "10.0"]),
        ("stars", ["0", "0.25", "★★★½", "★★★★½", "4.75", "★★★★★"]),
    ],
)
def test_a_score_given_is_never_rounded(shown: ScoreDisplay, words: list[str]) -> None:
    display.use_display(shown)
    assert [display.given(score) for score in (0, 5, 70, 90, 95, 100)] == words


@pytest.mark.parametrize("shown", DISPLAYS)
def test_no_two_scores_are_shown_alike_and_none_is_wider_than_its_column(shown: ScoreDisplay) -> None:
    display.use_display(shown)
    words = [display.given(score) for score in range(101)]
    assert len(set(words)) == 101
    assert max(map(len, words)) == display.width()


@pytest.mark.parametrize(
    ("shown", "predicted", "gap", "bounds"),
    [("100", "78.3", "+6.7", "60-86"), ("10", "7.8", "+0.7", "6.0-8.6"), ("stars", "3.9", "+0.3", "3.0-4.3")],
)
def test_what_is_computed_is_told_on_the_same_scale(shown: ScoreDisplay, predicted: str, gap: str, bounds: str) -> None:
    display.use_display(shown)
    assert (display.computed(78.3), display.difference(6.7), display.range_words(60.0, 85.6)) == (
        predicted,
        gap,
        bounds,
    )


def test_french_has_a_decimal_comma() -> None:
    i18n.use_language("fr")
    display.use_display("10")
    assert (display.given(75), display.computed(78.3), display.scale_words()) == ("7,5", "7,8", "de 0 à 10")


@given(st.floats(0, 100), st.floats(0, 100))
@pytest.mark.parametrize("shown", DISPLAYS)
def test_a_range_has_room_in_seven_cells(shown: ScoreDisplay, one: float, other: float) -> None:
    display.use_display(shown)
    assert len(display.range_words(min(one, other), max(one, other))) <= 7


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("100", {"8": 8, "80": 80, "100": 100, "101": None, "7.5": None, "": None, "²": None}),
        ("10", {"8": 80, "7.5": 75, "7,5": 75, "7.": 70, "10": 100, "0": 0, "80": None, "7.55": None, ".": None}),
        ("stars", {"4": 80, "3.5": 70, "3,5": 70, "4.75": 95, "5": 100, "0.": 0, "8": None, "3.33": None, "": None}),
    ],
)
def test_what_is_typed_is_a_number_of_the_scale_shown_or_no_score_at_all(
    shown: ScoreDisplay, typed: dict[str, int | None]
) -> None:
    display.use_display(shown)
    assert {text: display.typed_score(text) for text in typed} == typed


@given(st.integers(0, 100), st.sampled_from(["10", "stars"]))
def test_a_number_shown_is_the_same_score_when_it_is_typed(score: int, shown: ScoreDisplay) -> None:
    display.use_display(shown)
    words = display.given(score)
    if "★" not in words and "½" not in words:
        assert display.typed_score(words) == score


@given(st.integers(0, 10))
def test_half_stars_are_what_was_typed(n_halves: int) -> None:
    display.use_display("stars")
    score = display.typed_score(f"{n_halves / 2:g}")
    assert score is not None
    words = display.given(score)
    assert (words.count("★"), words.count("½")) == divmod(n_halves, 2)


def test_within_a_receipt_scores_are_of_100_and_it_says_so() -> None:
    display.use_display("stars")
    with display.in_points():
        assert (display.given(95), display.points_words(78.3)) == ("95", "")
    assert display.points_words(78.3) == "in points of 100; 3.9 as you have scores shown, 0 to 5"
