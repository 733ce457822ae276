"""Predictions, lists, twins and receipts: the engine's indices turned back into films and people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import bindparam, select

from camflix.errors import NotFoundError
from camflix.models import HiddenMovie, Privacy, Rating, User, Viewing
from camflix.recommender.model import Part, Reason
from camflix.results import (
    ListOrder,
    OrderReceipt,
    Prediction,
    Receipt,
    ReceiptLine,
    Recommendation,
    Recommendations,
    SimilarMovie,
    SimilarMovies,
    TwinList,
)
from camflix.services.community import evidence_floor
from camflix.services.franchises import franchise_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s
    from camflix.recommender.model import Person, Predictions
    from camflix.recommender.model import Receipt as ModelReceipt
    from camflix.recommender.model import ReceiptLine as ModelLine
    from camflix.results import MovieSummary, ReasonCode
    from camflix.services.engine import EngineService, Served
    from camflix.services.movies import MovieService
    from camflix.services.neighbours import NeighbourService
    from camflix.services.ratings import RatingService
    from camflix.services.wanted import WantedFilms

_HIDDEN = select(HiddenMovie.movie_id).where(HiddenMovie.user_id == bindparam("user_id"))
_SEEN = select(Viewing.movie_id).where(Viewing.user_id == bindparam("user_id"))
_CODES: dict[Reason, ReasonCode] = {
    Reason.TOO_FEW_RATINGS: "too_few_ratings",
    Reason.NO_NEIGHBOURS: "no_neighbours",
    Reason.FILM_UNRATED: "film_unrated",
}


class RecommendationService:
    """What the engine says, for one user at a time."""

    def __init__(
        self,
        session: Session,
        engine: EngineService,
        movies: MovieService,
        ratings: RatingService,
        neighbours: NeighbourService,
        wanted: WantedFilms,
    ) -> None:
        self._session = session
        self._engine = engine
        self._movies = movies
        self._ratings = ratings
        self._neighbours = neighbours
        self._wanted = wanted

    def predict(self, user_id: int, movie_id: int) -> Prediction | None:
        """Return the predicted score of one film, that of its receipt; None when no model was ever fitted."""
        served = self._engine.served()
        if served is None:
            return None
        item = served.item_index(movie_id)
        if item < 0:
            return Prediction(None, None, None, "film_unrated", 0, served.model.name)
        taste = self._engine.taste(served, user_id)
        return described(served, self._engine.predict(served, taste, np.array([item], dtype=np.int32)), 0)

    def learn(self, user_id: int) -> None:
        """Take in that a user's ratings have changed: their neighbours are found anew, in the model that serves."""
        served = self._engine.served()
        if served is not None:
            self._neighbours.refresh(served, user_id, self._engine.taste(served, user_id))

    def recommend(
        self, user_id: int, username: str, n: int, order: ListOrder = "likely", query: str = ""
    ) -> Recommendations:
        """Return ``n`` films for this user, never one they rated, saw or hid, and only such as a filter asks for.

        Likely: what they are likely to turn to and like, no two alike. Predicted: the highest predicted scores. While
        too little is known of them, the films most people rated come without predictions.

        Raises:
            InvalidInputError: the query holds words that are no filter, or a filter that cannot be read.
            NotFoundError: there is nothing to learn from.
        """
        served = self.require_model()
        person = self._engine.person(served, user_id)
        floor = evidence_floor(served.snapshot.ratings.n_users)
        conditions = self._wanted.conditions(user_id, query)
        hidden = served.item_indices(self._seen_or_hidden(user_id))
        unwanted = hidden
        if conditions:
            unwanted = np.union1d(hidden, self._wanted.unfit(served, floor, conditions)).astype(np.int32)
        movies: dict[int, MovieSummary] = {}
        if order == "likely":
            from camflix.recommender.listing import varied_list  # noqa: PLC0415 - not for who rates

            best = varied_list(
                *(served.model, served.likely, person, n),
                exclude=unwanted,
                min_evidence=floor,
                franchises=lambda items: self._franchises(served, items, movies),
            )
        else:
            best = served.model.top_n(person, n, exclude=unwanted, min_evidence=floor)
        # Where a filter leaves nothing that is no want of knowledge.
        reason = None if conditions and len(person.items) and not len(best.items) else _list_reason(person, best)
        if reason is None:
            chosen = self._listed(served, best, movies)
        else:
            unknown = Prediction(None, None, None, reason, 0, served.model.name)
            chosen = [Recommendation(movie, unknown) for movie in self._popular(user_id, n, conditions)]
        return Recommendations(
            username=username,
            engine=served.model.name,
            order=order,
            personal=reason is None,
            reason=reason,
            n_ratings=sum(self._ratings.score_counts(user_id).values()),
            fitted_at=served.header.fitted_at,
            recommendations=tuple(chosen),
        )

    def twins(self, user_id: int, username: str, n: int) -> TwinList:
        """Return the users most like this one; those who contribute anonymously without their name."""
        served = self.require_model()
        n_ratings = sum(self._ratings.score_counts(user_id).values())
        twins = self._neighbours.of(user_id, served.header.id, n)
        if twins is None:
            twins = self._neighbours.worked_out(served, self._engine.taste(served, user_id), n)
        return TwinList(username, n_ratings, twins)

    def why(self, user_id: int, username: str, movie_id: int) -> Receipt:
        """Return the receipt of a prediction: lines whose sum is the predicted score, to the digit.

        A film that the user has rated is predicted as if they had not.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        served = self.require_model()
        own_score = self._ratings.score_of(user_id, movie_id)
        item = served.item_index(movie_id)
        if item < 0:
            prediction = Prediction(None, None, None, "film_unrated", 0, served.model.name)
            return Receipt(username, movie, prediction, 0.0, (), own_score)
        taste = self._engine.taste(served, user_id)
        if own_score is not None:
            taste = taste.without(item)
        receipt = served.model.explain(served.model.person(taste.items, taste.scores, taste.user), item)
        return Receipt(
            username=username,
            movie=movie,
            prediction=_receipt_prediction(receipt),
            total=receipt.total / 1000,
            lines=self._lines(served, receipt.lines),
            own_score=own_score,
        )

    def why_listed(self, user_id: int, username: str, movie_id: int) -> OrderReceipt:
        """Return why a film stands where it does on the list: its order score as a sum over the user's own films.

        Raises:
            NotFoundError: there is no such film, or nobody has rated it.
        """
        movie = self._movies.get(movie_id)
        served = self.require_model()
        item = served.item_index(movie_id)
        if item < 0:
            raise NotFoundError(
                "Nobody has rated “{film}” yet, so no list can hold it.", field="movie_id", film=movie.title
            )
        taste = self._engine.taste(served, user_id).without(item)
        person = served.likely.person(taste.items, taste.scores, taste.user)
        lines = self._lines(served, served.likely.explain(person, item))
        return OrderReceipt(username, movie, round(sum(round(line.amount * 1000) for line in lines) / 1000, 3), lines)

    def similar(self, user_id: int, movie_id: int, n: int) -> SimilarMovies:
        """Return the films most like one, told from ratings alone; without what the user hid.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        served = self.require_model()
        item = served.item_index(movie_id)
        if item < 0:
            return SimilarMovies(movie, ())
        from camflix.recommender.similar_items import MIN_EVIDENCE  # noqa: PLC0415 - not for who rates

        floor = max(1, min(MIN_EVIDENCE, evidence_floor(served.snapshot.ratings.n_users)))
        hidden = served.item_indices(self._hidden(user_id))
        found = served.similar_items.similar(item, n, exclude=hidden, min_evidence=floor)
        movies = self._movies.by_ids(map(served.movie_id, found.items))
        own = self._own_scores(user_id, movies)
        predictions = self._engine.predict(served, self._engine.taste(served, user_id), found.items)
        return SimilarMovies(
            movie,
            tuple(
                SimilarMovie(
                    movie=movies[served.movie_id(like)],
                    similarity=round(float(found.similarity[place]), 6),
                    own_score=own.get(served.movie_id(like)),
                    prediction=described(served, predictions, place),
                )
                for place, like in enumerate(found.items)
            ),
        )

    def _own_scores(self, user_id: int, movie_ids: Iterable[int]) -> dict[int, int]:
        query = select(Rating.movie_id, Rating.score).where(
            Rating.user_id == user_id, Rating.movie_id.in_(list(movie_ids))
        )
        return {row.movie_id: row.score for row in self._session.execute(query)}

    def _listed(self, served: Served, best: Predictions, known: dict[int, MovieSummary]) -> list[Recommendation]:
        ids = served.snapshot.movie_ids[best.items].tolist()
        movies = known or self._movies.by_ids(ids)
        return [Recommendation(movies[id_], described(served, best, place)) for place, id_ in enumerate(ids)]

    def _franchises(self, served: Served, items: Int32s, movies: dict[int, MovieSummary]) -> Int32s:
        """Return which franchise each item belongs to; the films looked up for that are put into ``movies``."""
        ids = served.snapshot.movie_ids[items].tolist()
        movies |= self._movies.by_ids(ids)
        places: dict[str, int] = {}
        keys = [franchise_key(movies[id_].title) for id_ in ids]
        return np.array([places.setdefault(key, len(places)) for key in keys], dtype=np.int32)

    def require_model(self) -> Served:
        """Return the model that serves.

        Raises:
            NotFoundError: there are no ratings to learn from.
        """
        served = self._engine.served()
        if served is None or not served.snapshot.ratings.n_ratings:
            raise NotFoundError(
                "There are no ratings to learn from yet.",
                hint="Bring some: camflix demo, or camflix import movielens FOLDER",
            )
        return served

    def _hidden(self, user_id: int) -> Iterable[int]:
        return self._session.scalars(_HIDDEN, {"user_id": user_id})

    def _seen_or_hidden(self, user_id: int) -> set[int]:
        seen = self._session.scalars(_SEEN, {"user_id": user_id})
        return {*seen, *self._hidden(user_id)}

    def rated_seen_or_hidden(self, user_id: int) -> set[int]:
        """Return the films, by id, that are never drawn or listed for a user."""
        rated = self._session.scalars(select(Rating.movie_id).where(Rating.user_id == user_id))
        return {*rated, *self._seen_or_hidden(user_id)}

    def _popular(self, user_id: int, n: int, conditions: list[ColumnElement[bool]]) -> list[MovieSummary]:
        ids = self._wanted.most_rated(n, self.rated_seen_or_hidden(user_id), conditions)
        movies = self._movies.by_ids(ids)
        return [movies[movie_id] for movie_id in ids]

    def _names(self, served: Served, users: Iterable[int]) -> dict[int, str]:
        """Return the names, by index, of those users who may be named."""
        ids = {int(served.snapshot.user_ids[user]): user for user in users}
        rows = self._session.execute(
            select(User.id, User.username).where(User.id.in_(ids), User.privacy != Privacy.PRIVATE, User.is_active)
        )
        return {ids[row.id]: row.username for row in rows}

    def _lines(self, served: Served, lines: tuple[ModelLine, ...]) -> tuple[ReceiptLine, ...]:
        names = self._names(served, [line.index for line in lines if line.part is Part.NEIGHBOUR])
        own = (Part.OWN_RATING, Part.OWN_PRESENCE)
        movies = self._movies.by_ids(served.movie_id(line.index) for line in lines if line.part in own)
        return tuple(
            ReceiptLine(
                part=line.part.value,
                amount=line.amount / 1000,
                username=names.get(line.index) if line.part is Part.NEIGHBOUR else None,
                movie=movies[served.movie_id(line.index)] if line.part in own else None,
                # Of who is not named not even the score is told, only what it adds.
                score=line.score if line.score >= 0 and (line.part in own or line.index in names) else None,
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


def described(served: Served, predictions: Predictions, position: int) -> Prediction:
    """Return one of many predictions as it is shown."""
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
