from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidFileError, NotFoundError
from camflix.importers.rating_files import FilmFacts, read_films, read_ratings, scale_of
from tests.importers.conftest import MOVIES

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parents[2]
SEPARATORS = ["\t", ",", " ", "   ", "::", ";", "|", ", "]


def triples(path: Path) -> list[tuple[str, str, float]]:
    read = read_ratings(path)
    return [
        (read.user_ids[user], read.item_ids[item], rating)
        for user, item, rating in zip(read.users, read.items, read.ratings.tolist(), strict=True)
    ]


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        path = tmp_path / "ratings.txt"
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("timestamp", [False, True])
def test_any_usual_separator_is_recognised(
    separator: str, *, timestamp: bool, write_file: Callable[[str], Path]
) -> None:
    rows = [("196", "242", "3"), ("186", "302", "4.5"), ("196", "302", "1")]
    end = f"{separator}881250949" if timestamp else ""
    path = write_file("".join(f"{separator.join(row)}{end}\n" for row in rows))
    assert triples(path) == [(user, item, float(rating)) for user, item, rating in rows]


def test_the_columns_are_arrays_of_indices_in_order_of_first_appearance(write_file: Callable[[str], Path]) -> None:
    read = read_ratings(write_file("b x 1\na y 2\nb y 3\n"))
    assert (read.user_ids, read.item_ids) == (["b", "a"], ["x", "y"])
    assert (read.users.tolist(), read.items.tolist(), read.ratings.tolist()) == ([0, 1, 0], [0, 1, 1], [1, 2, 3])
    assert [column.dtype.name for column in (read.users, read.items, read.ratings)] == ["int32", "int32", "float64"]


@pytest.mark.parametrize(
    "header", ["userId,movieId,rating,timestamp", "user,item,rating,time", "User_ID,item_id:token,Score,t", "u,i,r,t"]
)
def test_a_line_of_column_names_is_recognised(header: str, write_file: Callable[[str], Path]) -> None:
    assert triples(write_file(f"{header}\n1,2,3.5,0\n")) == [("1", "2", 3.5)]


def test_columns_are_found_by_their_names_in_any_order(write_file: Callable[[str], Path]) -> None:
    assert triples(write_file("rating;note;movieId;userId\n4,5;hm;2;1\n")) == [("1", "2", 4.5)]


def test_blank_lines_comments_quotes_and_line_ends_make_no_difference(write_file: Callable[[str], Path]) -> None:
    path = write_file('\ufeff# made by hand\r\n\r\n"1","2","3"\r\n  \r\n# more\r\n"1","4","5"')
    assert triples(path) == [("1", "2", 3.0), ("1", "4", 5.0)]


def test_a_separator_between_quotes_separates_nothing(write_file: Callable[[str], Path]) -> None:
    path = write_file('"Doe, U1",7,4.5\n"Doe, U2","8",3\n')
    assert triples(path) == [("Doe, U1", "7", 4.5), ("Doe, U2", "8", 3.0)]


def test_a_rating_of_somebody_whose_id_begins_with_a_hash_is_refused_and_never_left_out(
    write_file: Callable[[str], Path],
) -> None:
    with pytest.raises(InvalidFileError, match="line 2: this begins with #"):
        read_ratings(write_file("u1,7,4.5\n#u2,7,4\n"))


@pytest.mark.parametrize(
    ("content", "times"),
    [
        ("1,7,4,50\n2,7,4,60\n", [50, 60]),
        ("time,userId,movieId,rating\n50,1,7,4\n60,2,7,4\n", [50, 60]),
        ("1,7,4\n2,7,4\n", [0, 0]),
        ("1,7,4,50\n2,7,4,yesterday\n", [0, 0]),
        ("1,7,4,-1\n2,7,4,60\n", [-1, 60]),
        ("1,7,4,1000.0\n2,7,4,1.0e9\n", [1000, 1e9]),
        ("1,7,4,\n2,7,4,60\n", [-math.inf, 60]),
        ("user,item,rating,date\n1,7,4,1970-01-02\n2,7,4,1970-01-01T00:01:00+00:00\n", [86400, 60]),
        ("1 7 4 1000.5\n2 7 4 20\n", [1000.5, 20]),
    ],
)
def test_times_are_read_where_what_lines_have_are_times(
    content: str, times: list[int], write_file: Callable[[str], Path]
) -> None:
    assert read_ratings(write_file(content)).times.tolist() == times


def test_the_indices_of_a_test_file_go_on_after_those_of_its_training_file(write_file: Callable[[str], Path]) -> None:
    train = read_ratings(write_file("a x 1\nb y 2\n"))
    test = read_ratings(write_file("b x 3\nc z 4\n"), after=train)
    assert (test.user_ids, test.item_ids) == (["a", "b", "c"], ["x", "y", "z"])
    assert (test.users.tolist(), test.items.tolist()) == ([1, 2], [0, 2])
    assert train.user_ids == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        "1\t2",
        "1\t2\t3\t4\t5",
        "1\t2\tnan\t0",
        "1\t2\tinf\t0",
        "1\t2\t1e999\t0",
        "1\t2\t-1\t0",
        "1\t2\tfive\t0",
        "1\t2\t\t0",
        "1\t2\t1_0\t0",
        "\t2\t3\t0",
        "1\t\t3\t0",
        "1 2 3 0",
    ],
)
def test_a_broken_line_is_refused_with_file_line_and_remedy(line: str, write_file: Callable[[str], Path]) -> None:
    path = write_file(f"1\t2\t3\t0\n\n# comment\n{line}\n1\t2\t3\t0\n")
    with pytest.raises(InvalidFileError) as caught:
        read_ratings(path)
    assert str(caught.value).startswith(f"{path}, line 4: ")
    assert caught.value.hint == "Correct the line or take it out."


