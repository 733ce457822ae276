"""A small world to test services in: films, people, ratings, made through the real parts; and what must always hold."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, insert, or_, select

from camflix.db.bulk import upsert_ratings
from camflix.importers.rows import FilmRow
from camflix.models import HiddenMovie, Movie, Neighbour, Rating, RatingChange, User
from camflix.services.catalogue import CatalogueWriter
from camflix.services.counting import recount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from camflix.bootstrap import CamFlix
    from camflix.models import Base
    from camflix.results import RemovedRating, SavedRating, Undone
    from tests.conftest import Clock


@dataclass
class World:
    """One CamFlix with its clock; each write is a transaction of its own, a minute after the last."""

    camflix: CamFlix
    clock: Clock

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open the session of a writing transaction."""
        with self.camflix.transaction(writes=True) as services:
            yield services.users._session

    def choose_engine(self, name: str) -> None:
        with self.camflix.transaction(writes=True) as services:
            services.engine.choose(name, "hand")

    def tick(self, **duration: float) -> None:
        """Let time pass: a minute, unless said."""
        self.clock.moment += timedelta(**duration or {"minutes": 1})

    def film(self, title: str, year: int | None = 1995, **facts: object) -> int:
        """Add a film; return its id."""
        with self.session() as session:
            CatalogueWriter(session, self.clock).write([FilmRow(2, title, year, **facts)])  # type: ignore[arg-type]
            return session.scalars(select(func.max(Movie.id))).one()

    def films(self, n: int) -> list[int]:
        """Add films named Film 1, Film 2 …; return their ids."""
        with self.session() as session:
            rows = [FilmRow(2 + i, f"Film {i + 1}", 1950 + i % 70) for i in range(n)]
            CatalogueWriter(session, self.clock).write(rows)
            return list(session.scalars(select(Movie.id).order_by(Movie.id.desc()).limit(n)))[::-1]

    def user(self, name: str, privacy: str = "public", **facts: object) -> int:
        """Add a user; return their id."""
        with self.session() as session:
            values = {"username": name, "privacy": privacy, "created_at": self.clock(), **facts}
            return session.execute(insert(User).values(values).returning(User.id)).scalar_one()

    def users(self, names: list[str]) -> list[int]:
        """Add users who are public; return their ids."""
        rows = [{"username": name, "privacy": "public", "created_at": self.clock()} for name in names]
        with self.session() as session:
            ids = session.scalars(insert(User).returning(User.id, sort_by_parameter_order=True), rows)
            return list(ids)

    def rate(self, user_id: int, movie_id: int, score: int) -> SavedRating:
        """Rate a film as the operation does, with what is predicted."""
        self.tick()
        with self.camflix.transaction(writes=True) as services:
            prediction = services.recommendations.predict(user_id, movie_id)
            return services.ratings.rate(user_id, movie_id, score, prediction)

    def rate_all(self, user_id: int, scores: dict[int, int]) -> None:
        """Rate films one by one."""
        for movie_id, score in scores.items():
            self.rate(user_id, movie_id, score)

    def remove(self, user_id: int, movie_id: int) -> RemovedRating:
        """Remove a rating."""
        self.tick()
        with self.camflix.transaction(writes=True) as services:
            return services.ratings.remove(user_id, movie_id)

    def undo(self, user_id: int) -> Undone:
        """Undo a user's last write."""
        self.tick()
        with self.camflix.transaction(writes=True) as services:
            return services.undo.undo(user_id)

    def hide(self, user_id: int, movie_ids: Iterable[int]) -> None:
        """Hide films from a user's lists."""
        with self.session() as session:
            rows = [{"user_id": user_id, "movie_id": id_, "hidden_at": self.clock()} for id_ in movie_ids]
            session.execute(insert(HiddenMovie), rows)

    def bulk(self, rows: list[tuple[int, int, int]]) -> None:
        """Write ratings (user, film, score) as an import does."""
        self.tick()
        with self.camflix.transaction(writes=True) as services:
            session = services.users._session
            dated = [(*row, self.clock()) for row in rows]
            upsert_ratings(session.connection(), dated, source="test", batch_id=None, now=self.clock())
            recount(session, "SELECT id FROM movie")
            services.epochs.advance()

    def community(self, n_users: int = 24, n_films: int = 20) -> tuple[list[int], list[int]]:
        """Add people of two opposite tastes with their ratings; return their ids and those of the films."""
        films = self.films(n_films)
        users = self.users([f"c-{number:02}" for number in range(n_users)])
        self.bulk(
            [
                (user, film, taste(number % 2, position, number))
                for number, user in enumerate(users)
                for position, film in enumerate(films)
                if (number * 5 + position) % 4
            ]
        )
        return users, films

    def table(self, model: type[Base]) -> list[dict[str, object]]:
        """Return the rows of a table, ordered by key."""
        with self.camflix.transaction(writes=False) as services:
            columns = model.__table__.columns
            query = select(*columns).order_by(*model.__table__.primary_key)
            return [dict(row._mapping) for row in services.users._session.execute(query)]


def taste(group: int, position: int, number: int) -> int:
    """Return what a person of a group gives the film at a position: half like the first ones, half the last."""
    liking = 90 - 4 * position if group == 0 else 10 + 4 * position
    return max(0, min(100, liking + (number * 7 + position * 3) % 11 - 5))


def assert_sound(session: Session) -> None:
    """Assert what every write must keep: counts of ratings are true, and history tells how each rating came to be."""
    counts = or_(User.privacy != "private", User.contributes_anonymously)
    n_counted = func.count(case((and_(User.is_active, counts), User.id)))
    counted = select(Movie.id, Movie.n_ratings, n_counted).outerjoin(Rating, Rating.movie_id == Movie.id)
    counted = counted.outerjoin(User, User.id == Rating.user_id).group_by(Movie.id, Movie.n_ratings)
    for movie_id, n_ratings, n in session.execute(counted):
        assert n_ratings == n, f"film {movie_id}: n_ratings is {n_ratings}, there are {n}"
    now: dict[tuple[int, int], int | None] = {}
    columns = (RatingChange.user_id, RatingChange.movie_id, RatingChange.old_score, RatingChange.new_score)
    for user, movie, old, new in session.execute(select(*columns).order_by(RatingChange.id)):
        assert now.get((user, movie)) == old, f"user {user}, film {movie}: from {old}, but it was {now}"
        now[user, movie] = new
    ratings = {(r[0], r[1]): r[2] for r in session.execute(select(Rating.user_id, Rating.movie_id, Rating.score))}
    assert {pair: score for pair, score in now.items() if score is not None} == ratings
    users = set(session.scalars(select(User.id)))
    for column in (RatingChange.user_id, Neighbour.user_id):
        assert set(session.scalars(select(column))) <= users, f"{column} names users who have gone"
