from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidFileError, NotFoundError
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.rows import Problem, RatingRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "Date,Name,Year,Letterboxd URI,Rating\n"
RATINGS = HEADER + (
    "2021-03-26,Amélie,2001,https://boxd.it/29UY,4.5\n"
    '2021-03-27,"The Good, the Bad and the Ugly",1966,https://boxd.it/28vM,5\n'
    "2021-03-28,Untitled,,https://boxd.it/xxxx,0.5\n"
)


def rows(path: Path) -> list[RatingRow]:
    return [row for row in LetterboxdExport(path).ratings() if isinstance(row, RatingRow)]


def problems(path: Path) -> list[Problem]:
    return [row for row in LetterboxdExport(path).ratings() if isinstance(row, Problem)]


def test_a_rating_has_its_title_year_score_and_day(write_folder: Callable[..., Path]) -> None:
    first, second, third = rows(write_folder(ratings_csv=RATINGS) / "ratings.csv")
    assert first == RatingRow(
        line=2,
        score=90,
        rated_at=datetime(2021, 3, 26, tzinfo=UTC),
        title="Amélie",
        year=2001,
        raw=("2021-03-26", "Amélie", "2001", "https://boxd.it/29UY", "4.5"),
    )
    assert (second.title, second.score) == ("The Good, the Bad and the Ugly", 100)
    assert (third.year, third.score) == (None, 10)


