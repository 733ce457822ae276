"""Which films to ask someone for next: those that many know, and those whose score tells most of a taste."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Literal

import numpy as np
from sqlalchemy import ColumnElement, exists, func, select

from camflix.db.bulk import upsert_row
from camflix.models import FeedAnswer as AnswerRow
from camflix.models import HiddenMovie, Movie, Rating, Viewing
from camflix.models.base import table_of
from camflix.results import FeedAnswer, FeedFilm, RatingFeed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.engine import EngineService
    from camflix.services.journal import JournalService
    from camflix.services.movies import MovieService
    from camflix.services.ratings import RatingService

_N_CANDIDATES = 1000
_BIN = 10


class FeedService:
    """Quick rating: a film after the other, none that was rated, hidden, not seen or skipped.

    Popular and informative films take turns. A film informs by ``log(n) * H``, n its ratings and H the entropy of
    their tens (Rashid et al., "Getting to Know You", IUI 2002): what most like or most dislike tells little.
    """

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        ratings: RatingService,
        engine: EngineService,
        journal: JournalService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._movies = movies
        self._ratings = ratings
        self._engine = engine
        self._journal = journal
        self._now = now

    def next_films(self, user_id: int, n: int) -> RatingFeed:
        """Return the next ``n`` films to ask for: first what was seen and not rated, then popular and informative."""
        chosen: dict[int, Literal["popular", "informative", "seen"]] = dict.fromkeys(self._seen(user_id, n), "seen")
        popular, informative = self._popular(user_id, n), self._informative(user_id, n)
        for known, telling in zip_longest(popular, informative):
            if known is not None:
                chosen.setdefault(known, "popular")
            if telling is not None:
                chosen.setdefault(telling, "informative")
        ids = list(chosen)[:n]
        movies = self._movies.by_ids(ids)
        counts = self._ratings.score_counts(user_id)
        films = tuple(FeedFilm(movies[movie_id], chosen[movie_id]) for movie_id in ids)
        return RatingFeed(films, sum(counts.values()), self._ratings.n_different_missing(user_id))

    def answer(self, user_id: int, movie_id: int, answer: Literal["not_seen", "skip"]) -> FeedAnswer:
        """Remember that a film is not to be asked for again.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        row = {"user_id": user_id, "movie_id": movie_id, "answer": answer, "answered_at": self._now()}
        mine = select(AnswerRow.answer, AnswerRow.answered_at).where(
            AnswerRow.user_id == user_id, AnswerRow.movie_id == movie_id
        )
        before = self._session.execute(mine).one_or_none()
        if before is None or before.answer != answer:
            row_before = None if before is None else {"answer": before.answer, "answered_at": before.answered_at}
            self._journal.record(user_id, "feed", row_before, movie_id=movie_id)
        upsert_row(self._session.connection(), table_of(AnswerRow), row)
        return FeedAnswer(movie, answer)

    def _open(self, user_id: int) -> list[ColumnElement[bool]]:
        """Return the conditions on films that may be asked for."""
        return [
            ~exists().where(model.user_id == user_id, model.movie_id == Movie.id)
            for model in (Rating, HiddenMovie, AnswerRow)
        ]

    def _seen(self, user_id: int, n: int) -> list[int]:
        query = select(Viewing.movie_id, func.max(Viewing.id).label("last")).join(Movie, Movie.id == Viewing.movie_id)
        query = query.where(Viewing.user_id == user_id, *self._open(user_id)).group_by(Viewing.movie_id)
        return [row.movie_id for row in self._session.execute(query.order_by(func.max(Viewing.id).desc()).limit(n))]

    def _popular(self, user_id: int, n: int) -> list[int]:
        known = (Movie.n_ratings, Movie.popularity)
        lists = [
            self._session.scalars(
                select(Movie.id)
                .where(column > 0, *self._open(user_id))
                .order_by(column.desc(), Movie.id.desc())
                .limit(n)
            ).all()
            for column in known
        ]
        return list(dict.fromkeys(chain(*lists)))[:n]

    def _informative(self, user_id: int, n: int) -> list[int]:
        served = self._engine.served()
        if served is None:
            return []
        ratings = served.snapshot.ratings
        n_each = np.diff(ratings.item_ptr)
        candidates = np.argsort(-n_each, kind="stable")[:_N_CANDIDATES]
        told = {
            int(served.snapshot.movie_ids[item]): float(np.log(max(n_each[item], 1)))
            * _entropy(ratings.item_scores[ratings.item_ptr[item] : ratings.item_ptr[item + 1]])
            for item in candidates
        }
        query = select(Movie.id).where(Movie.id.in_(list(told)), *self._open(user_id))
        open_ = list(self._session.scalars(query))
        return sorted(open_, key=lambda movie_id: (-told[movie_id], movie_id))[:n]


def _entropy(scores: np.ndarray) -> float:
    """Return the entropy of scores by tens, in nats."""
    counts = np.bincount(scores // _BIN, minlength=1)
    shares = counts[counts > 0] / max(len(scores), 1)
    return float(-(shares * np.log(shares)).sum())
