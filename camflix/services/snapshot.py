"""The database's ratings and facts of films as the engine's arrays."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from camflix.db.columns import read_columns
from camflix.models import Genre, Movie, MovieGenre, Rating, User
from camflix.recommender.arrays import Ratings
from camflix.recommender.features import item_features
from camflix.services.community import contributing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Features, Int64s

ARRAYS = ("user_ptr", "items", "scores", "item_ptr", "users", "item_scores")
"""The arrays of ``Ratings`` by which a stored snapshot is put together again."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Ratings at one moment, and whom and what their indices stand for.

    Attributes:
        user_ids: int64 ``[n_users]``, ascending.
        movie_ids: int64 ``[n_items]``, ascending.
        ratings: of those users and films.
    """

    user_ids: Int64s
    movie_ids: Int64s
    ratings: Ratings

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what is stored of it, by name."""
        own = {name: getattr(self.ratings, name) for name in ARRAYS}
        return {"user_ids": self.user_ids, "movie_ids": self.movie_ids, **own}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Snapshot:
        """Return the snapshot that ``arrays()`` described; nothing is copied."""
        user_ids, movie_ids = arrays["user_ids"], arrays["movie_ids"]
        ratings = Ratings(len(user_ids), len(movie_ids), *(arrays[name] for name in ARRAYS))
        return cls(user_ids, movie_ids, ratings)


def read_snapshot(session: Session) -> Snapshot:
    """Return all ratings that may feed predictions.

    Rows come in the order of the primary key and become arrays some at a time: Python's own integers would take ten
    times the memory.
    """
    query = (
        select(Rating.user_id, Rating.movie_id, Rating.score)
        .join(User, User.id == Rating.user_id)
        .where(contributing())
    )
    table = _Rows()
    for users, movies, scores in read_columns(session.connection(), query):
        table.add(users, movies, scores)
    return table.as_snapshot()


def read_features(session: Session, movie_ids: Int64s) -> Features:
    """Return genres and release years of films, in their order; films since removed have none."""
    connection = session.connection()
    genre_ids: dict[int, list[int]] = defaultdict(list)
    # By genre and by year: of those there are few, whose films come together.
    for of_film, films in read_columns(connection, select(MovieGenre.genre_id, MovieGenre.movie_id)):
        for genre_id, movie_id in zip(of_film.tolist(), films.tolist(), strict=True):
            genre_ids[movie_id].append(genre_id)
    # After the films: on PostgreSQL an import may have added films of a new genre just before they were read.
    slugs: dict[int, str] = dict(session.execute(select(Genre.id, Genre.slug)).all())
    years: dict[int, int] = {}
    for of_film, films in read_columns(connection, select(Movie.year, Movie.id).where(Movie.year.is_not(None))):
        years.update(zip(films.tolist(), of_film.tolist(), strict=True))
    ids = movie_ids.tolist()
    genres = [[slugs[genre_id] for genre_id in genre_ids.get(movie_id, ())] for movie_id in ids]
    return item_features([years.get(movie_id) for movie_id in ids], genres)


class _Rows:
    """Rows in the order of their users, gathered into arrays a chunk at a time: five bytes a rating."""

    def __init__(self) -> None:
        self._user_ids = array("q")
        self._starts = array("q")
        self._movies = array("i")
        self._scores = bytearray()

    def add(self, users: Int64s, movies: Int64s, scores: Int64s) -> None:
        n_before, last = len(self._scores), self._user_ids[-1] if self._user_ids else -1
        starts = np.flatnonzero(np.diff(users, prepend=last))
        self._user_ids.extend(users[starts].tolist())
        self._starts.extend((starts + n_before).tolist())
        self._movies.frombytes(movies.astype(np.int32).tobytes())
        self._scores += scores.astype(np.uint8).tobytes()

    def as_snapshot(self) -> Snapshot:
        movies = np.frombuffer(self._movies, dtype=np.int32)
        is_rated = np.zeros(int(movies.max(initial=0)) + 1, dtype=np.bool_)
        is_rated[movies] = True
        movie_ids = np.flatnonzero(is_rated).astype(np.int64)
        index = np.zeros(len(is_rated), dtype=np.int32)
        index[movie_ids] = np.arange(len(movie_ids), dtype=np.int32)
        self._starts.append(len(movies))
        user_ptr = np.array(self._starts, dtype=np.int64)
        scores = np.frombuffer(bytes(self._scores), dtype=np.uint8)
        ratings = Ratings.from_rows(len(movie_ids), user_ptr, index[movies], scores)
        return Snapshot(np.array(self._user_ids, dtype=np.int64), movie_ids, ratings)
