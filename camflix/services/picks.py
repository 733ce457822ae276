"""A good film drawn by chance, for an evening on which one does not want to choose."""

from __future__ import annotations

import random
import secrets
from typing import TYPE_CHECKING

import numpy as np

from camflix.errors import NotFoundError
from camflix.recommender.model import Reason
from camflix.results import Pick
from camflix.services.community import evidence_floor
from camflix.services.recommendations import described

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int32s
    from camflix.recommender.model import Predictions
    from camflix.services.engine import EngineService, Served
    from camflix.services.movies import MovieService
    from camflix.services.recommendations import RecommendationService
    from camflix.services.wanted import WantedFilms

SHARE = 0.1
"""Good are the films of the best tenth by predicted score, of those that may be drawn."""
LEAST = 10
"""At least so many, so that there is something to draw from."""
_SEEDS = 2**31
"""Seeds that are drawn are short enough to be typed again."""


class PickService:
    """Draws one film for one user."""

    def __init__(
        self,
        engine: EngineService,
        recommendations: RecommendationService,
        movies: MovieService,
        wanted: WantedFilms,
    ) -> None:
        self._engine = engine
        self._recommendations = recommendations
        self._movies = movies
        self._wanted = wanted

    def pick(self, user_id: int, username: str, seed: int | None, query: str) -> Pick:
        """Return a film drawn from the best tenth by predicted score, never one that was rated, seen or hidden.

        Drawn evenly, so that no film is likelier than another; the same seed gives the same film as long as nothing is
        rated, seen, hidden or learnt. While nothing can be predicted it is drawn from the films most people rated.

        Args:
            user_id: for whom.
            username: their name.
            seed: 0 or more; None: one is drawn, and told.
            query: filters, as in any list of films.

        Raises:
            InvalidInputError: the query holds words that are no filter, or a filter that cannot be read.
            NotFoundError: there is nothing to learn from, or no film fits.
        """
        served = self._recommendations.require_model()
        candidates = self._candidates(served, user_id, query)
        if not len(candidates):
            raise NotFoundError(
                "There is no film to pick from.",
                hint="Ask for less with the filter, or show hidden films again.",
                field="query",
            )
        predictions = served.model.predict(self._engine.person(served, user_id), candidates)
        good = _good(served, candidates, predictions)
        if seed is None:
            seed = secrets.randbelow(_SEEDS)
        place = int(good[random.Random(seed).randrange(len(good))])  # noqa: S311 - a film, no secret
        movie_id = served.movie_id(candidates[place])
        prediction = described(served, predictions, place)
        return Pick(username, seed, len(good), self._movies.get(movie_id), prediction)

    def _candidates(self, served: Served, user_id: int, query: str) -> Int32s:
        """Return the films that may be drawn, ascending, with enough ratings behind each."""
        is_open = np.diff(served.snapshot.ratings.item_ptr) >= evidence_floor(served.snapshot.ratings.n_users)
        is_open[served.item_indices(self._recommendations.rated_seen_or_hidden(user_id))] = False
        conditions = self._wanted.conditions(user_id, query)
        return self._wanted.kept(served, np.flatnonzero(is_open).astype(np.int32), conditions)


def _good(served: Served, candidates: Int32s, predictions: Predictions) -> np.ndarray:
    """Return the places among the candidates of those to draw from, ascending."""
    known = np.flatnonzero(predictions.reasons == Reason.KNOWN)
    if len(known):
        places, worth = known, predictions.estimates[known]
        n = max(LEAST, round(SHARE * len(known)))
    else:
        places, worth = np.arange(len(candidates)), np.diff(served.snapshot.ratings.item_ptr)[candidates]
        n = LEAST
    # Equal ones by film, so that two databases draw alike.
    return np.sort(places[np.argsort(-worth.astype(np.float64), kind="stable")[:n]])
