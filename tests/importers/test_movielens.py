from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidFileError, NotFoundError
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import FilmRow, Problem, RatingRow
from tests.importers.conftest import LINKS, MOVIES, RATINGS

if TYPE_CHECKING:
    from collections.abc import Callable

REAL_DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ml-latest-small"

FLAGS_OF_100K = {"Adventure": 2, "Children's": 4, "Sci-Fi": 15}


def films(path: Path) -> list[FilmRow]:
    return [row for row in MovieLensDataset(path).films() if isinstance(row, FilmRow)]


def ratings(path: Path) -> list[RatingRow]:
    return [row for row in MovieLensDataset(path).ratings() if isinstance(row, RatingRow)]


def problems(path: Path) -> list[Problem]:
    dataset = MovieLensDataset(path)
    return [row for row in (*dataset.films(), *dataset.ratings()) if isinstance(row, Problem)]


def sentence(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}: {problem.message.format(**problem.values)}"


def u_item_line(number: int, title: str, *genres: str) -> str:
    flags = ["1" if place in {FLAGS_OF_100K[genre] for genre in genres} else "0" for place in range(19)]
    return "|".join([str(number), title, "01-Jan-1995", "", "http://us.imdb.com/", *flags]) + "\n"


@pytest.fixture
def dataset(write_folder: Callable[..., Path]) -> Path:
    return write_folder("ml", movies_csv=MOVIES, links_csv=LINKS, ratings_csv=RATINGS)


def test_a_film_has_its_titles_year_genres_and_ids(dataset: Path) -> None:
    toy_story, _, lost_children, babylon = films(dataset)
    assert toy_story == FilmRow(
        line=2,
        title="Toy Story",
        year=1995,
        genres=("adventure", "animation", "family"),
        movielens_id=1,
        imdb_id="tt0114709",
        tmdb_id=862,
    )
    assert lost_children.title == "The City of Lost Children"
    assert lost_children.other_titles == ("La Cité des enfants perdus",)
    assert lost_children.genres == ("adventure", "science-fiction")
    assert lost_children.tmdb_id is None
    assert (babylon.year, babylon.genres, babylon.imdb_id) == (None, (), "tt10105246")


def test_a_rating_has_its_user_film_score_and_moment(dataset: Path) -> None:
    assert ratings(dataset)[0] == RatingRow(
        line=2,
        score=80,
        user="1",
        rated_at=datetime(2000, 7, 30, 18, 45, 3, tzinfo=UTC),
        movielens_id=1,
        raw=("1", "1", "4.0", "964982703"),
    )
    assert [row.score for row in ratings(dataset)] == [80, 10, 100]


def test_the_columns_of_a_rejected_row_are_known(dataset: Path) -> None:
    assert MovieLensDataset(dataset).rating_columns == ("userId", "movieId", "rating", "timestamp")


def test_ratings_are_counted_for_the_progress_bar(dataset: Path) -> None:
    assert MovieLensDataset(dataset).count_ratings() == 3
    assert MovieLensDataset(dataset).ratings_name == "ratings.csv"


def test_a_zip_gives_the_same_as_the_folder(dataset: Path, write_zip: Callable[[dict[str, str]], Path]) -> None:
    packed = write_zip(
        {f"ml/{name}.csv": (dataset / f"{name}.csv").read_text() for name in ("movies", "links", "ratings")}
    )
    assert films(packed) == films(dataset)
    assert ratings(packed) == ratings(dataset)


def test_links_may_be_missing(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv=RATINGS)
    assert [film.imdb_id for film in films(folder)] == [None] * 4


def test_other_columns_and_another_order_do_no_harm(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv="rating,timestamp,note,movieId,userId\n3.5,0,hm,6,7\n")
    (row,) = ratings(folder)
    assert (row.user, row.movielens_id, row.score) == ("7", 6, 70)


