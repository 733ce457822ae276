"""Undo: what was there before comes back exactly, a whole import included, and a later choice of the person's stays."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from camflix.db.engine import write_options
from camflix.db.schema import ensure_schema
from camflix.errors import NotFoundError
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.movielens import MovieLensDataset
from camflix.importers.rows import FilmRow
from camflix.models import Base, ImportBatch, Movie, Rating, RatingChange, UserSource
from camflix.services.catalogue import CatalogueWriter
from camflix.services.container import Services
from camflix.services.engine import ModelCache
from tests.services.world import assert_sound

if TYPE_CHECKING:
    from camflix.bootstrap import CamFlix
    from camflix.results import ImportReport, Undone
    from tests.services.world import World

Pair: TypeAlias = tuple[int, int]
State: TypeAlias = tuple[int, datetime, datetime, str]
"""Score, first rated, last changed, source."""


@pytest.fixture
def ann(world: World) -> int:
    """Return someone in a world where bob has rated too."""
    bob = world.user("bob")
    world.rate_all(bob, dict.fromkeys(world.films(3), 33))
    return world.user("ann")


def rating(world: World, user: int) -> dict[str, object] | None:
    return next((row for row in world.table(Rating) if row["user_id"] == user), None)


def letterboxd(world: World, user: int, folder: Path, *rows: str) -> ImportReport:
    """Import a file of ratings of one's own."""
    world.tick()
    file = folder / "ratings.csv"
    lines = ["Date,Name,Year,Letterboxd URI,Rating", *rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with world.camflix.transaction(writes=True) as services:
        return services.imports.letterboxd(LetterboxdExport(file), file.name, user, lambda _n: None)


class TestOneRating:
    def test_a_first_rating_goes_away(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 95)
        undone = world.undo(ann)
        assert (undone.kind, undone.n_ratings, undone.n_kept, undone.source) == ("rating", 1, 0, "camflix")
        assert undone.movie is not None
        assert undone.movie.title == "Heat"
        assert rating(world, ann) is None

    def test_a_changed_score_comes_back_with_its_days_and_source(self, world: World, ann: int, tmp_path: Path) -> None:
        film = world.film("Heat", 1995)
        letterboxd(world, ann, tmp_path, "2020-03-04,Heat,1995,,4.5")
        before = rating(world, ann)
        assert before is not None
        assert (before["score"], before["source"], before["created_at"]) == (
            90,
            "letterboxd",
            datetime(2020, 3, 4, tzinfo=UTC),
        )
        world.rate(ann, film, 10)
        assert rating(world, ann) != before
        world.undo(ann)
        assert rating(world, ann) == before

    def test_a_removed_rating_comes_back_as_it_was(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 95)
        world.tick(days=2)
        world.rate(ann, film, 90)
        before = rating(world, ann)
        world.remove(ann, film)
        world.undo(ann)
        assert rating(world, ann) == before

    def test_again_and_again_walks_back_to_the_beginning(self, world: World, ann: int) -> None:
        heat, alien = world.film("Heat"), world.film("Alien", 1979)
        world.rate(ann, heat, 10)
        world.rate(ann, alien, 20)
        world.rate(ann, heat, 30)
        world.remove(ann, alien)
        undone = [world.undo(ann) for _ in range(4)]
        assert [movie.title for movie in (step.movie for step in undone) if movie] == ["Alien", "Heat", "Alien", "Heat"]
        assert rating(world, ann) is None
        with pytest.raises(NotFoundError, match="nothing to undo"):
            world.undo(ann)

    def test_after_an_undo_one_goes_on_rating(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 10)
        world.undo(ann)
        world.rate(ann, film, 20)
        world.rate(ann, film, 30)
        world.undo(ann)
        row = rating(world, ann)
        assert row is not None
        assert row["score"] == 20
        world.undo(ann)
        assert rating(world, ann) is None
        with pytest.raises(NotFoundError):
            world.undo(ann)

    def test_it_is_recorded_and_says_what_it_reverts(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        world.rate(ann, film, 10)
        world.undo(ann)
        rated, reverted = (row for row in world.table(RatingChange) if row["user_id"] == ann)
        assert (reverted["source"], reverted["reverts_change_id"]) == ("undo", rated["id"])
        assert (reverted["old_score"], reverted["new_score"]) == (10, None)

    def test_what_others_did_is_theirs(self, world: World, ann: int) -> None:
        film = world.film("Heat")
        zoe = world.user("zoe")
        world.rate(ann, film, 10)
        world.rate(zoe, film, 20)
        with pytest.raises(NotFoundError, match="nothing to undo"):
            world.undo(world.user("newcomer"))
        world.undo(ann)
        row = rating(world, zoe)
        assert row is not None
        assert row["score"] == 20


class TestImports:
    def test_all_it_created_goes_away_and_all_it_changed_comes_back(
        self, world: World, ann: int, tmp_path: Path
    ) -> None:
        heat = world.film("Heat", 1995)
        world.film("Alien", 1979)
        world.rate(ann, heat, 42)
        before = rating(world, ann)
        report = letterboxd(world, ann, tmp_path, "2026-11-23,Heat,1995,,5", "2026-11-23,Alien,1979,,4")
        assert (report.created, report.updated) == (1, 1)
        undone = world.undo(ann)
        assert (undone.kind, undone.movie, undone.n_ratings, undone.n_kept) == ("import", None, 2, 0)
        assert undone.source == "letterboxd"
        assert [row for row in world.table(Rating) if row["user_id"] == ann] == [before]
        assert all(row["undone_at"] is not None for row in world.table(ImportBatch))

    def test_ratings_that_were_changed_since_are_kept(self, world: World, tmp_path: Path) -> None:
        importer = world.user("importer")
        movielens(world, tmp_path, importer, [(1, 1, 5.0), (1, 2, 4.0), (2, 1, 3.0)])
        with world.camflix.transaction(writes=False) as services:
            rater = services.users.id_of("ml-1")
            film = services.movies.resolve("ml:1").id
        world.rate(rater, film, 7)
        undone = world.undo(importer)
        assert (undone.n_ratings, undone.n_kept) == (2, 1)
        assert [(row["user_id"], row["score"]) for row in world.table(Rating)] == [(rater, 7)]
        with pytest.raises(NotFoundError):
            world.undo(importer)

    def test_one_that_changed_since_but_was_put_back_is_not_kept(self, world: World, tmp_path: Path) -> None:
        importer = world.user("importer")
        movielens(world, tmp_path, importer, [(1, 1, 5.0)])
        with world.camflix.transaction(writes=False) as services:
            rater, film = services.users.id_of("ml-1"), services.movies.resolve("ml:1").id
        world.rate(rater, film, 7)
        world.undo(rater)
        assert world.undo(importer).n_ratings == 1
        assert world.table(Rating) == []

    def test_two_rows_on_one_film_are_one_rating(self, world: World, ann: int, tmp_path: Path) -> None:
        world.film("Heat", 1995)
        letterboxd(world, ann, tmp_path, "2020-01-01,Heat,1995,,1", "2021-01-01,Heat,1995,,5")
        undone = world.undo(ann)
        assert (undone.n_ratings, undone.n_kept) == (1, 0)
        assert rating(world, ann) is None

    def test_of_several_the_last_goes_first(self, world: World, ann: int, tmp_path: Path) -> None:
        heat = world.film("Heat", 1995)
        letterboxd(world, ann, tmp_path, "2020-01-01,Heat,1995,,1")
        letterboxd(world, ann, tmp_path, "2021-01-01,Heat,1995,,2")
        world.rate(ann, heat, 99)
        seen = []
        for _ in range(3):
            world.undo(ann)
            row = rating(world, ann)
            seen.append(row and row["score"])
        assert seen == [40, 20, None]

    def test_the_order_is_that_of_the_writes_even_if_the_clock_stands_still_or_goes_back(
        self, world: World, ann: int, tmp_path: Path
    ) -> None:
        heat = world.film("Heat", 1995)
        world.rate(ann, heat, 10)
        world.tick(hours=-3)
        letterboxd(world, ann, tmp_path, "2026-11-23,Heat,1995,,5")
        world.tick(minutes=-1)
        assert world.undo(ann).kind == "import"
        assert world.undo(ann).kind == "rating"

    def test_an_import_that_changed_nothing_is_not_in_the_way(self, world: World, ann: int, tmp_path: Path) -> None:
        world.film("Heat", 1995)
        letterboxd(world, ann, tmp_path, "2020-01-01,Heat,1995,,1")
        letterboxd(world, ann, tmp_path, "2020-01-01,Heat,1995,,1", "2020-01-01,Nothing,1995,,1")
        assert world.undo(ann).n_ratings == 1
        with pytest.raises(NotFoundError):
            world.undo(ann)

    def test_the_same_file_can_be_imported_again_afterwards(self, world: World, ann: int, tmp_path: Path) -> None:
        world.film("Heat", 1995)
        row = "2020-01-01,Heat,1995,,1"
        assert letterboxd(world, ann, tmp_path, row).created == 1
        world.undo(ann)
        assert letterboxd(world, ann, tmp_path, row).created == 1

    def test_what_somebody_elses_import_overtook_is_past_and_what_was_done_before_it_comes_next(
        self, world: World, tmp_path: Path
    ) -> None:
        importer = world.user("importer")
        movielens(world, tmp_path, importer, [(1, 1, 5.0)])
        with world.camflix.transaction(writes=False) as services:
            rater = services.users.id_of("ml-1")
            film, other = (services.movies.resolve(name).id for name in ("ml:1", "ml:2"))
        world.rate(rater, other, 33)
        world.rate(rater, film, 7)
        world.tick(days=1)
        movielens(world, tmp_path, importer, [(1, 1, 2.0)])
        undone = world.undo(rater)
        assert undone.movie is not None
        assert (undone.movie.id, undone.n_ratings) == (other, 1)
        with pytest.raises(NotFoundError):
            world.undo(rater)
        world.undo(importer)
        undone = world.undo(rater)
        assert undone.movie is not None
        assert undone.movie.id == film


def movielens(world: World, folder: Path, user: int, rows: list[tuple[int, int, float]]) -> ImportReport:
    """Import ratings (user, film, stars) of a data set of three films."""
    world.tick()
    _write_movielens(folder, [(*row, int(world.clock().timestamp())) for row in rows])
    with world.camflix.transaction(writes=True) as services:
        return services.imports.movielens(MovieLensDataset(folder), "ml", user, lambda _n: None)


def _write_movielens(folder: Path, rows: list[tuple[int, int, float, int]]) -> None:
    with (folder / "movies.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["movieId", "title", "genres"], *([i, f"Film {i} (1995)", "Drama"] for i in (1, 2, 3))]
        )
    with (folder / "ratings.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows([["userId", "movieId", "rating", "timestamp"], *rows])


@dataclass
class Write:
    """A write in the model: who did it, what each pair was before, and what an import left there."""

    actor: int
    is_import: bool
    before: dict[Pair, State | None] = field(default_factory=dict)
    scores: dict[Pair, int] = field(default_factory=dict)
    is_undone: bool = False


class Undoing(RuleBasedStateMachine):
    """Two people rate, one of them imports for both; whatever they undo, ratings are those of a plain dict."""

    camflix: CamFlix

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(
            2020, 11, 22, 12, tzinfo=UTC
        )  # files lead up to nine days further, and never ahead of today
        self.ratings: dict[Pair, State] = {}
        self.writes: list[Write] = []
        self._folder = tempfile.TemporaryDirectory()
        engine = self.camflix._engine
        self._connection = engine.connect().execution_options(**write_options(engine))
        self._transaction = self._connection.begin()
        self.people: list[int] = []
        self.films: list[int] = []

    def teardown(self) -> None:
        self._transaction.rollback()
        self._connection.close()
        self._folder.cleanup()

    def in_session(self, act: Any) -> Any:
        """Do something as one transaction of CamFlix would, within the one that is rolled back."""
        with Session(self._connection, expire_on_commit=False, autoflush=False) as session:
            cache = Path(self._folder.name)
            services = Services(
                session,
                language="fr",
                cache_folder=cache,
                uploads_folder=cache,
                models=ModelCache,
                now=lambda: self.now,
            )
            result = act(services)
            session.flush()
            return result

    @initialize()
    def populate(self) -> None:
        def act(services: Services) -> None:
            session = services.users._session
            self.people = [services.users.add(name, source=UserSource.MOVIELENS).id for name in ("ml-1", "ml-2")]
            rows = [FilmRow(i, f"Film {i}", 1995, movielens_id=i) for i in (1, 2, 3)]
            CatalogueWriter(session, lambda: self.now).write(rows)
            self.films = list(session.scalars(select(Movie.id).order_by(Movie.movielens_id)))

        self.in_session(act)

    @rule(seconds=st.sampled_from([0, 1, 86400]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(person=st.integers(0, 1), film=st.integers(0, 2), score=st.sampled_from([0, 40, 50, 100]))
    def rate(self, person: int, film: int, score: int) -> None:
        pair = self.people[person], self.films[film]
        self.in_session(lambda services: services.ratings.rate(*pair, score, None))
        before = self.ratings.get(pair)
        if before is None or before[0] != score:
            self.writes.append(Write(pair[0], is_import=False, before={pair: before}))
            self.ratings[pair] = (score, before[1] if before else self.now, self.now, "camflix")
        else:
            self.ratings[pair] = (score, before[1], max(before[2], self.now), "camflix")

    @rule(person=st.integers(0, 1), film=st.integers(0, 2))
    def unrate(self, person: int, film: int) -> None:
        pair = self.people[person], self.films[film]
        if pair not in self.ratings:
            with pytest.raises(NotFoundError):
                self.in_session(lambda services: services.ratings.remove(*pair))
            return
        self.in_session(lambda services: services.ratings.remove(*pair))
        self.writes.append(Write(pair[0], is_import=False, before={pair: self.ratings.pop(pair)}))

    @rule(
        rows=st.lists(
            st.tuples(st.integers(1, 2), st.integers(1, 3), st.sampled_from([2, 2.5, 5]), st.sampled_from([-9, 0, 9])),
            max_size=5,
        )
    )
    def bring_in(self, rows: list[tuple[int, int, float, int]]) -> None:
        dated = [(user, film, stars, int(self.now.timestamp()) + days * 86400) for user, film, stars, days in rows]
        _write_movielens(Path(self._folder.name), dated)
        dataset = MovieLensDataset(Path(self._folder.name))
        self.in_session(lambda s: s.imports.movielens(dataset, "ml", self.people[0], lambda _n: None))
        write = Write(self.people[0], is_import=True)
        together: dict[tuple[int, int], tuple[int, datetime]] = {}
        for user, film, stars, timestamp in dated:
            pair, at = (self.people[user - 1], self.films[film - 1]), datetime.fromtimestamp(timestamp, UTC)
            if pair in together and together[pair][1] != at:  # of one moment the last counts
                self.take(together, write)
                together = {}
            together[pair] = (int(stars * 20), at)
        self.take(together, write)
        if write.before:
            self.writes.append(write)

    def take(self, together: dict[tuple[int, int], tuple[int, datetime]], write: Write) -> None:
        for pair, (score, at) in together.items():
            before = self.ratings.get(pair)
            if before is None or (before[0] != score and before[2] <= at):
                write.before.setdefault(pair, before)
                write.scores[pair] = score
                self.ratings[pair] = (score, before[1] if before else at, at, "movielens")
            elif before[0] == score and before[2] < at:
                self.ratings[pair] = (score, before[1], at, before[3])

    @rule(person=st.integers(0, 1))
    def undo(self, person: int) -> None:
        actor = self.people[person]
        last = next((w for w in reversed(self.writes) if w.actor == actor and not w.is_undone), None)
        if last is None:
            with pytest.raises(NotFoundError):
                self.in_session(lambda services: services.undo.undo(actor))
            return
        undone: Undone = self.in_session(lambda services: services.undo.undo(actor))
        since = self.writes[self.writes.index(last) + 1 :]
        kept = {pair for write in since if not write.is_undone for pair in write.before} & last.before.keys()
        # What an import brought and was said once more since stays.
        kept |= {
            pair
            for pair, score in last.scores.items()
            if pair in self.ratings and self.ratings[pair][0] == score and self.ratings[pair][3] != "movielens"
        }
        for pair in last.before.keys() - kept:
            before = last.before[pair]
            if before is None:
                self.ratings.pop(pair, None)
            else:
                self.ratings[pair] = before
        # A single change that an import has overtaken stays the last one; there is nothing to put back.
        last.is_undone = last.is_import or not kept
        assert undone.kind == ("import" if last.is_import else "rating")
        assert (undone.n_ratings, undone.n_kept) == (len(last.before) - len(kept), len(kept))

    @invariant()
    def ratings_are_those_of_the_model(self) -> None:
        def act(services: Services) -> None:
            session = services.users._session
            columns = (
                Rating.user_id,
                Rating.movie_id,
                Rating.score,
                Rating.created_at,
                Rating.updated_at,
                Rating.source,
            )
            found = {(r[0], r[1]): (r[2], r[3], r[4], r[5]) for r in session.execute(select(*columns))}
            assert found == self.ratings
            assert_sound(session)

        self.in_session(act)


@pytest.mark.long
def test_whatever_is_done_and_undone_ratings_are_those_of_a_plain_dict(camflix: CamFlix) -> None:
    ensure_schema(camflix._engine, Base.metadata)
    machine = type("UndoingHere", (Undoing,), {"camflix": camflix})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=20, stateful_step_count=16, deadline=None, suppress_health_check=checks)
    )
