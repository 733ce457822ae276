"""Predictions, lists, twins and receipts: the engine's indices turned back into films and people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from camflix.errors import NotFoundError
from camflix.models import HiddenMovie, Privacy, Rating, User
from camflix.recommender.model import Part, Reason
from camflix.results import (
    Prediction,
    Receipt,
    ReceiptLine,
    Recommendation,
    Recommendations,
    Twin,
    TwinList,
)
from camflix.services.engine import evidence_floor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s
    from camflix.recommender.model import Person, Predictions
    from camflix.recommender.model import Receipt as ModelReceipt
    from camflix.recommender.model import ReceiptLine as ModelLine
    from camflix.results import MovieSummary, ReasonCode
    from camflix.services.engine import EngineService, Served
    from camflix.services.movies import MovieService
    from camflix.services.ratings import RatingService

_N_POPULAR = 200
_CODES: dict[Reason, ReasonCode] = {
    Reason.TOO_FEW_RATINGS: "too_few_ratings",
    Reason.NO_NEIGHBOURS: "no_neighbours",
    Reason.FILM_UNRATED: "film_unrated",
}


class RecommendationService:
    """What the engine says, for one user at a time."""

    def __init__(self, session: Session, engine: EngineService, movies: MovieService, ratings: RatingService) -> None:
        self._session = session
        self._engine = engine
        self._movies = movies
        self._ratings = ratings

    def predict(self, user_id: int, movie_id: int) -> Prediction | None:
        """Return the predicted score of one film; None when no model was ever fitted."""
        served = self._engine.served()
        if served is None:
            return None
        item = served.item_index(movie_id)
        if item < 0:
            return Prediction(None, None, None, "film_unrated", 0, served.model.name)
        person = self._engine.person(served, user_id)
        predictions = served.model.predict(person, np.array([item], dtype=np.int32))
        return _prediction(served, predictions, 0)

    def recommend(self, user_id: int, username: str, n: int) -> Recommendations:
        """Return the ``n`` films this user will like best, never one they rated or hid.

        While too little is known of them, the films most people rated high come without predictions.
        """
        served = self._require_model()
        person = self._engine.person(served, user_id)
        best = served.model.top_n(
            person,
            n,
            exclude=served.item_indices(self._hidden(user_id)),
            min_evidence=evidence_floor(served.model.ratings.n_users),
        )
        reason = _list_reason(person, best)
        if reason is None:
            movies = self._movies.by_ids(int(served.movie_ids[item]) for item in best.items)
            chosen = [
                Recommendation(movies[int(served.movie_ids[item])], _prediction(served, best, position))
                for position, item in enumerate(best.items)
            ]
        else:
            unknown = Prediction(None, None, None, reason, 0, served.model.name)
            chosen = [Recommendation(movie, unknown) for movie in self._popular(user_id, n)]
        return Recommendations(
            username=username,
            engine=served.model.name,
            personal=reason is None,
            reason=reason,
            n_ratings=len(person.items),
            fitted_at=served.header.fitted_at,
            recommendations=tuple(chosen),
        )

    def twins(self, user_id: int, username: str, n: int) -> TwinList:
        """Return the users most like this one; those who contribute anonymously without their name."""
        served = self._require_model()
        person = self._engine.person(served, user_id)
        found = served.model.neighbours(person, n)
        names = self._names(served, found.users)
        twins = tuple(
            Twin(
                rank=position + 1,
                username=names.get(int(user)),
                similarity=round(float(found.similarity[position]), 6),
                taste_distance=_rounded(float(found.taste_distance[position]), 3),
                n_common=int(found.n_common[position]),
            )
            for position, user in enumerate(found.users)
            # Where few are alike the nearest may be opposites; they are no twins.
            if found.similarity[position] > 0
        )
        return TwinList(username, len(person.items), twins)

    def why(self, user_id: int, username: str, movie_id: int) -> Receipt:
        """Return the receipt of a prediction: lines whose sum is the predicted score, to the digit.

        A film that the user has rated is predicted as if they had not.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        served = self._require_model()
        own_score = self._ratings.score_of(user_id, movie_id)
        item = served.item_index(movie_id)
        if item < 0:
            prediction = Prediction(None, None, None, "film_unrated", 0, served.model.name)
            return Receipt(username, movie, prediction, 0.0, (), own_score)
        person = self._engine.person(served, user_id)
        if own_score is not None:
            others = person.items != item
            person = served.model.person(person.items[others], person.scores[others], person.user)
        receipt = served.model.explain(person, item)
        return Receipt(
            username=username,
            movie=movie,
            prediction=_receipt_prediction(receipt),
            total=receipt.total / 1000,
            lines=self._lines(served, receipt.lines),
            own_score=own_score,
        )

    def _require_model(self) -> Served:
        served = self._engine.served()
        if served is None or not served.model.ratings.n_ratings:
            raise NotFoundError(
                "There are no ratings to learn from yet.",
                hint="Bring some: camflix demo, or camflix import movielens FOLDER",
            )
        return served

    def _hidden(self, user_id: int) -> Iterable[int]:
        return self._session.scalars(select(HiddenMovie.movie_id).where(HiddenMovie.user_id == user_id))

    def _popular(self, user_id: int, n: int) -> list[MovieSummary]:
        rated = set(self._session.scalars(select(Rating.movie_id).where(Rating.user_id == user_id)))
        unwanted = rated | set(self._hidden(user_id))
        chosen: list[MovieSummary] = []
        cursor: str | None = None
        while len(chosen) < n:
            page = self._movies.page("ratings", _N_POPULAR, cursor)
            chosen += [movie for movie in page.movies if movie.id not in unwanted and movie.n_ratings]
            cursor = page.next_cursor
            if cursor is None or not page.movies[-1].n_ratings:
                break
        return chosen[:n]

    def _names(self, served: Served, users: Int32s | list[int]) -> dict[int, str]:
        """Return the names, by index, of those users who may be named."""
        ids = {int(served.user_ids[user]): int(user) for user in users}
        rows = self._session.execute(
            select(User.id, User.username).where(User.id.in_(ids), User.privacy != Privacy.PRIVATE)
        )
        return {ids[row.id]: row.username for row in rows}

    def _lines(self, served: Served, lines: tuple[ModelLine, ...]) -> tuple[ReceiptLine, ...]:
        names = self._names(served, [line.index for line in lines if line.part is Part.NEIGHBOUR])
        own = (Part.OWN_RATING, Part.OWN_PRESENCE)
        movies = self._movies.by_ids(int(served.movie_ids[line.index]) for line in lines if line.part in own)
        return tuple(
            ReceiptLine(
                part=line.part.value,
                amount=line.amount / 1000,
                username=names.get(line.index) if line.part is Part.NEIGHBOUR else None,
                movie=movies[int(served.movie_ids[line.index])] if line.part in own else None,
                score=line.score if line.score >= 0 else None,
                weight=_rounded(line.weight, 6),
                deviation=_rounded(line.deviation, 3),
                correlation=_rounded(line.similarity, 6),
                n_common=line.n_common or None,
            )
            for line in lines
        )