@pytest.mark.parametrize("noise", ["", "\n", "\r\n\r\n"])
def test_line_ends_and_blank_lines_make_no_difference(noise: str, write_folder: Callable[..., Path]) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv=RATINGS.replace("\n", "\r\n") + noise)
    assert [row.score for row in ratings(folder)] == [80, 10, 100]
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,2,4.0", "3 columns where 4 are needed"),
        ("1,2,4.0,5,6", "5 columns where 4 are needed"),
        ('1,"2,4.0,964982703', "a double quote is not closed"),
        ("one,2,4.0,5", "“one” is not an id"),
        ("1,tt12,4.0,5", "“tt12” is not an id"),
        ("1,99999999999,4.0,5", "“99999999999” is not an id"),
        ("1,2,,5", "“” is not a rating"),
        ("1,2,five,5", "“five” is not a rating"),
        ("1,2,5.5,5", "the rating 5.5 lies outside 0 to 5"),
        ("1,2,-1,5", "“-1” is not a rating"),
        ("1,2,4.0,yesterday", "“yesterday” is not a time in seconds"),
        ("1,2,4.0,99999999999999", "is not a time in seconds"),
        ("total garbage \x1b[2J", "1 columns where 4 are needed"),
    ],
)
def test_a_broken_rating_is_a_problem_with_its_line_and_stops_nothing(
    line: str, words: str, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv=RATINGS + line + "\n9,6,3.0,964982703\n")
    (problem,) = problems(folder)
    assert sentence(problem).startswith("ratings.csv:5: ")
    assert words in sentence(problem)
    assert sentence(problem).isprintable()
    assert [row.line for row in ratings(folder)] == [2, 3, 4, 6]


