"""Foreign keys of many rows at once: what has no film or no user is refused as one row is, whoever is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from camflix.db.bulk import upsert_ratings
from camflix.db.engine import open_engine, write_options
from camflix.db.row_checks import MANY_ROWS, row_checks_left_out
from camflix.db.schema import ensure_schema
from camflix.models import Base, Movie, Rating, User
from tests.db.test_bulk import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

N_USERS, N_MOVIES = 30, 40


def fill(engine: Engine) -> Engine:
    """Make users and films enough for many ratings."""
    ensure_schema(engine, Base.metadata)
    film = {"title_en": "Film", "title_folded": "film", "created_at": NOW, "updated_at": NOW}
    with engine.begin() as connection:
        users = [{"id": id_, "username": f"user-{id_}", "created_at": NOW} for id_ in range(1, N_USERS + 1)]
        connection.execute(insert(User), users)
        connection.execute(insert(Movie), [{"id": id_, **film} for id_ in range(1, N_MOVIES + 1)])
    return engine


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Return a database of each kind."""
    return fill(engine)


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Engine]:
    """Yield one of PostgreSQL."""
    engine = open_engine(postgresql_url)
    yield fill(engine)
    engine.dispose()


def write(connection: Connection, last_user: int = N_USERS, last_movie: int = N_MOVIES) -> None:
    """Write a rating of every user for every film; the last of each may be another."""
    users = [*range(1, N_USERS), last_user]
    movies = [*range(1, N_MOVIES), last_movie]
    rows = [(user, movie, (user + movie) % 101, NOW) for user in users for movie in movies]
    assert len(rows) >= MANY_ROWS
    upsert_ratings(connection, rows, source="test", batch_id=None, now=NOW)


def n_ratings(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Rating)) or 0


@pytest.mark.parametrize(("user", "movie"), [(99, N_MOVIES), (N_USERS, 99)])
def test_many_ratings_of_which_some_have_no_user_or_no_film_are_refused(filled: Engine, user: int, movie: int) -> None:
    with (
        pytest.raises(IntegrityError),
        filled.connect().execution_options(**write_options(filled)) as connection,
        connection.begin(),
    ):
        write(connection, user, movie)
    assert n_ratings(filled) == 0


def test_what_comes_after_many_is_looked_at_again(filled: Engine) -> None:
    rating = {"user_id": 1, "movie_id": 99, "score": 1, "source": "test", "created_at": NOW, "updated_at": NOW}
    with filled.connect().execution_options(**write_options(filled)) as connection, connection.begin():
        write(connection)
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(Rating).values(**rating))
    assert n_ratings(filled) == N_USERS * N_MOVIES


def test_a_film_that_is_being_rated_cannot_go_meanwhile(postgresql: Engine) -> None:
    delete = text("DELETE FROM movie WHERE id = 7")
    with postgresql.connect() as ours, ours.begin():
        write(ours)
        with postgresql.connect() as theirs, theirs.begin():
            theirs.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                theirs.execute(delete)
    with pytest.raises(IntegrityError), postgresql.begin() as theirs:
        theirs.execute(delete)


def test_who_may_not_leave_the_looks_out_writes_all_the_same(postgresql: Engine) -> None:
    with postgresql.connect() as connection, connection.begin() as transaction:
        connection.execute(text("CREATE ROLE plain"))
        connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain"))
        connection.execute(text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO plain"))
        connection.execute(text("SET LOCAL ROLE plain"))
        with pytest.raises(DatabaseError, match="permission denied"), connection.begin_nested():
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        write(connection)
        assert connection.scalar(select(func.count()).select_from(Rating)) == N_USERS * N_MOVIES
        transaction.rollback()


def test_few_rows_are_looked_at_one_by_one(postgresql: Engine) -> None:
    role = text("SHOW session_replication_role")
    with postgresql.connect() as connection, connection.begin():
        with row_checks_left_out(connection, MANY_ROWS - 1):
            assert connection.scalar(role) == "origin"
        with row_checks_left_out(connection, MANY_ROWS):
            assert connection.scalar(role) == "replica"
        assert connection.scalar(role) == "origin"
