from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidInputError
from camflix.importers.fields import FIVE_STARS, Refused, plain_rating
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.mapping import AS_WRITTEN, ScoreMapping, parse_mapping
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import RatingRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.results import ScaleChoice

LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(
    f"2024-01-0{day},Film {day},2001,,{rating}\n" for day, rating in enumerate(("3.5", "4", "4.0", "7", "good"), 1)
)


def scores_of(path: Path, mapping: ScoreMapping) -> dict[int, int]:
    """Return the scores of the rows that can be taken, by line."""
    return {row.line: row.score for row in LetterboxdExport(path, mapping).ratings() if isinstance(row, RatingRow)}


@pytest.mark.parametrize(
    ("text", "plain"),
    [("4", "4"), ("4.0", "4"), ("4,50", "4.5"), ("007", "7"), ("0.0", "0"), ("", None), ("good", None), ("-1", None)],
)
def test_ratings_written_differently_are_the_same_rating(text: str, plain: str | None) -> None:
    assert plain_rating(text) == plain


@given(st.integers(0, 999), st.integers(0, 10**9 - 1))
def test_the_shortest_writing_is_the_same_number(whole: int, billionths: int) -> None:
    text = f"{whole:03},{billionths:09}"
    plain = plain_rating(text)
    assert plain is not None
    assert Fraction(plain) == Fraction(text.replace(",", "."))
    assert plain_rating(plain) == plain


@pytest.mark.parametrize(
    ("scale", "scores"),
    [("auto", {2: 70, 3: 80, 4: 80}), ("10", {2: 35, 3: 40, 4: 40, 5: 70}), ("100", {2: 4, 3: 4, 4: 4, 5: 7})],
)
def test_a_scale_says_where_the_ratings_of_a_file_end(
    scale: ScaleChoice, scores: dict[int, int], write_folder: Callable[..., Path]
) -> None:
    assert scores_of(write_folder(ratings_csv=LETTERBOXD), ScoreMapping(scale)) == scores


def test_a_score_for_a_rating_comes_before_any_scale_and_takes_what_the_scale_refuses(
    write_folder: Callable[..., Path],
) -> None:
    mapping = parse_mapping("auto", ["4,0=75", " 7 = 0"])
    assert scores_of(write_folder(ratings_csv=LETTERBOXD), mapping) == {2: 70, 3: 75, 4: 75, 5: 0}


def test_the_ratings_of_a_community_are_mapped_too(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(
        movies_csv="movieId,title,genres\n1,Heat (1995),Crime\n",
        ratings_csv="userId,movieId,rating,timestamp\n1,1,3.5,1\n2,1,4.0,2\n",
    )
    dataset = MovieLensDataset(folder, parse_mapping("10", ["3.5=99"]))
    assert [row.score for row in dataset.ratings() if isinstance(row, RatingRow)] == [99, 40]
    assert list(dataset.written()) == ["3.5", "4.0"]
    assert dataset.written_in(("1", "1", "3.5", "1")) == "3.5"


@given(st.integers(0, 100), st.decimals(0, 5, places=1))
def test_whatever_score_a_person_gives_a_rating_gets(score: int, stars: object) -> None:
    mapping = parse_mapping("auto", [f"{stars}={score}"])
    assert mapping.score_of(f"{stars}", FIVE_STARS) == score


def test_what_is_no_number_stays_refused() -> None:
    with pytest.raises(Refused):
        parse_mapping("100", ["3=50"]).score_of("good", FIVE_STARS)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("3.5", "“3.5” does not say which score a rating becomes"),
        ("good=75", "“good=75” does not say which score a rating becomes"),
        ("=75", "“=75” does not say which score a rating becomes"),
        ("3.5=101", "“101” in “3.5=101” is not a score"),
        ("3.5=-1", "“-1” in “3.5=-1” is not a score"),
        ("3.5=7.5", "“7.5” in “3.5=7.5” is not a score"),
        ("3.5=", "“” in “3.5=” is not a score"),
    ],
)
def test_a_pair_that_is_none_is_refused_by_name(pair: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told) as raised:
        parse_mapping("auto", ["4=80", pair])
    assert raised.value.field == "map"


def test_a_rating_may_not_be_given_two_scores() -> None:
    assert parse_mapping("auto", ["4=80", "4.0=80"]).scores == {"4": 80}
    with pytest.raises(InvalidInputError, match="the rating 4 is given two scores, 80 and 75"):
        parse_mapping("auto", ["4=80", "4.0=75"])


def test_a_rating_that_stands_nowhere_in_the_file_is_a_slip(write_folder: Callable[..., Path]) -> None:
    export = LetterboxdExport(write_folder(ratings_csv=LETTERBOXD))
    AS_WRITTEN.refuse_strangers(export)
    parse_mapping("auto", ["4=80", "7=70"]).refuse_strangers(export)
    with pytest.raises(InvalidInputError, match=r"no row of ratings\.csv has the rating 2\.5") as raised:
        parse_mapping("auto", ["4=80", "2.5=70"]).refuse_strangers(export)
    assert raised.value.values["ratings"] == "3.5, 4, 7"