@pytest.mark.parametrize(
    "line", ["x,Heat (1995),Drama", "7,,Drama", "7,Heat (1995)", '7,"Heat (1995),Drama', "0,Heat,Drama"]
)
def test_a_broken_film_is_a_problem_with_its_line_and_stops_nothing(
    line: str, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(movies_csv=f"{MOVIES}{line}\n8,Casino (1995),Drama\n", ratings_csv=RATINGS)
    assert [(problem.file, problem.line) for problem in problems(folder)] == [("movies.csv", 6)]
    assert [film.line for film in films(folder)] == [2, 3, 4, 5, 7]


@pytest.mark.parametrize("line", ["1,0114709", "x,0114709,862", "1,nonsense,862", "1,0000000,862", "1,0114709,-5"])
def test_a_broken_link_is_a_problem_and_its_film_comes_without_ids(
    line: str, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv=RATINGS, links_csv=f"movieId,imdbId,tmdbId\n{line}\n6,,949\n")
    assert [(problem.file, problem.line) for problem in problems(folder)] == [("links.csv", 2)]
    assert [(film.imdb_id, film.tmdb_id) for film in films(folder)] == [(None, None), (None, 949)] + [(None, None)] * 2


NOISE = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(noise=st.lists(NOISE.filter(lambda text: not text.isspace()), max_size=6))
def test_each_line_of_noise_ends_in_one_row_or_one_problem(
    tmp_path_factory: pytest.TempPathFactory, noise: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "noise"
    folder.mkdir(exist_ok=True)
    (folder / "movies.csv").write_text(MOVIES, encoding="utf-8")
    (folder / "ratings.csv").write_text(RATINGS + "".join(f"{line}\n" for line in noise), encoding="utf-8")
    told = [row.line for row in MovieLensDataset(folder).ratings()]
    assert told == list(range(2, 5 + len(noise)))


@pytest.mark.parametrize("column", ["userId", "movieId", "rating", "timestamp"])
def test_a_missing_column_is_named_before_anything_is_read(column: str, write_folder: Callable[..., Path]) -> None:
    folder = write_folder(movies_csv=MOVIES, ratings_csv=RATINGS.replace(column, "other"))
    with pytest.raises(InvalidFileError) as caught:
        MovieLensDataset(folder)
    assert f"ratings.csv has no column {column}; its columns are " in str(caught.value)


def test_a_missing_column_of_films_or_links_is_named_too(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match=r"movies\.csv has no column genres"):
        MovieLensDataset(write_folder("a", movies_csv="movieId,title\n", ratings_csv=RATINGS))
    with pytest.raises(InvalidFileError, match=r"links\.csv has no column tmdbId"):
        MovieLensDataset(write_folder("b", movies_csv=MOVIES, ratings_csv=RATINGS, links_csv="movieId,imdbId\n"))


def test_what_is_no_data_set_is_refused_with_what_was_looked_for(
    write_folder: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(InvalidFileError, match=r"holds no ratings\.csv \(nor ratings\.dat, nor u\.data\)"):
        MovieLensDataset(write_folder("a", README_txt="hello"))
    with pytest.raises(InvalidFileError, match=r"holds no movies\.csv"):
        MovieLensDataset(write_folder("b", ratings_csv=RATINGS))
    with pytest.raises(InvalidFileError, match="is one file"):
        MovieLensDataset(tmp_path / "b" / "ratings.csv")
    with pytest.raises(InvalidFileError, match=r"ratings\.csv is empty"):
        MovieLensDataset(write_folder("c", ratings_csv="", movies_csv=MOVIES))
    with pytest.raises(NotFoundError):
        MovieLensDataset(tmp_path / "nowhere")


def test_a_wrong_encoding_stops_with_its_line(write_folder: Callable[..., Path]) -> None:
    folder = write_folder(movies_csv=MOVIES.encode("latin-1"), ratings_csv=RATINGS)
    with pytest.raises(InvalidFileError, match=r"movies\.csv, line 4: the text is not in UTF-8"):
        films(folder)


def test_ml_100k_is_recognised(write_folder: Callable[..., Path]) -> None:
    lines = u_item_line(1, "Cité des enfants perdus, La (1995)", "Adventure", "Sci-Fi") + u_item_line(267, "unknown")
    folder = write_folder(u_data="196\t1\t3\t881250949\n196\t1\t6\t881250949\n", u_item=lines.encode("latin-1"))
    first, second = films(folder)
    assert (first.title, first.year, first.genres) == (
        "La Cité des enfants perdus",
        1995,
        ("adventure", "science-fiction"),
    )
    assert (second.title, second.year, second.genres) == ("unknown", None, ())
    assert [(row.line, row.user, row.score) for row in ratings(folder)] == [(1, "196", 60)]
    assert [problem.line for problem in problems(folder)] == [2]
    assert MovieLensDataset(folder).count_ratings() == 2


@pytest.mark.parametrize(
    "line", ["1|Heat (1995)|1995", u_item_line(2, "").rstrip(), u_item_line(0, "Heat (1995)").rstrip()]
)
def test_a_broken_film_of_ml_100k_is_a_problem_with_its_line(line: str, write_folder: Callable[..., Path]) -> None:
    lines = u_item_line(1, "Heat (1995)") + line + "\n" + u_item_line(3, "Casino (1995)")
    folder = write_folder(u_data="196\t1\t3\t881250949\n", u_item=lines)
    assert [(problem.file, problem.line) for problem in problems(folder)] == [("u.item", 2)]
    assert [film.title for film in films(folder)] == ["Heat", "Casino"]


@pytest.mark.parametrize(("encoding", "marker"), [("latin-1", "users_dat"), ("utf-8", "tags_dat")])
def test_ml_1m_and_ml_10m_are_recognised_each_in_its_encoding(
    encoding: str, marker: str, write_folder: Callable[..., Path]
) -> None:
    movies = "73::Misérables, Les (1995)::Drama|Children's\n74::Bed of Roses (1996)\n"
    files: dict[str, str | bytes] = {"movies_dat": movies.encode(encoding), marker: ""}
    folder = write_folder(ratings_dat="1::73::4.5::978300760\n", **files)
    (film,) = films(folder)
    assert (film.title, film.genres, film.movielens_id) == ("Les Misérables", ("drama", "family"), 73)
    assert [(row.user, row.movielens_id, row.score) for row in ratings(folder)] == [("1", 73, 90)]
    assert [(problem.file, problem.line) for problem in problems(folder)] == [("movies.dat", 2)]


def test_an_older_data_set_with_an_empty_file_is_refused(write_folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidFileError, match=r"u\.data is empty"):
        MovieLensDataset(write_folder(u_data="", u_item=u_item_line(1, "Heat (1995)")))


def test_memory_does_not_grow_with_the_number_of_ratings(write_folder: Callable[..., Path]) -> None:
    def peak_bytes(n_ratings: int) -> int:
        lines = "".join(f"{n % 50},{n % 90 + 1},3.5,{n}\n" for n in range(n_ratings))
        dataset = MovieLensDataset(
            write_folder(str(n_ratings), movies_csv=MOVIES, ratings_csv="userId,movieId,rating,timestamp\n" + lines)
        )
        tracemalloc.start()
        for _ in dataset.ratings():
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(20_000) < 1.5 * peak_bytes(1_000) + 50_000


@pytest.mark.long
@pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"The MovieLens data set is not here: {REAL_DATA}")
def test_the_real_ml_latest_small_comes_in_whole_and_without_problems() -> None:
    rows, rated = films(REAL_DATA), ratings(REAL_DATA)
    assert (len(rows), len(rated), problems(REAL_DATA)) == (9742, 100_836, [])
    assert MovieLensDataset(REAL_DATA).count_ratings() == 100_836
    assert len({row.user for row in rated}) == 610
    by_id = {film.movielens_id: film for film in rows}
    assert by_id[4973].other_titles == ("Le Fabuleux destin d'Amélie Poulain",)
    assert sum(film.tmdb_id is None for film in rows) == 8
    assert sum(film.year is None for film in rows) == 12
    assert {row.score for row in rated} == set(range(10, 101, 10))