def _list_reason(person: Person, best: Predictions) -> ReasonCode | None:
    if any(reason == Reason.KNOWN for reason in best.reasons):
        return None
    if len(best.items):
        return _CODES[Reason(int(best.reasons[0]))]
    return "no_neighbours" if len(person.items) else "too_few_ratings"


def _prediction(served: Served, predictions: Predictions, position: int) -> Prediction:
    reason = Reason(int(predictions.reasons[position]))
    n_evidence = int(predictions.n_evidence[position])
    if reason is not Reason.KNOWN:
        return Prediction(None, None, None, _CODES[reason], n_evidence, served.model.name)
    return Prediction(
        predicted_score=round(float(predictions.estimates[position]), 3),
        low=round(float(predictions.low[position]), 3),
        high=round(float(predictions.high[position]), 3),
        reason=None,
        n_evidence=n_evidence,
        engine=served.model.name,
    )


def _receipt_prediction(receipt: ModelReceipt) -> Prediction:
    if receipt.reason is not Reason.KNOWN:
        return Prediction(None, None, None, _CODES[receipt.reason], receipt.n_evidence, receipt.engine)
    low, high = round(receipt.low, 3), round(receipt.high, 3)
    return Prediction(receipt.total / 1000, low, high, None, receipt.n_evidence, receipt.engine)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or math.isnan(value) else round(value, digits)
