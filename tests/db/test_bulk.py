"""Rows in bulk: whatever the chunks, the database ends as a plain dict would, and so does the history."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, insert, select, text

from camflix.db.bulk import (
    Upserted,
    allocate_ids,
    insert_missing,
    insert_rows,
    refresh_outgrown_statistics,
    upsert_ratings,
)
from camflix.db.engine import write_options
from camflix.db.schema import ensure_schema
from camflix.models import Base, ImportBatch, Movie, Rating, RatingChange, TitleWord, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

Pair: TypeAlias = tuple[int, int]
Row: TypeAlias = tuple[int, int, int, datetime]

NOW = datetime(2026, 11, 22, tzinfo=UTC)
N_USERS, N_MOVIES = 3, 3
DAYS = st.integers(0, 5).map(lambda day: NOW - timedelta(days=day))
PAIRS = st.tuples(st.integers(1, N_USERS), st.integers(1, N_MOVIES))
CHUNKS = st.dictionaries(PAIRS, st.tuples(st.integers(0, 100) | st.sampled_from([0, 50, 100]), DAYS), max_size=9)


def table(model: type[Base]) -> Table:
    found = model.__table__
    assert isinstance(found, Table)
    return found


@pytest.fixture
def filled(engine: Engine) -> Iterator[Engine]:
    """Yield a database with users, films, and a batch; and a rating and a change that nothing here touches."""
    ensure_schema(engine, Base.metadata)
    with engine.begin() as connection:
        for id_ in range(1, N_USERS + 2):
            connection.execute(insert(User).values(id=id_, username=f"user-{id_}", created_at=NOW))
        for id_ in range(1, N_MOVIES + 2):
            film = {"title_en": f"Film {id_}", "title_folded": f"film {id_}", "created_at": NOW, "updated_at": NOW}
            connection.execute(insert(Movie).values(id=id_, **film))
        connection.execute(insert(ImportBatch).values(id=7, source="test", file_name="x", started_at=NOW))
        noise = {"user_id": N_USERS + 1, "movie_id": N_MOVIES + 1, "source": "noise"}
        connection.execute(insert(Rating).values(**noise, score=33, created_at=NOW, updated_at=NOW))
        connection.execute(insert(RatingChange).values(**noise, new_score=33, changed_at=NOW))
    yield engine
    engine.dispose()


@dataclass
class Model:
    """What upserts do, in plain Python."""

    ratings: dict[Pair, tuple[int, datetime, datetime, str]] = field(default_factory=dict)
    history: dict[Pair, list[tuple[int | None, int]]] = field(default_factory=lambda: defaultdict(list))

    def upsert(self, chunk: dict[Pair, tuple[int, datetime]], source: str) -> Upserted:
        counts = [0, 0, 0]
        for pair, (score, rated_at) in chunk.items():
            before = self.ratings.get(pair)
            if before is None:
                self.ratings[pair] = (score, rated_at, rated_at, source)
                self.history[pair].append((None, score))
                counts[0] += 1
            elif before[0] != score and before[2] <= rated_at:
                self.ratings[pair] = (score, before[1], rated_at, source)
                self.history[pair].append((before[0], score))
                counts[1] += 1
            else:
                if before[0] == score and before[2] < rated_at:
                    self.ratings[pair] = (score, before[1], rated_at, before[3])
                counts[2] += 1
        return Upserted(*counts)


def ratings_of(connection: Connection) -> dict[Pair, tuple[int, datetime, datetime, str]]:
    columns = (Rating.user_id, Rating.movie_id, Rating.score, Rating.created_at, Rating.updated_at, Rating.source)
    rows = connection.execute(select(*columns).where(Rating.source != "noise"))
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}


def history_of(connection: Connection) -> dict[Pair, list[tuple[int | None, int | None]]]:
    columns = (RatingChange.user_id, RatingChange.movie_id, RatingChange.old_score, RatingChange.new_score)
    history = defaultdict(list)
    query = select(*columns).where(RatingChange.source != "noise").order_by(RatingChange.id)
    for user, movie, old, new in connection.execute(query):
        history[(user, movie)].append((old, new))
    return history


def upsert(connection: Connection, rows: list[Row], source: str = "test") -> Upserted:
    return upsert_ratings(connection, rows, source=source, batch_id=7, now=NOW)


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(chunks=st.lists(CHUNKS, max_size=6))
def test_any_sequence_of_chunks_ends_as_a_dict_would(
    filled: Engine, chunks: list[dict[Pair, tuple[int, datetime]]]
) -> None:
    model = Model()
    with filled.connect().execution_options(**write_options(filled)) as connection:
        transaction = connection.begin()
        for number, chunk in enumerate(chunks):
            rows = [(*pair, *given_) for pair, given_ in chunk.items()]
            done = upsert(connection, rows, f"source-{number}")
            assert done == model.upsert(chunk, f"source-{number}")
            assert done.n_created + done.n_updated + done.n_unchanged == len(rows)
        assert ratings_of(connection) == model.ratings
        assert history_of(connection) == model.history
        transaction.rollback()


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(chunk=CHUNKS, cut=st.integers(0, 9))
def test_where_the_rows_are_cut_makes_no_difference(
    filled: Engine, chunk: dict[Pair, tuple[int, datetime]], cut: int
) -> None:
    rows = [(*pair, *given_) for pair, given_ in chunk.items()]
    ends = []
    for parts in ([rows], [rows[:cut], rows[cut:]]):
        with filled.connect().execution_options(**write_options(filled)) as connection:
            transaction = connection.begin()
            for part in parts:
                upsert(connection, part)
            ends.append((ratings_of(connection), history_of(connection)))
            transaction.rollback()
    assert ends[0] == ends[1]


def test_the_same_rows_twice_change_nothing_the_second_time(filled: Engine) -> None:
    rows = [(user, movie, 40 + movie, NOW) for user in (1, 2) for movie in (1, 2, 3)]
    with filled.begin() as connection:
        assert upsert(connection, rows) == Upserted(6, 0, 0)
        assert upsert(connection, rows) == Upserted(0, 0, 6)
        assert sum(len(changes) for changes in history_of(connection).values()) == 6


def test_history_keeps_what_was_there_before_and_where_the_change_came_from(filled: Engine) -> None:
    with filled.begin() as connection:
        upsert(connection, [(1, 1, 40, NOW - timedelta(days=9))], "first")
        upsert(connection, [(1, 1, 60, NOW - timedelta(days=2))], "second")
        change = connection.execute(select(RatingChange).where(RatingChange.source == "second")).one()
    assert (change.old_score, change.new_score, change.old_source) == (40, 60, "first")
    assert change.old_created_at == change.old_updated_at == NOW - timedelta(days=9)
    assert change.changed_at == NOW
    assert change.import_batch_id == 7
    assert change.predicted_score is None
    assert change.reverts_change_id is None


def test_an_older_rating_never_replaces_a_newer_one(filled: Engine) -> None:
    with filled.begin() as connection:
        upsert(connection, [(1, 1, 40, NOW)])
        assert upsert(connection, [(1, 1, 60, NOW - timedelta(microseconds=1))]) == Upserted(0, 0, 1)
        assert upsert(connection, [(1, 1, 60, NOW)]) == Upserted(0, 1, 0)


def test_nothing_to_write_is_no_work(filled: Engine) -> None:
    with filled.begin() as connection:
        assert upsert(connection, []) == Upserted(0, 0, 0)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_whatever_the_moment_it_comes_back_as_it_was(filled: Engine, moment: datetime) -> None:
    with filled.begin() as connection:
        upsert(connection, [(1, 1, 40, moment)])
    with filled.connect() as connection:
        assert ratings_of(connection)[1, 1][1:3] == (moment, moment)


def test_a_failure_leaves_nothing_of_the_chunk_nor_its_stage(filled: Engine) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), filled.begin() as connection:
        upsert(connection, [(1, 1, 40, NOW), (999, 1, 40, NOW)])
    with filled.begin() as connection:
        assert ratings_of(connection) == {}
        assert history_of(connection) == {}
        assert upsert(connection, [(1, 1, 50, NOW)]) == Upserted(1, 0, 0)


def test_rows_are_inserted_with_the_types_of_their_columns(filled: Engine) -> None:
    columns = ("id", "username", "bio", "avatar", "language", "time_zone", "privacy", "created_at")
    title = 'tab\t newline\n backslash \\N quote " é 映画'
    rows = [(100 + n, f"bulk-{n}", title, "", "fr", "Europe/Paris", "private", NOW) for n in range(1500)]
    with filled.begin() as connection:
        insert_rows(connection, table(User), columns, rows)
        insert_rows(connection, table(User), columns, [])
        found = connection.execute(select(User.bio, User.created_at).where(User.id == 1599)).one()
        assert tuple(found) == (title, NOW)
        assert connection.execute(select(func.count()).where(User.id >= 100)).scalar() == 1500


def test_ids_are_handed_out_once(filled: Engine) -> None:
    with filled.begin() as connection:
        last = connection.execute(select(func.max(Movie.id))).scalar_one()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('movie', 'id'), :last)"), {"last": last})
        ids = allocate_ids(connection, table(Movie), 1000)
        assert allocate_ids(connection, table(Movie), 0) == []
        assert len(set(ids)) == 1000
        assert min(ids) > last
        facts = ("id", "title_en", "title_folded", "created_at", "updated_at")
        insert_rows(connection, table(Movie), facts, [(id_, "x", "x", NOW, NOW) for id_ in ids])
        assert not set(ids) & set(allocate_ids(connection, table(Movie), 5))


def test_a_database_without_rows_begins_at_one(engine: Engine) -> None:
    ensure_schema(engine, Base.metadata)
    with engine.begin() as connection:
        assert allocate_ids(connection, table(Movie), 3) == [1, 2, 3]


def test_postgresql_counts_a_table_anew_that_it_takes_for_nearly_empty_when_many_rows_come(filled: Engine) -> None:
    def known_rows() -> float:
        return float(connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'movie'")).scalar_one())

    with filled.begin() as connection:
        if connection.dialect.name != "postgresql":
            refresh_outgrown_statistics(connection, 100_000, "movie")
            return
        connection.execute(text("ANALYZE movie"))
        few = known_rows()
        added = [(100 + number, f"Film {number}", f"film {number}", NOW, NOW) for number in range(2000)]
        columns = ("id", "title_en", "title_folded", "created_at", "updated_at")
        insert_rows(connection, table(Movie), columns, added)
        refresh_outgrown_statistics(connection, 10, "movie")
        assert known_rows() == few == N_MOVIES + 1
        refresh_outgrown_statistics(connection, 2000, "user_account", "movie")
        assert known_rows() == N_MOVIES + 1 + 2000


WORDS = [(f"{number:04}", movie_id) for number in range(1500) for movie_id in (1, 2)]


def words_of(connection: Connection) -> list[tuple[str, int]]:
    query = select(TitleWord.word, TitleWord.movie_id).order_by(TitleWord.word, TitleWord.movie_id)
    return [(word, movie_id) for word, movie_id in connection.execute(query)]


@pytest.mark.parametrize("before", [[], WORDS[1:2], WORDS[500:]], ids=["none", "one", "most"])
def test_missing_rows_are_added_to_those_that_are_there(filled: Engine, before: list[tuple[str, int]]) -> None:
    with filled.connect().execution_options(**write_options(filled)) as connection, connection.begin():
        insert_missing(connection, table(TitleWord), ("word", "movie_id"), before)
        insert_missing(connection, table(TitleWord), ("word", "movie_id"), WORDS)
        insert_missing(connection, table(TitleWord), ("word", "movie_id"), WORDS)
        assert words_of(connection) == WORDS


def test_two_who_fill_an_empty_table_at_once_wait_for_one_another(filled: Engine) -> None:
    both_are_in = Barrier(2 if filled.dialect.name == "postgresql" else 1)  # SQLite lets one in at a time

    def fill(words: list[tuple[str, int]]) -> None:
        with filled.connect().execution_options(**write_options(filled)) as connection, connection.begin():
            assert connection.execute(text("SELECT count(*) FROM movie")).scalar() == N_MOVIES + 1
            both_are_in.wait()
            insert_missing(connection, table(TitleWord), ("word", "movie_id"), words)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(fill, (WORDS[:2000], WORDS[1000:])))
    with filled.connect() as connection:
        assert words_of(connection) == WORDS
