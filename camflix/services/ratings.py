"""Rate, change, remove, list, undo; every change kept in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from camflix import scores
from camflix.errors import ConflictError, NotFoundError
from camflix.models import Movie, Rating, RatingChange, User
from camflix.models.base import table_of
from camflix.results import (
    Accuracy,
    RatedMovie,
    RatingEvent,
    RatingHistory,
    RatingPage,
    RemovedRating,
    SavedRating,
)
from camflix.services.counting import contributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.results import Prediction
    from camflix.services.movies import MovieService

SOURCE = "camflix"
# Made once: putting a statement together takes longer than running it, and rating is what people do most.
_LOCKED = (
    select(User)
    .where(User.id == bindparam("user_id"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_OF_FILM = select(Rating).where(Rating.user_id == bindparam("user_id"), Rating.movie_id == bindparam("movie_id"))
_SCORE_OF_FILM = select(Rating.score).where(
    Rating.user_id == bindparam("user_id"), Rating.movie_id == bindparam("movie_id")
)
_COUNTS = select(Rating.score, func.count()).where(Rating.user_id == bindparam("user_id")).group_by(Rating.score)
_MOVIES = table_of(Movie)
_COUNTED = (
    update(_MOVIES)
    .where(_MOVIES.c.id == bindparam("movie_id"))
    .values(n_ratings=_MOVIES.c.n_ratings + bindparam("difference"))
)


class RatingService:
    """One user's ratings at a time."""

    def __init__(self, session: Session, movies: MovieService, now: Callable[[], datetime]) -> None:
        self._session = session
        self._movies = movies
        self._now = now

    def rate(self, user_id: int, movie_id: int, score: int, prediction: Prediction | None) -> SavedRating:
        """Save a score, and what had been predicted before it was known.

        Raises:
            NotFoundError: there is no such film.
        """
        user = self._lock(user_id)
        movie = self._movies.get(movie_id)
        before = self._session.scalar(_OF_FILM, {"user_id": user_id, "movie_id": movie_id})
        previous = before.score if before else None
        predicted = prediction.predicted_score if prediction and previous is None else None
        if previous != score:
            self._record(before, user_id, movie_id, score, predicted, prediction.engine if prediction else None)
            self._write(before, user, movie_id, score)
        elif before is not None:
            # Said once more: what an import brings from before has been answered, and the score is the person's own.
            before.updated_at, before.source = max(before.updated_at, self._now()), SOURCE
            self._session.flush()
        counts = self.score_counts(user_id)
        ranks = scores.percentiles_of_counts(counts)
        rank = ranks.get(score) if ranks else None
        return SavedRating(
            movie=movie,
            score=score,
            previous_score=previous,
            percentile=rank,
            tier=None if rank is None else scores.tier(rank),
            n_different_missing=_n_missing(counts),
            predicted_score=predicted,
            gap=None if predicted is None else round(score - predicted, 3),
        )

    def refuse_overtaken(self, user_id: int, movie_id: int, made_at: datetime | None, score: int | None) -> None:
        """Refuse a write that was made before what is there now, and came late; ``made_at`` is None for others.

        Raises:
            ConflictError: saying what is kept.
        """
        if made_at is None:
            return
        self._lock(user_id)
        # What an import brings is as old as the file says, not as the import.
        said = select(func.max(RatingChange.changed_at)).where(RatingChange.import_batch_id.is_(None))
        last = self._session.scalar(said.where(RatingChange.user_id == user_id, RatingChange.movie_id == movie_id))
        row = self._session.scalar(_OF_FILM, {"user_id": user_id, "movie_id": movie_id})
        kept = None if row is None else row.score
        if kept == score or max(last or made_at, made_at if row is None else row.updated_at) <= made_at:
            return
        title = self._movies.get(movie_id).title
        if kept is None:
            raise ConflictError("“{title}” keeps no score: it was changed later elsewhere.", title=title)
        raise ConflictError("“{title}” keeps the score {score}: it was rated later elsewhere.", title=title, score=kept)

    def remove(self, user_id: int, movie_id: int) -> RemovedRating:
        """Remove a rating; its history stays.

        Raises:
            NotFoundError: there is no such film, or this user has not rated it.
        """
        user = self._lock(user_id)
        movie = self._movies.get(movie_id)
        before = self._session.scalar(_OF_FILM, {"user_id": user_id, "movie_id": movie_id})
        if before is None:
            raise NotFoundError("You have not rated “{title}”.", field="movie_id", title=movie.title)
        self._record(before, user_id, movie_id, None, None, None)
        self._session.execute(delete(Rating).where(Rating.user_id == user_id, Rating.movie_id == movie_id))
        self._session.expunge(before)
        self._session.flush()
        self._count(user, movie_id, -1)
        return RemovedRating(movie, before.score)

    def score_counts(self, user_id: int) -> dict[int, int]:
        """Return how often this user gave each score."""
        return dict(self._session.execute(_COUNTS, {"user_id": user_id}).all())

    def percentiles(self, user_id: int) -> dict[int, int] | None:
        """Return the percentile of each score this user gave; None under five different ones."""
        return scores.percentiles_of_counts(self.score_counts(user_id))

    def n_different_missing(self, user_id: int) -> int:
        """Return how many more different scores this user must give before percentiles mean something."""
        return _n_missing(self.score_counts(user_id))

    def page(self, user_id: int, username: str, limit: int | None = None) -> RatingPage:
        """Return a user's ratings, best first."""
        query = (
            select(Rating)
            .where(Rating.user_id == user_id)
            .order_by(Rating.score.desc(), Rating.updated_at.desc(), Rating.movie_id)
            .limit(limit)
        )
        return self.page_of(user_id, username, self._session.scalars(query), None)

    def page_of(self, user_id: int, username: str, ratings: Iterable[Rating], next_cursor: str | None) -> RatingPage:
        """Return some of a user's ratings as a page."""
        counts = self.score_counts(user_id)
        described = self.described(ratings, counts)
        return RatingPage(username, described, sum(counts.values()), _n_missing(counts), next_cursor)

    def history(self, user_id: int, movie_id: int) -> RatingHistory:
        """Return how a user's rating of a film came to be.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        query = select(RatingChange).where(RatingChange.user_id == user_id, RatingChange.movie_id == movie_id)
        changes = self._session.scalars(query.order_by(RatingChange.id))
        events = tuple(
            RatingEvent(c.changed_at, c.old_score, c.new_score, c.source, c.predicted_score) for c in changes
        )
        return RatingHistory(movie, events)

    def described(self, ratings: Iterable[Rating], counts: dict[int, int]) -> tuple[RatedMovie, ...]:
        """Return ratings with their film, percentile and tier; ``counts`` are all of the user's scores."""
        rows = list(ratings)
        movies = self._movies.by_ids(row.movie_id for row in rows)
        ranks = scores.percentiles_of_counts(counts)
        return tuple(
            RatedMovie(
                movie=movies[row.movie_id],
                score=row.score,
                percentile=ranks[row.score] if ranks else None,
                tier=scores.tier(ranks[row.score]) if ranks else None,
                created_at=row.created_at,
                updated_at=row.updated_at,
                source=row.source,
            )
            for row in rows
        )

    def score_of(self, user_id: int, movie_id: int) -> int | None:
        """Return the user's score of a film; None when they have not rated it."""
        return self._session.scalar(_SCORE_OF_FILM, {"user_id": user_id, "movie_id": movie_id})

    def accuracy(self, user_id: int, last: int | None = None) -> Accuracy:
        """Return how near the predictions stored before each first rating came, over all or the ``last`` ones."""
        query = (
            select(RatingChange.predicted_score, RatingChange.new_score)
            .where(RatingChange.user_id == user_id, RatingChange.predicted_score.is_not(None))
            .where(*first_scores())
            .order_by(RatingChange.id.desc())
            .limit(last)
        )
        gaps = [
            abs(predicted - new)
            for predicted, new in self._session.execute(query)
            if predicted is not None and new is not None
        ]
        if not gaps:
            return Accuracy(0, None, None, None)
        n = len(gaps)
        within_5, within_10 = (sum(gap <= points for gap in gaps) / n for points in (5, 10))
        return Accuracy(n, sum(gaps) / n, within_5, within_10)

    def _lock(self, user_id: int) -> User:
        # One user's writes come one after another, so that each change knows the one before it. (SQLite has one
        # writer anyway.)
        return self._session.scalars(_LOCKED, {"user_id": user_id}).one()

    def _record(
        self,
        before: Rating | None,
        user_id: int,
        movie_id: int,
        score: int | None,
        predicted: float | None,
        engine: str | None,
    ) -> None:
        self._session.add(
            RatingChange(
                user_id=user_id,
                movie_id=movie_id,
                old_score=before.score if before else None,
                old_created_at=before.created_at if before else None,
                old_updated_at=before.updated_at if before else None,
                old_source=before.source if before else None,
                new_score=score,
                changed_at=self._now(),
                source=SOURCE,
                predicted_score=predicted,
                predicted_by=None if predicted is None else engine,
            )
        )

    def _write(self, before: Rating | None, user: User, movie_id: int, score: int) -> None:
        now = self._now()
        if before is not None:
            before.score, before.updated_at, before.source = score, now, SOURCE
            self._session.flush()
            return
        self._session.add(
            Rating(user_id=user.id, movie_id=movie_id, score=score, created_at=now, updated_at=now, source=SOURCE)
        )
        self._session.flush()
        self._count(user, movie_id, 1)

    def _count(self, user: User, movie_id: int, difference: int) -> None:
        if contributes(user):
            self._session.connection().execute(_COUNTED, {"movie_id": movie_id, "difference": difference})


def first_scores() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on changes that are a film's first score, once a film; a slip that was undone is none."""
    earlier = aliased(RatingChange)
    before = exists().where(
        earlier.user_id == RatingChange.user_id,
        earlier.movie_id == RatingChange.movie_id,
        earlier.id < RatingChange.id,
        earlier.new_score.is_not(None),
        earlier.reverts_change_id.is_(None),
        ~_undone(earlier),
    )
    return RatingChange.old_score.is_(None), RatingChange.new_score.is_not(None), ~_undone(RatingChange), ~before


def _undone(change: type[RatingChange]) -> ColumnElement[bool]:
    undoing = aliased(RatingChange)
    return exists().where(
        undoing.user_id == change.user_id,
        undoing.movie_id == change.movie_id,
        undoing.reverts_change_id == change.id,
    )


def _n_missing(counts: dict[int, int]) -> int:
    return max(0, scores.MIN_DISTINCT_SCORES - len(counts))
