"""Imports: every row ends in one count, the newest wins, a bad row stops nothing, a failure leaves nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from camflix import i18n
from camflix.importers import sample
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import FilmRow
from camflix.models import Genre, ImportBatch, Movie, MovieTitle, Rating, RatingChange, User
from camflix.services import imports as imports_module
from camflix.services.catalogue import CatalogueWriter
from tests.services.world import assert_sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camflix.importers.rows import Problem, RatingRow
    from camflix.results import ImportReport
    from camflix.services.container import Services
    from tests.services.world import World

MOVIES = """movieId,title,genres
1,Toy Story (1995),Adventure|Animation|Children
6,Heat (1995),Action|Crime|Thriller
29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Adventure|Sci-Fi
40697,Babylon 5,(no genres listed)
"""
LINKS = "movieId,imdbId,tmdbId\n1,0114709,862\n6,0113277,949\n29,0112682,902\n40697,0105946,\n"
RATINGS = """userId,movieId,rating,timestamp
1,1,4.0,964982703
1,6,0.5,964981247
2,29,5.0,1445714835
2,1,2.5,1445714835
"""


@pytest.fixture
def importer(world: World) -> int:
    """Return who imports, in a world where others have rated other films."""
    world.rate_all(world.user("bob"), dict.fromkeys(world.films(2), 50))
    return world.user("importer")


def dataset(folder: Path, movies: str = MOVIES, ratings: str = RATINGS, links: str | None = LINKS) -> MovieLensDataset:
    """Write a data set of MovieLens's newest layout."""
    folder.mkdir(exist_ok=True)
    (folder / "movies.csv").write_text(movies, encoding="utf-8")
    (folder / "ratings.csv").write_text(ratings, encoding="utf-8")
    if links is not None:
        (folder / "links.csv").write_text(links, encoding="utf-8")
    return MovieLensDataset(folder)


def bring_in(world: World, data: MovieLensDataset, user: int) -> ImportReport:
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        report = services.imports.movielens(data, "ml-test", user, lambda _n: None)
    assert_adds_up(report)
    return report


def export(folder: Path, *rows: str) -> LetterboxdExport:
    """Write a Letterboxd ratings.csv."""
    folder.mkdir(exist_ok=True)
    lines = ["Date,Name,Year,Letterboxd URI,Rating", *rows]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return LetterboxdExport(folder / "ratings.csv")


def bring_own(world: World, data: LetterboxdExport, user: int) -> ImportReport:
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        report = services.imports.letterboxd(data, "ratings.csv", user, lambda _n: None)
    assert_adds_up(report)
    return report


def outcomes(report: ImportReport) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "ambiguous", "not_found", "invalid", "skipped_not_film")
    return {name: n for name in names if (n := getattr(report, name))}


def assert_adds_up(report: ImportReport) -> None:
    assert sum(outcomes(report).values()) == report.rows
    told = Counter(problem.outcome for problem in report.problems)
    for outcome in ("ambiguous", "not_found", "skipped_not_film"):
        assert told[outcome] == getattr(report, outcome)


def my_ratings(world: World, user: int) -> dict[str, int]:
    """Return someone's scores by English title."""
    with world.session() as session:
        query = select(Movie.title_en, Rating.score).join(Rating, Rating.movie_id == Movie.id)
        return {row[0]: row[1] for row in session.execute(query.where(Rating.user_id == user))}


def everything(world: World) -> dict[str, object]:
    """Return the content of the tables that imports write."""
    models = (User, Movie, MovieTitle, Genre, Rating, RatingChange, ImportBatch)
    return {model.__name__: world.table(model) for model in models}


class SlowCounter(Counter[str]):
    """Takes its time between reading a count and writing it back."""

    def __getitem__(self, key: str) -> int:
        """Return a count, a moment later."""
        count = super().__getitem__(key)
        time.sleep(0.1)
        return count


