"""What a user wants to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, delete, func, or_, select

from camflix.db.bulk import insert_if_absent
from camflix.models import Movie, WatchlistEntry
from camflix.models.base import table_of
from camflix.results import WatchedFilm, Watchlist, WatchlistState
from camflix.services.cursors import decode_cursor, encode_cursor, moment_of
from camflix.services.movie_order import MovieOrder, PredictedOrder, order_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.journal import JournalService
    from camflix.services.movies import MovieService
    from camflix.services.predictions import PredictionService

_ADDED = "added"


class WatchlistService:
    """One user's watchlist at a time. Adding and removing twice is as good as once."""

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        journal: JournalService,
        predictions: Callable[[], PredictionService],
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._movies = movies
        self._journal = journal
        self._predictions = predictions
        self._now = now

    def add(self, user_id: int, movie_id: int) -> WatchlistState:
        """Put a film on the watchlist.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        row = {"user_id": user_id, "movie_id": movie_id, "added_at": self._now()}
        changed = insert_if_absent(self._session.connection(), table_of(WatchlistEntry), row)
        if changed:
            self._journal.record(user_id, "watchlist", None, movie_id=movie_id)
        return WatchlistState(movie, in_watchlist=True, changed=changed)

    def remove(self, user_id: int, movie_id: int) -> WatchlistState:
        """Take a film off the watchlist.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        mine = and_(WatchlistEntry.user_id == user_id, WatchlistEntry.movie_id == movie_id)
        gone = delete(WatchlistEntry).where(mine).returning(WatchlistEntry.added_at)
        before = self._session.execute(gone).one_or_none()
        if before is not None:
            self._journal.record(user_id, "watchlist", {"added_at": before.added_at}, movie_id=movie_id)
        return WatchlistState(movie, in_watchlist=False, changed=before is not None)

    def page(
        self, user_id: int, sort: Literal["added", "predicted", "title"], limit: int, cursor: str | None
    ) -> Watchlist:
        """Return a page of the watchlist: last added first, by predicted score, or by title.

        By predicted score the films that none is known for come last, the last added first.

        Raises:
            InvalidInputError: no list in this order gave the cursor.
        """
        listed = dict(
            self._session.execute(
                select(WatchlistEntry.movie_id, WatchlistEntry.added_at).where(WatchlistEntry.user_id == user_id)
            ).all()
        )
        # By predicted score that of each must be known, otherwise those that are shown.
        predicted = self._predictions().of(user_id, list(listed)) if sort == "predicted" else {}
        ids, next_cursor = self._ordered(user_id, sort, listed, predicted, limit, cursor)
        if sort != "predicted" and ids:
            predicted = self._predictions().of(user_id, ids)
        movies = self._movies.by_ids(ids)
        films = tuple(WatchedFilm(movies[id_], listed[id_], predicted.get(id_)) for id_ in ids)
        return Watchlist(films, len(listed), next_cursor)

    def _ordered(
        self,
        user_id: int,
        sort: str,
        listed: dict[int, datetime],
        predicted: dict[int, float],
        limit: int,
        cursor: str | None,
    ) -> tuple[list[int], str | None]:
        if sort == "predicted":
            # Below every score there is: nothing is known of them.
            scores = [(movie_id, predicted.get(movie_id, -1.0)) for movie_id in listed]
            return PredictedOrder(self._session, scores).page(limit, cursor)
        if sort == "title":
            mine = Movie.id.in_(select(WatchlistEntry.movie_id).where(WatchlistEntry.user_id == user_id))
            return MovieOrder(self._session, order_of("title", reverse=False), user_id, [mine]).page(limit, cursor)
        return self._last_added(user_id, limit, cursor)

    def _last_added(self, user_id: int, limit: int, cursor: str | None) -> tuple[list[int], str | None]:
        added, movie_id = WatchlistEntry.added_at, WatchlistEntry.movie_id
        query = select(movie_id, added).where(WatchlistEntry.user_id == user_id)
        if cursor is not None:
            at, last = decode_cursor(cursor, _ADDED, str, int)
            moment = moment_of(at)
            query = query.where(or_(added < moment, and_(added == moment, movie_id < last)))
        rows = self._session.execute(query.order_by(added.desc(), movie_id.desc()).limit(limit + 1)).all()
        ids = [row.movie_id for row in rows[:limit]]
        more = len(rows) > limit
        return ids, encode_cursor(_ADDED, rows[limit - 1].added_at.isoformat(), ids[-1]) if more else None

    def count(self, user_id: int) -> int:
        """Return how many films a user wants to see."""
        return self._session.scalar(select(func.count()).where(WatchlistEntry.user_id == user_id)) or 0
