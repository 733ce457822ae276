"""Connections are as they must be on each database, whoever opened them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from camflix import i18n
from camflix.db import engine as db_engine
from camflix.db.engine import BUSY_TIMEOUT_MS, write_options
from camflix.db.schema import ensure_schema
from camflix.errors import SettingsError, StorageError
from camflix.models import Base, Rating, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Engine

NOW = datetime(2026, 11, 22, tzinfo=UTC)


_OPENED: list[Engine] = []


@pytest.fixture(autouse=True)
def _all_closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().dispose()


def open_engine(url: str) -> Engine:
    """Open an engine that is closed after the test."""
    engine = db_engine.open_engine(url)
    _OPENED.append(engine)
    return engine


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


class TestSQLite:
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        return open_engine(f"sqlite:///{tmp_path / 'films.db'}")

    @pytest.mark.parametrize(
        ("name", "value"),
        [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", BUSY_TIMEOUT_MS), ("synchronous", 1)],
    )
    def test_the_pragmas_are_on_in_every_connection(self, engine: Engine, name: str, value: object) -> None:
        assert pragma(engine, name) == value
        engine.dispose()
        assert pragma(engine, name) == value

    def test_ten_seconds_is_how_long_a_writer_waits_for_another(self) -> None:
        assert BUSY_TIMEOUT_MS == 10_000

    def test_the_folder_of_the_file_is_made(self, tmp_path: Path) -> None:
        engine = open_engine(f"sqlite:///{tmp_path / 'a' / 'b' / 'films.db'}")
        assert pragma(engine, "journal_mode") == "wal"
        assert (tmp_path / "a" / "b" / "films.db").exists()

    def test_nothing_is_made_before_it_is_connected_to(self, tmp_path: Path) -> None:
        open_engine(f"sqlite:///{tmp_path / 'films.db'}")
        assert not (tmp_path / "films.db").exists()

    def test_a_folder_that_cannot_be_made_is_named_with_the_reason(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StorageError) as failed:
            open_engine(f"sqlite:///{tmp_path / 'file' / 'films.db'}")
        i18n.use_language("en")
        assert f"The folder {tmp_path / 'file'} cannot be made" in i18n.say(failed.value)
        assert "DATABASE_URL" in i18n.say(failed.value)

    def test_a_database_in_memory_works_too(self) -> None:
        engine = open_engine("sqlite://")
        ensure_schema(engine, Base.metadata)
        assert pragma(engine, "foreign_keys") == 1

    def test_a_writing_transaction_takes_its_lock_at_once(self, engine: Engine) -> None:
        with engine.connect().execution_options(**write_options(engine)) as writer, writer.begin():
            other = sqlite3.connect(str(engine.url.database), timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.close()

    def test_readers_read_on_while_one_writes_and_see_what_was(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE film (title TEXT)")
        with engine.connect().execution_options(**write_options(engine)) as writer, writer.begin():
            writer.exec_driver_sql("INSERT INTO film VALUES ('Heat')")
            with engine.connect() as reader:
                assert reader.exec_driver_sql("SELECT count(*) FROM film").scalar() == 0
        with engine.connect() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM film").scalar() == 1

    def test_a_table_created_in_a_transaction_goes_back_with_it(self, engine: Engine) -> None:
        with engine.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("CREATE TABLE film (title TEXT)")
            transaction.rollback()
        assert pragma(engine, "table_list('film')") is None

    def test_a_read_only_file_of_another_journal_is_read_as_it_is(
        self, tmp_path: Path, read_only: Callable[[Path], AbstractContextManager[None]]
    ) -> None:
        file = tmp_path / "disc" / "films.db"
        file.parent.mkdir()
        maker = sqlite3.connect(file)
        maker.execute("CREATE TABLE film (title TEXT)")
        maker.close()
        engine = open_engine(f"sqlite:///{file}")
        with read_only(file.parent):
            assert pragma(engine, "journal_mode") == "delete"
            assert pragma(engine, "table_list('film')") == "main"
        engine.dispose()


class TestPostgreSQL:
    def test_connections_are_given_up_after_sixty_seconds_and_tried_before_use(self, postgresql_url: str) -> None:
        pool = open_engine(postgresql_url).pool
        assert isinstance(pool, QueuePool)
        assert pool._recycle == 60
        assert pool._pre_ping is True

    def test_a_connection_that_the_server_closed_is_replaced_unnoticed(self, postgresql_url: str) -> None:
        engine = open_engine(postgresql_url)
        with engine.connect() as connection:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with engine.connect() as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid
        engine.dispose()
        admin.dispose()

    def test_a_writing_transaction_needs_no_option(self, postgresql_url: str) -> None:
        assert write_options(open_engine(postgresql_url)) == {}


def test_a_rating_of_nobody_is_refused_by_the_database_itself(engine: Engine) -> None:
    ensure_schema(engine, Base.metadata)
    rating = {"user_id": 1, "movie_id": 1, "score": 5, "created_at": NOW, "updated_at": NOW, "source": "x"}
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(Rating).values(rating))


def test_deleting_a_user_deletes_what_is_theirs_alone(engine: Engine) -> None:
    ensure_schema(engine, Base.metadata)
    with engine.begin() as connection:
        for id_, name in ((1, "ann"), (2, "bob")):
            connection.execute(insert(User).values(id=id_, username=name, created_at=NOW))
        movie = (
            "INSERT INTO movie (id, title_en, title_folded, created_at, updated_at) "
            "VALUES (1, 'Heat', 'heat', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
        )
        connection.execute(text(movie))
        for id_ in (1, 2):
            row = {"user_id": id_, "movie_id": 1, "score": 5, "created_at": NOW, "updated_at": NOW, "source": "x"}
            connection.execute(insert(Rating).values(row))
        connection.execute(text("DELETE FROM user_account WHERE username = 'ann'"))
        assert connection.execute(select(Rating.user_id)).scalars().all() == [2]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:hunter2@db:port/films",
        "films.db",
        "sqlite://films.db",
        "sqlite:////tmp/\udcff.db",
        "x://y",
        "sqlite:///films.db?timeout=soon",
    ],
)
def test_what_is_no_address_of_a_database_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_engine(url)
    assert refused.value.field == "database_url"
    assert "hunter2" not in i18n.say(refused.value)
    assert "DATABASE_URL" in i18n.say(refused.value)