class TestMovieLens:
    def test_films_come_with_their_ids_titles_and_genres(self, world: World, importer: int, tmp_path: Path) -> None:
        report = bring_in(world, dataset(tmp_path / "ml"), importer)
        assert (report.films_read, report.films_created, report.users_created) == (4, 4, 2)
        films = {row["movielens_id"]: row for row in world.table(Movie)}
        assert (films[6]["title_en"], films[6]["year"], films[6]["imdb_id"]) == ("Heat", 1995, "tt0113277")
        assert (films[6]["tmdb_id"], films[6]["n_ratings"], films[1]["n_ratings"]) == (949, 1, 2)
        assert (films[40697]["title_en"], films[40697]["year"], films[40697]["tmdb_id"]) == ("Babylon 5", None, None)
        titles = {(row["movie_id"], row["title"]) for row in world.table(MovieTitle)}
        assert (films[29]["id"], "The City of Lost Children") in titles
        assert (films[29]["id"], "La Cité des enfants perdus") in titles
        assert {"adventure", "science-fiction", "family"} <= {row["slug"] for row in world.table(Genre)}

    def test_ratings_come_as_those_of_public_users_named_after_their_numbers(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        report = bring_in(world, dataset(tmp_path / "ml"), importer)
        assert outcomes(report) == {"created": 4}
        users = {row["username"]: row for row in world.table(User)}
        assert (users["ml-1"]["source"], users["ml-1"]["privacy"]) == ("movielens", "public")
        with world.camflix.transaction(writes=False) as services:
            page = services.ratings.page(services.users.id_of("ml-2"), "ml-2")
        assert [(rated.movie.title_en, rated.score, rated.source) for rated in page.ratings] == [
            ("The City of Lost Children", 100, "movielens"),
            ("Toy Story", 50, "movielens"),
        ]
        assert page.ratings[0].updated_at == datetime(2015, 10, 24, 19, 27, 15, tzinfo=UTC)

    def test_a_second_time_nothing_is_created(self, world: World, importer: int, tmp_path: Path) -> None:
        data = dataset(tmp_path / "ml")
        bring_in(world, data, importer)
        before = everything(world)
        report = bring_in(world, data, importer)
        assert outcomes(report) == {"unchanged": 4}
        assert (report.films_created, report.users_created) == (0, 0)
        after = everything(world)
        assert {name: rows for name, rows in after.items() if name != "ImportBatch"} == {
            name: rows for name, rows in before.items() if name != "ImportBatch"
        }

    def test_a_rating_given_twice_ends_as_the_newest(self, world: World, importer: int, tmp_path: Path) -> None:
        ratings = "userId,movieId,rating,timestamp\n1,6,1.0,2000\n1,6,5.0,3000\n1,6,2.0,1000\n1,6,5.0,4000\n"
        report = bring_in(world, dataset(tmp_path / "ml", ratings=ratings), importer)
        assert outcomes(report) == {"created": 1, "updated": 1, "unchanged": 2}
        with world.camflix.transaction(writes=False) as services:
            assert [r.score for r in services.ratings.page(services.users.id_of("ml-1"), "ml-1").ratings] == [100]

    def test_a_rating_of_a_film_that_the_set_does_not_have_is_not_found(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        report = bring_in(world, dataset(tmp_path / "ml", ratings=RATINGS + "3,777,4.0,964982703\n"), importer)
        assert outcomes(report) == {"created": 4, "not_found": 1}
        (problem,) = report.problems
        assert (problem.file, problem.line, problem.outcome) == ("ratings.csv", 6, "not_found")
        assert "777" in problem.message
        assert report.users_created == 2

    def test_bad_rows_are_told_with_their_line_and_stop_nothing(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        bad = "x,1,4.0,1\n1,6,7.5,964982703\n3,6\n3,6,4.0,yesterday\n\n3,6,4.0,964982703\n"
        report = bring_in(world, dataset(tmp_path / "ml", ratings=RATINGS + bad), importer)
        assert outcomes(report) == {"created": 5, "invalid": 4}
        assert [problem.line for problem in report.problems] == [6, 7, 8, 9]
        assert all(problem.message for problem in report.problems)

    def test_a_bad_film_is_told_but_is_no_row_and_its_ratings_are_not_found(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        movies = MOVIES.replace("6,Heat (1995)", "six,Heat (1995)")
        report = bring_in(world, dataset(tmp_path / "ml", movies=movies), importer)
        assert outcomes(report) == {"created": 3, "not_found": 1}
        assert (report.rows, report.films_read, report.films_created) == (4, 4, 3)
        assert [(problem.file, problem.outcome) for problem in report.problems] == [
            ("movies.csv", "invalid"),
            ("ratings.csv", "not_found"),
        ]

    def test_two_films_with_one_link_both_stay_each_with_its_ratings(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        movies = MOVIES + "64,Heat again (1995),Drama\n"
        links = LINKS + "64,0113277,949\n"
        data = dataset(tmp_path / "ml", movies=movies, links=links, ratings=RATINGS + "9,64,3.0,1\n")
        assert bring_in(world, data, importer).films_created == 5
        films = {row["movielens_id"]: row for row in world.table(Movie)}
        assert (films[6]["tmdb_id"], films[64]["tmdb_id"], films[64]["imdb_id"]) == (949, None, None)
        assert (films[6]["n_ratings"], films[64]["n_ratings"]) == (1, 1)
        assert bring_in(world, data, importer).films_created == 0

    def test_a_film_listed_twice_is_one(self, world: World, importer: int, tmp_path: Path) -> None:
        report = bring_in(world, dataset(tmp_path / "ml", movies=MOVIES + "6,Heat (1995),Crime\n"), importer)
        assert (report.films_read, report.films_created) == (5, 4)

    def test_a_film_that_the_catalogue_has_from_elsewhere_is_completed(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        heat = world.film("Heat (Director's Cut)", None, tmdb_id=949, title_fr="Heat")
        report = bring_in(world, dataset(tmp_path / "ml"), importer)
        assert report.films_created == 3
        row = next(row for row in world.table(Movie) if row["id"] == heat)
        assert (row["title_en"], row["title_fr"], row["year"]) == ("Heat (Director's Cut)", "Heat", 1995)
        assert (row["movielens_id"], row["imdb_id"], row["n_ratings"]) == (6, "tt0113277", 1)
        with world.session() as session:
            genres = session.get_one(Movie, heat).genres
            assert [genre.slug for genre in genres] == ["action", "crime", "thriller"]
            kinds = {title.title: title.kind for title in session.get_one(Movie, heat).titles}
        assert kinds == {"Heat (Director's Cut)": "main", "Heat": "french"}

    @pytest.mark.long
    def test_films_of_the_sample_are_not_doubled(self, world: World, importer: int, tmp_path: Path) -> None:
        with world.camflix.transaction(writes=True) as services:
            services.demo.load()
        known = {film.movielens_id: film for film in sample.films()}
        report = bring_in(world, dataset(tmp_path / "ml"), importer)
        assert report.films_created == len([number for number in (1, 6, 29, 40697) if number not in known])
        assert outcomes(report) == {"created": 4}

    def test_more_films_than_one_block_and_more_ratings_than_one_chunk(
        self, world: World, importer: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(imports_module, "_CHUNK", 100)
        movies = "movieId,title,genres\n" + "".join(f"{n},Film {n} (1990),Drama\n" for n in range(1, 1102))
        rows = [f"{n % 7 + 1},{n},{n % 10 / 2 + 0.5},{n}\n" for n in range(1, 1102)]
        rows += rows[:150]
        data = dataset(tmp_path / "ml", movies, "userId,movieId,rating,timestamp\n" + "".join(rows), None)
        progress: list[int] = []
        with world.camflix.transaction(writes=True) as services:
            report = services.imports.movielens(data, "ml", importer, progress.append)
        assert (report.films_created, report.rows) == (1101, 1251)
        assert outcomes(report) == {"created": 1101, "unchanged": 150}
        assert progress == [*range(100, 1251, 100), 1251]

    @pytest.mark.long
    def test_rows_counted_while_a_chunk_is_being_written_are_not_lost(
        self, world: World, importer: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tally = imports_module._Tally
        lines = [f"{number},1,4.0,964982703\n" for number in range(1, 26)]
        # Each of the last five once more, of the same moment: read while the ten before are being written.
        data = dataset(tmp_path / "ml", ratings="userId,movieId,rating,timestamp\n" + "".join(lines + lines[-5:]))
        bring_in(world, data, importer)
        monkeypatch.setattr(imports_module, "_CHUNK", 10)
        monkeypatch.setattr(imports_module, "_Tally", lambda: tally(SlowCounter()))
        assert outcomes(bring_in(world, data, importer)) == {"unchanged": 30}

    def test_problems_are_counted_all_but_only_a_thousand_are_told(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        rows = "".join(f"1,{n},x,1\n" for n in range(1500))
        report = bring_in(world, dataset(tmp_path / "ml", ratings=RATINGS + rows), importer)
        assert (report.invalid, len(report.problems), report.n_problems_left_out) == (1500, 1000, 500)

    def test_bad_films_are_told_a_thousand_at_the_most_too(self, world: World, importer: int, tmp_path: Path) -> None:
        movies = MOVIES + "".join(f"x{n},Film,Drama\n" for n in range(1500))
        report = bring_in(world, dataset(tmp_path / "ml", movies=movies), importer)
        assert (report.rows, len(report.problems), report.n_problems_left_out) == (4, 1000, 500)

    @pytest.mark.parametrize(
        "film",
        [
            "50," + "%" * 400 + " (1999),Drama",
            "50," + "ﷺ" * 100 + " (1999),Drama",
            "50,Long genre (1999)," + "x" * 60 + "|Drama",
            "50,Many genres (1999)," + "|".join(f"genre{n}" for n in range(60)),
            "50,$ (1971),Crime",
            "50,??? (1971),Crime",
        ],
        ids=["percents", "ligatures", "long genre", "genres", "dollar", "question"],
    )
    def test_an_odd_film_neither_stops_the_others_nor_is_lost_in_silence(
        self, world: World, importer: int, tmp_path: Path, film: str
    ) -> None:
        report = bring_in(world, dataset(tmp_path / "ml", movies=MOVIES + film + "\n"), importer)
        assert report.films_read == 5
        assert report.films_created + len(report.problems) == 5

    def test_a_batch_remembers_what_became_of_the_rows(self, world: World, importer: int, tmp_path: Path) -> None:
        data = dataset(tmp_path / "ml", ratings=RATINGS + "1,777,4.0,1\n1,6,9,1\n")
        report = bring_in(world, data, importer)
        batch = next(row for row in world.table(ImportBatch) if row["id"] == report.batch_id)
        assert (batch["source"], batch["file_name"], batch["user_id"]) == ("movielens", "ml-test", importer)
        assert (batch["n_rows"], batch["n_created"], batch["n_not_found"], batch["n_invalid"]) == (6, 4, 1, 1)
        assert batch["finished_at"] is not None
        assert batch["undone_at"] is None
        ids = [row["id"] for row in world.table(RatingChange) if row["import_batch_id"] == report.batch_id]
        assert len(ids) == 4
        assert (ids[0], ids[-1]) == (batch["first_change_id"], batch["last_change_id"])

    @pytest.mark.long
    def test_the_real_small_set_comes_in_whole(self, world: World, importer: int, movielens_folder: Path) -> None:
        report = bring_in(world, MovieLensDataset(movielens_folder), importer)
        assert outcomes(report) == {"created": 100_836}
        assert (report.films_read, report.films_created, report.users_created) == (9742, 9742, 610)
        assert bring_in(world, MovieLensDataset(movielens_folder), importer).created == 0
        undone = world.undo(importer)
        assert (undone.n_ratings, undone.n_kept) == (100_836, 0)


@dataclass
class Broken:
    """A data set that fails after so many ratings, as a disk or an archive does."""

    inner: MovieLensDataset
    n_good: int
    read: list[RatingRow | Problem] = field(default_factory=list)

    @property
    def ratings_name(self) -> str:
        return self.inner.ratings_name

    def films(self) -> Iterator[FilmRow | Problem]:
        return self.inner.films()

    def ratings(self) -> Iterator[RatingRow | Problem]:
        for number, row in enumerate(self.inner.ratings()):
            if number == self.n_good:
                msg = "the cable was pulled"
                raise OSError(msg)
            yield row


@pytest.mark.parametrize("n_good", [0, 1, 3])
def test_a_failure_in_the_middle_leaves_nothing(
    world: World, importer: int, tmp_path: Path, n_good: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports_module, "_CHUNK", 1)
    before = everything(world)
    broken = Broken(dataset(tmp_path / "ml"), n_good)
    with pytest.raises(OSError, match="cable"), world.camflix.transaction(writes=True) as services:
        services.imports.movielens(broken, "ml", importer, lambda _n: None)  # type: ignore[arg-type]
    assert everything(world) == before
    assert outcomes(bring_in(world, dataset(tmp_path / "ml"), importer)) == {"created": 4}


class TestLetterboxd:
    @pytest.fixture
    def catalogue(self, world: World, importer: int) -> int:
        """Return who imports, into a catalogue of a few films that are easily mistaken."""
        world.film("Heat", 1995)
        world.film("Amélie", 2001, title_fr="Le Fabuleux Destin d'Amélie Poulain")
        world.film("Mother!", 2017)
        world.film("Mother", 2017)
        world.film("The Thing", 1982)
        world.film("The Thing", 2011)
        world.film("Seven Samurai", 1954, title_original="七人の侍", other_titles=("Shichinin no samurai",))
        return importer

    @pytest.mark.parametrize(
        ("row", "title"),
        [
            ("2020-01-01,Heat,1995,,4.5", "Heat"),
            ("2020-01-01,HEAT,1995,,4.5", "Heat"),
            ("2020-01-01,amelie,2001,,4.5", "Amélie"),
            ("2020-01-01,Le fabuleux destin d’Amélie Poulain,2001,,4.5", "Amélie"),
            ("2020-01-01,Mother!,2017,,4.5", "Mother!"),
            ("2020-01-01,Mother,2017,,4.5", "Mother"),
            ("2020-01-01,The Thing,2011,,4.5", "The Thing"),
            ("2020-01-01,七人の侍,1954,,4.5", "Seven Samurai"),
            ("2020-01-01,Shichinin no Samurai,1954,,4.5", "Seven Samurai"),
            ("2020-01-01,  Heat  ,1995,https://boxd.it/2a2k,4.5", "Heat"),
        ],
    )
    def test_a_title_and_its_year_mean_one_film(
        self, world: World, catalogue: int, tmp_path: Path, row: str, title: str
    ) -> None:
        report = bring_own(world, export(tmp_path / "lb", row), catalogue)
        assert outcomes(report) == {"created": 1}
        assert my_ratings(world, catalogue) == {title: 90}

    @pytest.mark.parametrize(
        ("row", "candidates"),
        [
            ("2020-01-01,Heat,1996,,4.5", ["Heat"]),
            ("2020-01-01,Heat,1994,,4.5", ["Heat"]),
            ("2020-01-01,Heat,,,4.5", ["Heat"]),
            ("2020-01-01,The Thing,,,4.5", ["The Thing", "The Thing"]),
            ("2020-01-01,MOTHER,2017,,4.5", ["Mother!", "Mother"]),
        ],
    )
    def test_a_doubtful_one_is_ambiguous_with_the_films_it_may_mean(
        self, world: World, catalogue: int, tmp_path: Path, row: str, candidates: list[str]
    ) -> None:
        report = bring_own(world, export(tmp_path / "lb", row), catalogue)
        assert outcomes(report) == {"ambiguous": 1}
        (problem,) = report.problems
        assert [movie.title_en for movie in problem.candidates] == candidates
        assert (problem.file, problem.line) == ("ratings.csv", 2)
        assert candidates[0] in problem.message
        assert my_ratings(world, catalogue) == {}

    @pytest.mark.parametrize("row", ["2020-01-01,Nosferatu,1922,,4.5", "2020-01-01,Heat,1972,,4.5", "2020-01-01,!,,,1"])
    def test_what_the_catalogue_does_not_have_is_not_found(
        self, world: World, catalogue: int, tmp_path: Path, row: str
    ) -> None:
        report = bring_own(world, export(tmp_path / "lb", row), catalogue)
        assert outcomes(report) == {"not_found": 1}
        assert report.problems[0].candidates == ()

    def test_the_most_rated_candidate_comes_first(self, world: World, catalogue: int, tmp_path: Path) -> None:
        with world.camflix.transaction(writes=False) as services:
            newer = services.movies.resolve("The Thing (2011)").id
        world.rate(world.user("zoe"), newer, 50)
        report = bring_own(world, export(tmp_path / "lb", "2020-01-01,The Thing,,,4.5"), catalogue)
        assert [movie.year for movie in report.problems[0].candidates] == [2011, 1982]

    def test_two_rows_that_would_mean_one_film_are_not_both_taken(
        self, world: World, catalogue: int, tmp_path: Path
    ) -> None:
        """One of them must mean a film that the catalogue does not have."""
        rows = ("2020-01-01,Amélie,2001,,4.5", "2020-01-01,Le fabuleux destin d'Amélie Poulain,2001,,1")
        report = bring_own(world, export(tmp_path / "lb", *rows), catalogue)
        assert outcomes(report) == {"created": 1, "ambiguous": 1}
        assert "est le film d’une autre ligne" in report.problems[0].message
        assert my_ratings(world, catalogue) == {"Amélie": 90}
        assert [movie.title_en for movie in report.problems[0].candidates] == ["Amélie"]

    def test_the_same_film_twice_ends_as_the_newest_row(self, world: World, catalogue: int, tmp_path: Path) -> None:
        rows = ("2021-01-01,Heat,1995,,1", "2022-01-01,Heat,1995,,5", "2020-01-01,Heat,1995,,3")
        report = bring_own(world, export(tmp_path / "lb", *rows), catalogue)
        assert outcomes(report) == {"created": 1, "updated": 1, "unchanged": 1}
        assert my_ratings(world, catalogue) == {"Heat": 100}

    def test_a_score_said_again_later_is_newer_than_another_between_and_the_same_file_changes_nothing(
        self, world: World, catalogue: int, tmp_path: Path
    ) -> None:
        rows = ("2021-01-01,Heat,1995,,3", "2021-02-01,Heat,1995,,3", "2021-01-15,Heat,1995,,2.5")
        assert outcomes(bring_own(world, export(tmp_path / "lb", *rows), catalogue)) == {"created": 1, "unchanged": 2}
        before = world.table(Rating)
        assert outcomes(bring_own(world, export(tmp_path / "lb2", *rows), catalogue)) == {"unchanged": 3}
        assert (world.table(Rating), my_ratings(world, catalogue)) == (before, {"Heat": 60})

    def test_a_score_given_here_again_is_newer_than_a_file_of_the_time_between(
        self, world: World, catalogue: int, tmp_path: Path
    ) -> None:
        with world.camflix.transaction(writes=False) as services:
            heat = services.movies.resolve("Heat").id
        bring_own(world, export(tmp_path / "lb", "2021-01-01,Heat,1995,,3"), catalogue)
        world.rate(catalogue, heat, 60)
        report = bring_own(world, export(tmp_path / "lb2", "2022-01-01,Heat,1995,,1"), catalogue)
        assert (outcomes(report), my_ratings(world, catalogue)) == ({"unchanged": 1}, {"Heat": 60})

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Paris", "Pacific/Auckland", "UTC"])
    def test_a_day_of_a_file_is_that_day_where_its_owner_lives(
        self, world: World, catalogue: int, tmp_path: Path, zone: str
    ) -> None:
        with world.session() as session:
            session.execute(update(User).where(User.id == catalogue).values(time_zone=zone))
        bring_own(world, export(tmp_path / "lb", "2024-01-01,Heat,1995,,3"), catalogue)
        (rated,) = (row for row in world.table(Rating) if row["user_id"] == catalogue)
        at = rated["created_at"]
        assert isinstance(at, datetime)
        assert at.date() == at.astimezone(ZoneInfo(zone)).date() == date(2024, 1, 1)

    def test_of_two_scores_of_one_moment_the_last_in_the_file_counts_each_time(
        self, world: World, catalogue: int, tmp_path: Path
    ) -> None:
        rows = ("2021-01-01,Heat,1995,,1", "2021-01-01,Heat,1995,,5", "2021-01-01,Heat,1995,,2")
        assert outcomes(bring_own(world, export(tmp_path / "lb", *rows), catalogue)) == {"created": 1, "unchanged": 2}
        assert my_ratings(world, catalogue) == {"Heat": 40}
        assert outcomes(bring_own(world, export(tmp_path / "lb2", *rows), catalogue)) == {"unchanged": 3}
        assert my_ratings(world, catalogue) == {"Heat": 40}

    def test_a_score_given_here_since_is_newer_than_the_file(
        self, world: World, catalogue: int, tmp_path: Path
    ) -> None:
        with world.camflix.transaction(writes=False) as services:
            heat = services.movies.resolve("Heat").id
        world.rate(catalogue, heat, 42)
        assert outcomes(bring_own(world, export(tmp_path / "lb", "2020-01-01,Heat,1995,,1"), catalogue)) == {
            "unchanged": 1
        }
        assert my_ratings(world, catalogue) == {"Heat": 42}

    def test_a_row_without_its_date_counts_as_given_now(self, world: World, catalogue: int, tmp_path: Path) -> None:
        bring_own(world, export(tmp_path / "lb", ",Heat,1995,,1"), catalogue)
        row = next(row for row in world.table(Rating) if row["user_id"] == catalogue)
        assert row["created_at"] == world.clock()

    def test_a_date_long_ago_is_kept_and_disturbs_nobody(self, world: World, catalogue: int, tmp_path: Path) -> None:
        report = bring_own(world, export(tmp_path / "lb", "0202-01-01,Heat,1995,,1"), catalogue)
        assert report.rows == 1
        with world.camflix.transaction(writes=False) as services:
            services.ratings.page(catalogue, "importer")

    def test_every_kind_of_row_is_accounted_for(self, world: World, catalogue: int, tmp_path: Path) -> None:
        rows = [
            "2020-01-01,Heat,1995,,4.5",
            "2020-01-01,Heat,1996,,4.5",
            "2020-01-01,Nosferatu,1922,,4.5",
            "2020-01-01,Mother!,2017,,7",
            "not a date,Mother!,2017,,3",
            "2020-01-01,,2017,,3",
            "2020-01-01,Mother!,2017",
        ]
        report = bring_own(world, export(tmp_path / "lb", *rows), catalogue)
        assert outcomes(report) == {"created": 1, "ambiguous": 1, "not_found": 1, "invalid": 4}
        assert [problem.line for problem in report.problems] == [3, 4, 5, 6, 7, 8]
        assert (report.films_read, report.films_created, report.users_created) == (0, 0, 0)

    def test_problems_are_told_in_the_readers_language(self, world: World, catalogue: int, tmp_path: Path) -> None:
        data = export(tmp_path / "lb", "2020-01-01,Nosferatu,1922,,4.5")
        assert "catalogue" in bring_own(world, data, catalogue).problems[0].message
        i18n.use_language("en")
        assert "is not in the catalogue" in bring_own(world, data, catalogue).problems[0].message

    def test_more_rows_than_one_block_with_progress(self, world: World, catalogue: int, tmp_path: Path) -> None:
        films = world.films(620)
        rows = [f"2020-01-01,Film {n + 1},{1950 + n % 70},,{n % 10 / 2 + 0.5}" for n in range(len(films))]
        progress: list[int] = []
        with world.camflix.transaction(writes=True) as services:
            data = export(tmp_path / "lb", *rows)
            report = services.imports.letterboxd(data, "ratings.csv", catalogue, progress.append)
        # Films 1 and 2 are there twice: those that bob rated, and these.
        assert outcomes(report) == {"created": 618, "ambiguous": 2}
        assert progress == [500, 620]

    def test_what_someone_else_brings_in_is_theirs(self, world: World, catalogue: int, tmp_path: Path) -> None:
        zoe = world.user("zoe")
        bring_own(world, export(tmp_path / "a", "2020-01-01,Heat,1995,,4.5"), catalogue)
        bring_own(world, export(tmp_path / "b", "2020-01-01,Heat,1995,,1"), zoe)
        assert my_ratings(world, catalogue) == {"Heat": 90}
        assert my_ratings(world, zoe) == {"Heat": 20}


_TITLES = st.sampled_from(["Heat", "heat", "HEAT!", "Mother", "Mother!", "Nosferatu", "Amélie", "Amelie", "", "  "])
_YEARS = st.sampled_from(["1995", "1996", "2017", "2001", "", "x", "1850"])
_STARS = st.sampled_from(["0.5", "5", "3.5", "0", "6", "3.3", "", "five"])
_DATES = st.sampled_from(["2020-01-01", "0001-01-01", "2021-06-30", "", "2020-13-01", "yesterday"])


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(rows=st.lists(st.tuples(_DATES, _TITLES, _YEARS, _STARS), max_size=12))
def test_counts_add_up_to_the_rows_whatever_the_file(
    world: World, tmp_path: Path, rows: list[tuple[str, str, str, str]]
) -> None:
    class RolledBackError(Exception):
        pass

    def act(services: Services) -> None:
        session = services.users._session
        user = services.users.add("importer").id
        films = [("Heat", 1995), ("Mother!", 2017), ("Mother", 2017), ("Amélie", 2001)]
        CatalogueWriter(session, world.clock).write(FilmRow(2, *film) for film in films)
        data = export(tmp_path / "lb", *(f"{date},{title},{year},,{stars}" for date, title, year, stars in rows))
        report = services.imports.letterboxd(data, "ratings.csv", user, lambda _n: None)
        assert_adds_up(report)
        assert report.rows == len(rows)
        assert len(report.problems) == report.rows - report.created - report.updated - report.unchanged
        session.flush()
        assert_sound(session)
        again = services.imports.letterboxd(data, "ratings.csv", user, lambda _n: None)
        assert (again.rows, again.created) == (report.rows, 0)
        raise RolledBackError

    with pytest.raises(RolledBackError), world.camflix.transaction(writes=True) as services:
        act(services)


class TestMeanwhile:
    """On PostgreSQL others go on rating while an import runs; on SQLite they wait for it."""

    def test_a_rating_that_is_not_committed_yet_is_counted_by_whoever_comes_last(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        if world.camflix._engine.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer at a time")
        film = world.film("Heat", 1995)
        zoe, rated = world.user("zoe"), threading.Event()
        done: list[ImportReport] = []

        def import_heat() -> None:
            rated.wait(10)
            with world.camflix.transaction(writes=True) as services:
                data = export(tmp_path / "lb", "2020-01-01,Heat,1995,,4.5")
                done.append(services.imports.letterboxd(data, "ratings.csv", importer, lambda _n: None))

        thread = threading.Thread(target=import_heat)
        thread.start()
        with world.camflix.transaction(writes=True) as services:
            services.ratings.rate(zoe, film, 50, None)
            rated.set()
            wait_for_a_lock(world)
        thread.join(10)
        assert outcomes(done[0]) == {"created": 1}
        with world.camflix.transaction(writes=False) as services:
            assert services.movies.get(film).n_ratings == 2

    def test_someone_who_rates_during_their_own_import_loses_nothing(
        self, world: World, importer: int, tmp_path: Path
    ) -> None:
        if world.camflix._engine.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer at a time")
        film = world.film("Heat", 1995)
        imported = threading.Event()

        def rate() -> None:
            imported.wait(10)
            world.rate(importer, film, 10)

        thread = threading.Thread(target=rate)
        thread.start()
        with world.camflix.transaction(writes=True) as services:
            data = export(tmp_path / "lb", "2020-01-01,Heat,1995,,4.5")
            services.imports.letterboxd(data, "ratings.csv", importer, lambda _n: None)
            imported.set()
            wait_for_a_lock(world)
        thread.join(10)
        assert my_ratings(world, importer) == {"Heat": 10}


def wait_for_a_lock(world: World) -> None:
    """Wait until another connection waits for this one's locks."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while datetime.now(UTC) < deadline:
        with world.camflix._engine.connect() as connection:
            if connection.exec_driver_sql(query).scalar():
                return
        time.sleep(0.01)


def test_of_one_moment_the_last_counts_whatever_stands_between_and_the_same_file_changes_nothing(
    world: World, importer: int, tmp_path: Path
) -> None:
    bring_in(world, dataset(tmp_path / "films", ratings="userId,movieId,rating,timestamp\n"), importer)
    rows = (
        "2024-01-01,Toy Story,1995,https://boxd.it/1,3",
        "2024-01-01,Heat,1995,https://boxd.it/2,1",
        "2024-01-02,Heat,1995,https://boxd.it/2,2",
        "2024-01-01,Toy Story,1995,https://boxd.it/1,4",
    )
    bring_own(world, export(tmp_path / "own", *rows), importer)
    scores, changes = my_ratings(world, importer), world.table(RatingChange)

    assert outcomes(bring_own(world, export(tmp_path / "own", *rows), importer)) == {"unchanged": 4}
    assert scores["Toy Story"] == 80
    assert my_ratings(world, importer) == scores
    assert world.table(RatingChange) == changes
    # Another file may say another score of that day.
    assert outcomes(bring_own(world, export(tmp_path / "own", rows[0].replace(",3", ",5")), importer)) == {"updated": 1}


def test_what_an_import_that_was_taken_back_had_in_it_says_nothing_of_the_next(
    world: World, importer: int, tmp_path: Path
) -> None:
    bring_in(world, dataset(tmp_path / "films", ratings="userId,movieId,rating,timestamp\n"), importer)
    three, four = (f"2024-01-01,Toy Story,1995,https://boxd.it/1,{stars}" for stars in (3, 4))
    between = ("2024-01-01,Heat,1995,https://boxd.it/2,1", "2024-01-02,Heat,1995,https://boxd.it/2,2")
    bring_own(world, export(tmp_path / "own", three, *between, four), importer)
    world.undo(importer)
    bring_own(world, export(tmp_path / "own", four), importer)

    assert outcomes(bring_own(world, export(tmp_path / "own", three), importer)) == {"updated": 1}


def test_what_was_removed_by_hand_stays_removed_until_a_newer_row_or_the_import_is_taken_back(
    world: World, importer: int, tmp_path: Path
) -> None:
    bring_in(world, dataset(tmp_path / "films", ratings="userId,movieId,rating,timestamp\n"), importer)
    old = export(tmp_path / "own", "2024-01-01,Heat,1995,https://boxd.it/2,4")
    bring_own(world, old, importer)
    with world.session() as session:
        heat = session.scalars(select(Movie.id).where(Movie.title_en == "Heat")).one()
    world.remove(importer, heat)

    assert outcomes(bring_own(world, old, importer)) == {"unchanged": 1}
    assert "Heat" not in my_ratings(world, importer)
    newer = export(tmp_path / "newer", f"{world.clock() + timedelta(days=1):%Y-%m-%d},Heat,1995,https://boxd.it/2,5")
    world.tick(days=2)
    assert outcomes(bring_own(world, newer, importer)) == {"created": 1}
    world.undo(importer)
    assert outcomes(bring_own(world, newer, importer)) == {"created": 1}, "that was no wish to be rid of it"


def test_what_was_said_again_by_hand_stays_when_its_import_is_taken_back(
    world: World, importer: int, tmp_path: Path
) -> None:
    bring_in(world, dataset(tmp_path / "films", ratings="userId,movieId,rating,timestamp\n"), importer)
    rows = ("2024-01-01,Heat,1995,https://boxd.it/2,4", "2024-01-01,Toy Story,1995,https://boxd.it/1,3")
    bring_own(world, export(tmp_path / "own", *rows), importer)
    with world.session() as session:
        heat = session.scalars(select(Movie.id).where(Movie.title_en == "Heat")).one()
    world.rate(importer, heat, 80)
    undone = world.undo(importer)

    assert (undone.n_ratings, undone.n_kept) == (1, 1)
    scores = my_ratings(world, importer)
    assert scores["Heat"] == 80
    assert "Toy Story" not in scores
