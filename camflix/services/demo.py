"""The demonstration: a sample community, and one person whose taste is learnt from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix.db.ids import among
from camflix.errors import ConflictError
from camflix.importers import sample
from camflix.models import Movie, Privacy, Rating, User, UserSource
from camflix.services.counting import recount
from camflix.services.leaving import delete_users
from camflix.services.users import DEMO_USERNAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.results import ImportReport
    from camflix.services.epoch import EpochService
    from camflix.services.imports import ImportService
    from camflix.services.ratings import RatingService
    from camflix.services.users import UserService


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
        """Load the community and the demo user's ratings; what is there already stays as it is.

        Raises:
            ConflictError: a person has the demo user's name, from before it was reserved.
        """
        made = self._users.add_many([DEMO_USERNAME], source=UserSource.SAMPLE, privacy=Privacy.PRIVATE)
        user_id = made[DEMO_USERNAME]
        if self._session.scalar(select(User.source).where(User.id == user_id)) != UserSource.SAMPLE:
            raise ConflictError(
                "The user “{username}” is a person; the demonstration needs this name.",
                hint="Try it in another database: DATABASE_URL=sqlite:////tmp/demo.db camflix demo",
                username=DEMO_USERNAME,
            )
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
        ids = list(self._session.scalars(select(User.id).where(User.source == UserSource.SAMPLE)))
        rated = select(Rating.movie_id).where(among(self._session, Rating.user_id, ids)).distinct()
        movie_ids = list(self._session.scalars(rated))
        delete_users(self._session, ids)
        # Numbers of ours, written out: there may be more than a statement takes parameters.
        recount(self._session, f"SELECT id FROM movie WHERE id IN ({', '.join(map(str, movie_ids)) or 'NULL'})")  # noqa: S608
        self._epochs.advance()
        return len(ids)
