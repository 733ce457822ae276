"""From a rating to a new list through the database, in one process: milliseconds of some hundred people.

    python -m bench.bench_rate                       a million generated ratings, SQLite and PostgreSQL: some minutes
    python -m bench.bench_rate --size 100k --on sqlite --engine classic

Each person rates a film that is new to them, and asks for their list: two operations of the client that the command
line and the screens use, each a transaction of its own. The model is fitted once before; the first person does
not count.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import create_engine, func, select, text

from bench.generated import SIZES, load, save
from camflix.bootstrap import CamFlix
from camflix.client.local import LocalClient
from camflix.db.bulk import insert_rows, refresh_statistics
from camflix.importers.rows import FilmRow
from camflix.models import Movie, Rating, User
from camflix.operations import rate, recommend
from camflix.operations.inputs import AskRecommendations, RateMovie
from camflix.services.catalogue import CatalogueWriter
from camflix.settings import load_settings
from tests.postgres import running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from camflix.recommender.arrays import Ratings

N_PEOPLE = 200
_CHUNK = 100_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main(words: Sequence[str] = ()) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="1m")
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--engine", nargs="+", choices=("factors", "classic"), default=["factors"])
    parser.add_argument("--people", type=int, default=N_PEOPLE)
    arguments = parser.parse_args(words)
    print(
        "| database | engine | operation | median ms | p95 | max | processor ms |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ratings.npz"
        save(arguments.size, file)
        for kind in arguments.on:
            with database(kind, Path(folder)) as url:
                measure(kind, url, Path(folder), load(file), arguments)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database that goes away at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/camflix.db"
        return
    with running_postgres() as admin_url:
        admin, name = create_engine(admin_url, isolation_level="AUTOCOMMIT"), f"camflix_bench_{os.getpid()}"
        with admin.connect() as connected:
            connected.execute(text(f"CREATE DATABASE {name}"))
        yield f"{admin_url.rsplit('/', 1)[0]}/{name}"
        with admin.connect() as connected:
            connected.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def measure(kind: str, url: str, folder: Path, ratings: Ratings, arguments: argparse.Namespace) -> None:
    """Print the lines of one database."""
    env = {f"XDG_{name}_HOME": f"{folder}/{kind}/{name.lower()}" for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    opened = CamFlix(load_settings({**env, "HOME": "/nonexistent", "DATABASE_URL": url}), "en")
    fill(opened, ratings)
    for engine in arguments.engine:
        with opened.transaction(writes=True) as services:
            services.engine.choose(engine, "hand")
        opened.refresh_engine(wait=True)
        milliseconds, processor = rate_and_recommend(opened, arguments.people)
        for column, name in enumerate(("rate", "recommend", "both")):
            values = milliseconds[:, column]
            median, late = np.quantile(values, (0.5, 0.95))
            used = f"{processor[column]:.1f}"
            print(
                f"| {kind} | {engine} | {name} | {median:.1f} | {late:.1f} | {values.max():.1f} | {used} |", flush=True
            )
    opened.close()


def fill(camflix: CamFlix, ratings: Ratings) -> None:
    """Insert films, people and ratings."""
    with camflix.transaction(writes=True) as services:
        session = services.users._session  # noqa: SLF001 - written from inside
        connection = session.connection()
        films = [FilmRow(2 + item, f"Film {item}", 1950 + item % 70) for item in range(ratings.n_items)]
        CatalogueWriter(session, lambda: _NOW).write(films)
        people = [(f"ml-{user}", "public", "movielens", _NOW) for user in range(ratings.n_users)]
        insert_rows(connection, User.__table__, ("username", "privacy", "source", "created_at"), people)  # type: ignore[arg-type]
        movie_ids = np.array(list(session.scalars(select(Movie.id).order_by(Movie.id))))
        user_ids = np.array(list(session.scalars(select(User.id).order_by(User.id))))
        columns = ("user_id", "movie_id", "score", "created_at", "updated_at", "source")
        users, movies = user_ids[ratings.row_users()], movie_ids[ratings.items]
        for begin in range(0, ratings.n_ratings, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            triples = zip(users[part].tolist(), movies[part].tolist(), ratings.scores[part].tolist(), strict=True)
            rows = [(user, movie, score, _NOW, _NOW, "movielens") for user, movie, score in triples]
            insert_rows(connection, Rating.__table__, columns, rows)  # type: ignore[arg-type]
        counted = select(func.count()).where(Rating.movie_id == Movie.id).correlate(Movie).scalar_subquery()
        session.execute(Movie.__table__.update().values(n_ratings=counted))  # type: ignore[attr-defined]
        refresh_statistics(connection, "movie", "user_account", "rating")


def rate_and_recommend(camflix: CamFlix, n_people: int) -> tuple[np.ndarray, np.ndarray]:
    """Return milliseconds of each person's rating, of their list, of both; and mean processor milliseconds of these."""
    with camflix.transaction(writes=False) as services:
        session = services.users._session  # noqa: SLF001 - read from inside
        names = list(session.scalars(select(User.username).where(User.source == "movielens").order_by(User.id)))
        pairs = session.execute(select(User.username, Rating.movie_id).join(Rating, Rating.user_id == User.id))
        rated = {(row[0], row[1]) for row in pairs}
        movies = list(session.scalars(select(Movie.id).order_by(Movie.n_ratings.desc(), Movie.id)))
    rng = np.random.default_rng(0)
    found = []
    for name in rng.choice(names, n_people + 1, replace=False).tolist():
        client = LocalClient(camflix, name, name)
        new = next(movie for movie in movies if (name, movie) not in rated)
        began, used = time.perf_counter(), time.process_time()
        client.call(rate, RateMovie(new, int(rng.integers(101))))
        between, used_between = time.perf_counter(), time.process_time()
        client.call(recommend, AskRecommendations(10))
        ended, used_after = time.perf_counter(), time.process_time()
        found.append(
            (
                between - began,
                ended - between,
                ended - began,
                used_between - used,
                used_after - used_between,
                used_after - used,
            )
        )
    milliseconds = 1000 * np.array(found[1:])
    return milliseconds[:, :3], milliseconds[:, 3:].mean(axis=0)


if __name__ == "__main__":
    main(sys.argv[1:])