@pytest.mark.parametrize(
    ("content", "words"), [("1 2\n", "line 1: this is no rating"), ("1,2,abc\n", "“abc” is not a rating")]
)
def test_a_first_line_that_is_neither_names_nor_a_rating_is_refused(
    content: str, words: str, write_file: Callable[[str], Path]
) -> None:
    with pytest.raises(InvalidFileError, match=words):
        read_ratings(write_file(content))


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n", "user,item,rating\n"])
def test_a_file_without_ratings_is_refused(content: str, write_file: Callable[[str], Path]) -> None:
    with pytest.raises(InvalidFileError, match="holds no ratings"):
        read_ratings(write_file(content))


def test_an_absent_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_ratings(tmp_path / "u1.base")
    with pytest.raises(InvalidFileError, match="is a folder or an archive"):
        read_ratings(tmp_path)


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 20).map(lambda n: n / 4)),
        min_size=1,
        max_size=20,
    ),
    separator=st.sampled_from(SEPARATORS),
)
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, float]], separator: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.txt"
    path.write_text("".join(f"{user}{separator}{item}{separator}{rating}\n" for user, item, rating in rows))
    assert triples(path) == [(str(user), str(item), rating) for user, item, rating in rows]


def test_more_different_ratings_than_are_remembered_are_read_all_the_same(write_file: Callable[[str], Path]) -> None:
    path = write_file("".join(f"1 2 {n / 1000}\n" for n in range(12_000)))
    assert read_ratings(path).ratings.tolist() == [n / 1000 for n in range(12_000)]


@pytest.mark.parametrize(
    ("ratings", "maximum"), [("0.5", 5), ("5", 5), ("5.5", 10), ("10", 10), ("11", 100), ("100", 100), ("0", 5)]
)
def test_the_scale_is_the_smallest_that_holds_the_highest_rating(
    ratings: str, maximum: int, write_file: Callable[[str], Path]
) -> None:
    assert scale_of(read_ratings(write_file(f"1 2 {ratings}\n3 4 0\n"))) == maximum


def test_two_files_are_on_one_scale(write_file: Callable[[str], Path]) -> None:
    low, high = read_ratings(write_file("1 2 3\n")), read_ratings(write_file("1 2 9\n"))
    assert scale_of(low, high) == scale_of(high, low) == 10


def test_a_rating_above_every_scale_is_refused(write_file: Callable[[str], Path]) -> None:
    with pytest.raises(InvalidFileError, match=r"a rating of 881250949\.0 lies above every scale"):
        scale_of(read_ratings(write_file("1 2 881250949\n")))


def test_films_are_read_from_movies_csv(write_file: Callable[[str], Path]) -> None:
    films = read_films(write_file(MOVIES))
    assert films["6"] == FilmFacts(1995, ("action", "crime", "thriller"))
    assert films["40697"] == FilmFacts(None, ())


def test_films_are_read_from_movies_dat_and_u_item(tmp_path: Path) -> None:
    dat, item = tmp_path / "movies.dat", tmp_path / "u.item"
    dat.write_bytes("73::Misérables, Les (1995)::Drama|Musical\n".encode("latin-1"))
    flags = "|".join("1" if place in {8, 12} else "0" for place in range(19))
    item.write_bytes(f"73|Misérables, Les (1995)|01-Jan-1995||http://us.imdb.com/|{flags}\n".encode("latin-1"))
    assert read_films(dat) == read_films(item) == {"73": FilmFacts(1995, ("drama", "musical"))}


def test_a_mark_of_utf_8_before_films_is_no_part_of_the_first(tmp_path: Path) -> None:
    dat = tmp_path / "movies.dat"
    dat.write_text("\ufeff73::Misérables, Les (1995)::Drama|Musical\n", encoding="utf-8")
    assert read_films(dat) == {"73": FilmFacts(1995, ("drama", "musical"))}


@pytest.mark.parametrize("line", ["x,Heat (1995),Drama", "7,Heat (1995)", '7,"Heat (1995),Drama'])
def test_a_broken_film_is_refused_with_its_line(line: str, write_file: Callable[[str], Path]) -> None:
    with pytest.raises(InvalidFileError, match="line 6: this is not a film"):
        read_films(write_file(f"{MOVIES}{line}\n"))


def test_what_is_no_file_of_films_is_refused(write_file: Callable[[str], Path]) -> None:
    with pytest.raises(InvalidFileError, match="has no column movieId, title, genres"):
        read_films(write_file("196\t242\t3\n"))
    with pytest.raises(InvalidFileError, match="is empty"):
        read_films(write_file(""))


def test_the_importers_load_nothing_heavy() -> None:
    names = "text archives tables fields movielens letterboxd rating_files".split()  # noqa: SIM905
    imports = "; ".join(f"import camflix.importers.{name}" for name in names)
    check = "import sys; print(sorted({'numpy', 'msgspec', 'sqlalchemy', 'rich'} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", f"{imports}; {check}"], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert done.stdout.strip() == "[]"
