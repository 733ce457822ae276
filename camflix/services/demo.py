"""The demonstration: a sample community, and one person whose taste is learnt from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from camflix.importers import sample
from camflix.models import Movie, Privacy, Rating, User, UserSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.results import ImportReport
    from camflix.services.epoch import EpochService
    from camflix.services.imports import ImportService
    from camflix.services.ratings import RatingService
    from camflix.services.users import UserService

DEMO_USERNAME = "demo"


class DemoService:
    """Loads and removes the sample community; its users are named ``sample-…`` and marked as generated."""

    def __init__(
        self,
        session: Session,
        users: UserService,
        imports: ImportService,
        ratings: RatingService,
        epochs: EpochService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._users = users
        self._imports = imports
        self._ratings = ratings
        self._epochs = epochs
        self._now = now

    def load(self) -> ImportReport:
        """Load the community and the demo user's ratings; what is there already stays as it is."""
        made = self._users.add_many([DEMO_USERNAME], source=UserSource.SAMPLE, privacy=Privacy.PRIVATE)
        user_id = made[DEMO_USERNAME]
        report = self._imports.sample(sample.films(), sample.ratings(), user_id)
        rated = set(self._session.scalars(select(Rating.movie_id).where(Rating.user_id == user_id)))
        wanted = dict(sample.demo_ratings())
        query = select(Movie.tmdb_id, Movie.id).where(Movie.tmdb_id.in_(wanted)).order_by(Movie.id)
        for tmdb_id, movie_id in self._session.execute(query):
            if tmdb_id is not None and movie_id not in rated:
                self._ratings.rate(user_id, movie_id, wanted[tmdb_id], None)
        return report

    def remove(self) -> int:
        """Remove the sample's users with their ratings; films stay. Return how many users there were."""
        ids = select(User.id).where(User.source == UserSource.SAMPLE)
        n_users = len(self._session.scalars(ids).all())
        rated = select(Rating.movie_id).where(Rating.user_id.in_(ids)).distinct()
        movie_ids = list(self._session.scalars(rated))
        self._session.execute(delete(User).where(User.source == UserSource.SAMPLE))
        # Locked before they are counted: a count sees only what stood when its statement began.
        movies = Movie.id.in_(movie_ids)
        self._session.execute(select(Movie.id).where(movies).order_by(Movie.id).with_for_update(key_share=True))
        n_left = select(func.count()).where(Rating.movie_id == Movie.id).scalar_subquery()
        self._session.execute(update(Movie).where(movies).values(n_ratings=n_left))
        self._epochs.advance()
        return n_users