@pytest.mark.parametrize("variation", [str, lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_line_ends_and_a_byte_order_mark_make_no_difference(
    variation: Callable[[str], str], write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(ratings_csv=variation(RATINGS))
    assert [row.score for row in rows(folder)] == [90, 100, 10]
    assert problems(folder) == []


def test_the_header_is_kept_so_that_rejects_can_be_written_back(write_folder: Callable[..., Path]) -> None:
    export = LetterboxdExport(write_folder(ratings_csv=RATINGS))
    assert export.columns == ("Date", "Name", "Year", "Letterboxd URI", "Rating")
    assert export.count_ratings() == 3
    assert export.ratings_name == "ratings.csv"


@pytest.mark.parametrize("top", ["", "letterboxd-zoe-2026-01-01/"])
def test_the_export_s_zip_gives_its_own_ratings_and_not_the_deleted_ones(
    top: str, write_zip: Callable[[dict[str, str]], Path]
) -> None:
    deleted = HEADER + "2020-01-01,Deleted,2001,uri,1\n"
    members = {"ratings.csv": RATINGS, "deleted/ratings.csv": deleted, "orphaned/ratings.csv": deleted}
    path = write_zip({top + name: content for name, content in members.items()})
    assert [row.title for row in rows(path)] == ["Amélie", "The Good, the Bad and the Ugly", "Untitled"]


@pytest.mark.parametrize("folder", ["deleted", "orphaned", "likes"])
def test_ratings_that_were_deleted_are_never_taken_for_the_ratings(
    folder: str, write_zip: Callable[[dict[str, str]], Path]
) -> None:
    with pytest.raises(InvalidFileError, match=r"holds no ratings\.csv"):
        LetterboxdExport(write_zip({f"{folder}/ratings.csv": RATINGS}))


def test_an_unpacked_export_is_read_as_a_folder(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(ratings_csv=RATINGS, diary_csv="Date\n")
    write_folder("data/deleted", ratings_csv=HEADER)
    assert len(rows(folder)) == 3


def test_ratings_under_another_name_are_read(write_folder: Callable[..., Path]) -> None:
    assert len(rows(write_folder(films_csv=RATINGS) / "films.csv")) == 3


def test_an_export_without_any_rating_is_no_error(write_folder: Callable[..., Path]) -> None:
    assert rows(write_folder(ratings_csv=HEADER)) == []


def test_a_french_spreadsheet_may_have_saved_it(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(ratings_csv="Date;Name;Year;Letterboxd URI;Rating\n2021-03-26;Amélie;2001;uri;4,5\n")
    assert [(row.title, row.score) for row in rows(folder)] == [("Amélie", 90)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2021-03-26,Heat,1995,uri,5.5", "the rating 5.5 lies outside 0.5 to 5"),
        ("2021-03-26,Heat,1995,uri,0", "the rating 0 lies outside 0.5 to 5"),
        ("2021-03-26,Heat,1995,uri,4.2", "the rating 4.2 is not a multiple of 0.5"),
        ("2021-03-26,Heat,1995,uri,", "“” is not a rating"),
        ("2021-03-26,Heat,1995,uri,★★★", "“★★★” is not a rating"),
        ("26/03/2021,Heat,1995,uri,4", "“26/03/2021” is not a date"),
        ("2021-03-26,,1995,uri,4", "the title is missing"),
        ("2021-03-26,Heat,95,uri,4", "“95” is not a year"),
        ("2021-03-26,Good, Bad,1995,uri,4", "6 columns where 5 are needed"),
        ('2021-03-26,"Heat,1995,uri,4', "a double quote is not closed"),
    ],
)
def test_a_broken_row_is_a_problem_with_its_line_and_stops_nothing(
    line: str, words: str, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(ratings_csv=f"{RATINGS}{line}\n2021-03-29,Heat,1995,uri,4\n")
    (problem,) = problems(folder)
    assert (problem.file, problem.line) == ("ratings.csv", 5)
    assert words in problem.message.format(**problem.values)
    assert problem.raw
    assert [row.line for row in rows(folder)] == [2, 3, 4, 6]


def test_a_title_over_two_lines_is_one_row_and_later_lines_keep_their_numbers(
    write_folder: Callable[..., Path],
) -> None:
    folder = write_folder(ratings_csv=HEADER + '2021-03-26,"Two\nLines",1995,uri,4\n2021-03-26,Heat,1995,uri,7\n')
    assert [(row.line, row.title) for row in rows(folder)] == [(2, "Two Lines")]
    assert [problem.line for problem in problems(folder)] == [4]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date", "diary.csv"),
        ("Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date", "reviews.csv"),
        ("Date,Name,Year,Letterboxd URI", "watched.csv, watchlist.csv or likes/films.csv"),
        ("Date Joined,Username,Given Name,Family Name,Email Address", "profile.csv"),
        ("Letterboxd list export v7", "a list"),
    ],
)
def test_another_file_of_the_export_is_told_by_its_columns_even_under_a_wrong_name(
    header: str, kind: str, write_folder: Callable[..., Path]
) -> None:
    with pytest.raises(InvalidFileError) as caught:
        LetterboxdExport(write_folder(ratings_csv=header + "\n") / "ratings.csv")
    assert str(caught.value).endswith(f"is not Letterboxd's ratings.csv: by its columns it is {kind}.")
    assert "ratings.csv" in caught.value.hint


def test_what_letterboxd_did_not_write_is_refused_with_its_columns(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(
        InvalidFileError, match=r"has no column Date, Name, Year; its columns are userId, movieId, rating"
    ):
        LetterboxdExport(write_folder(ratings_csv="userId,movieId,rating\n"))


def test_nothing_empty_and_absent_are_told_apart(write_folder: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        LetterboxdExport(tmp_path / "ratings.csv")
    with pytest.raises(InvalidFileError, match="is empty"):
        LetterboxdExport(write_folder("a", ratings_csv=""))
    with pytest.raises(InvalidFileError, match=r"holds no ratings\.csv"):
        LetterboxdExport(write_folder("b", diary_csv="Date\n"))


def test_a_wrong_encoding_stops_with_its_line(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(ratings_csv=RATINGS.encode("latin-1"))
    with pytest.raises(InvalidFileError, match=r"ratings\.csv, line 2: the text is not in UTF-8"):
        rows(folder)


NOISE = st.text(st.characters(exclude_characters='\0\n\r"', exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(noise=st.lists(NOISE.filter(lambda text: not text.isspace()), max_size=6))
def test_each_line_of_noise_ends_in_one_row_or_one_problem(
    tmp_path_factory: pytest.TempPathFactory, noise: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    path.write_text(RATINGS + "".join(f"{line}\n" for line in noise), encoding="utf-8")
    told = [row.line for row in LetterboxdExport(path).ratings()]
    assert told == list(range(2, 5 + len(noise)))
