"""What the tables themselves refuse and keep, whoever writes to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import DateTime, UniqueConstraint, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from camflix.db.types import UtcDateTime
from camflix.models import (
    Base,
    Credit,
    EngineArray,
    EngineChoice,
    EngineModel,
    Genre,
    HiddenMovie,
    ImportBatch,
    Movie,
    MovieGenre,
    MovieTitle,
    Person,
    Rating,
    RatingChange,
    User,
    WatchlistEntry,
)
from camflix.services.leaving import delete_users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from camflix.bootstrap import CamFlix

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DATES = {"created_at": NOW, "updated_at": NOW}


@pytest.fixture
def connection(camflix: CamFlix) -> Iterator[Connection]:
    """Yield a connection to a database with two people, two films, ratings and all that belongs to them."""
    with camflix.transaction(writes=True) as services:
        connection = services.users._session.connection()
        for model, rows in _ROWS.items():
            connection.execute(insert(model), rows)
        yield connection


_ROWS: dict[type[Base], list[dict[str, Any]]] = {
    User: [{"id": n, "username": f"user-{n}", "email": f"{n}@e.org", "created_at": NOW} for n in (1, 2)],
    Movie: [
        {"id": n, "title_en": "Heat", "title_folded": "heat", **DATES}
        | {"tmdb_id": n, "imdb_id": f"tt{n}", "movielens_id": n}
        for n in (1, 2)
    ],
    MovieTitle: [{"movie_id": n, "kind": "main", "title": "Heat", "folded": "heat"} for n in (1, 2)],
    Genre: [{"id": 1, "slug": "drama"}],
    MovieGenre: [{"movie_id": n, "genre_id": 1} for n in (1, 2)],
    Person: [{"id": 1, "name": "Mann", "name_folded": "mann"}],
    Credit: [{"movie_id": n, "person_id": 1, "role": "director"} for n in (1, 2)],
    Rating: [{"user_id": n, "movie_id": 1, "score": 50, "source": "x", **DATES} for n in (1, 2)],
    ImportBatch: [{"id": n, "user_id": n, "source": "x", "file_name": "x", "started_at": NOW} for n in (1, 2)],
    RatingChange: [
        {"user_id": n, "movie_id": 1, "new_score": 50, "changed_at": NOW, "source": "x", "import_batch_id": n}
        for n in (1, 2)
    ],
    WatchlistEntry: [{"user_id": n, "movie_id": 2, "added_at": NOW} for n in (1, 2)],
    HiddenMovie: [{"user_id": n, "movie_id": 2, "hidden_at": NOW} for n in (1, 2)],
    EngineModel: [
        {"id": 1, "engine": "classic", "preset": "full", "epoch": 1, "last_change_id": 1, "n_users": 2, "n_movies": 1,
         "n_ratings": 2, "fitted_at": NOW, "fit_seconds": 0.1}
    ],
    EngineArray: [{"model_id": 1, "name": "a", "piece": 0, "dtype": "<i4", "shape": "1", "data": b"1234"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (User, {"username": "user-1", "created_at": NOW}),
        (User, {"username": "zoe", "email": "1@e.org", "created_at": NOW}),
        (User, {"username": "", "created_at": NOW}),
        (User, {"username": "zoe", "privacy": "secret", "created_at": NOW}),
        (User, {"username": None, "created_at": NOW}),
        (Movie, {"title_en": "x", "title_folded": "x", "tmdb_id": 1, **DATES}),
        (Movie, {"title_en": "x", "title_folded": "x", "imdb_id": "tt1", **DATES}),
        (Movie, {"title_en": "x", "title_folded": "x", "movielens_id": 1, **DATES}),
        (MovieTitle, {"movie_id": 99, "kind": "main", "title": "x", "folded": "x"}),
        (Genre, {"slug": "drama"}),
        (MovieGenre, {"movie_id": 1, "genre_id": 1}),
        (MovieGenre, {"movie_id": 1, "genre_id": 99}),
        (Rating, {"user_id": 1, "movie_id": 1, "score": 60, "source": "x", **DATES}),
        (Rating, {"user_id": 1, "movie_id": 2, "score": 101, "source": "x", **DATES}),
        (Rating, {"user_id": 1, "movie_id": 2, "score": -1, "source": "x", **DATES}),
        (Rating, {"user_id": 1, "movie_id": 2, "score": None, "source": "x", **DATES}),
        (Rating, {"user_id": 99, "movie_id": 2, "score": 50, "source": "x", **DATES}),
        (Rating, {"user_id": 1, "movie_id": 99, "score": 50, "source": "x", **DATES}),
        (RatingChange, {"user_id": 1, "movie_id": 1, "changed_at": NOW, "source": "x"}),
        (EngineArray, {"model_id": 99, "name": "a", "piece": 0, "dtype": "<i4", "shape": "1", "data": b""}),
        (EngineChoice, {"id": 1, "engine": "classic", "chosen_by": "chance", "chosen_at": NOW}),
        (WatchlistEntry, {"user_id": 1, "movie_id": 2, "added_at": NOW}),
        (HiddenMovie, {"user_id": 1, "movie_id": 99, "hidden_at": NOW}),
    ],
)
def test_what_cannot_be_is_refused(connection: Connection, model: type[Base], values: dict[str, Any]) -> None:
    own_id = {"id": 50} if "id" in model.__table__.columns else {}
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(model).values(own_id | values))


def test_films_without_ids_may_be_many(connection: Connection) -> None:
    row = {"title_en": "Heat", "title_folded": "heat", **DATES}
    connection.execute(insert(Movie), [{"id": 50, **row}, {"id": 51, **row}])


def test_people_without_an_address_may_be_many(connection: Connection) -> None:
    connection.execute(insert(User), [{"id": n, "username": f"user-{n}", "created_at": NOW} for n in (50, 51)])


def test_with_a_person_goes_all_that_is_theirs_and_nothing_else(connection: Connection) -> None:
    # History and neighbours have no foreign keys: they go by the function through which people go.
    delete_users(Session(connection), [1])
    for model in (Rating, RatingChange, ImportBatch, WatchlistEntry, HiddenMovie):
        assert connection.execute(select(model.user_id)).scalars().all() == [2], model
    assert connection.execute(select(func.count()).select_from(Movie)).scalar() == 2


def test_a_film_that_someone_rated_cannot_be_deleted(connection: Connection) -> None:
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(delete(Movie).where(Movie.id == 1))


def test_with_a_film_that_nobody_rated_go_its_titles_genres_and_credits(connection: Connection) -> None:
    connection.execute(delete(Movie).where(Movie.id == 2))
    for model in (MovieTitle, MovieGenre, Credit):
        assert connection.execute(select(model.movie_id)).scalars().all() == [1], model
    assert connection.execute(select(func.count()).select_from(WatchlistEntry)).scalar() == 0


def test_with_a_model_go_its_arrays(connection: Connection) -> None:
    connection.execute(delete(EngineModel))
    assert connection.execute(select(func.count()).select_from(EngineArray)).scalar() == 0


def test_every_moment_is_one_in_utc() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, DateTime), f"{table}.{column.name}"
            assert column.name.endswith("_at") == isinstance(column.type, UtcDateTime), f"{table}.{column.name}"


def test_every_foreign_key_finds_its_rows_by_an_index() -> None:
    for table in Base.metadata.tables.values():
        unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        keys: list[Any] = [*table.indexes, *unique, table.primary_key]
        leading = {next(iter(key.columns)).name for key in keys}
        for key in table.foreign_keys:
            assert key.parent.name in leading, key


def test_every_table_and_constraint_has_a_name_that_migrations_can_use() -> None:
    for table in Base.metadata.tables.values():
        assert table.comment is None
        for constraint in table.constraints:
            assert constraint.name, f"{table}: {constraint}"
