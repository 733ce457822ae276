"""Predicted scores of many films at once, for lists and filters; no receipt, no fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.errors import NotFoundError
from camflix.recommender.model import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.recommender.model import Predictions
    from camflix.services.engine import EngineService, Served


class PredictionService:
    """What the model that serves says of films; it may be a little old, a list does not wait for a new one."""

    def __init__(self, engine: EngineService) -> None:
        self._engine = engine

    def of(self, user_id: int, movie_ids: Sequence[int]) -> dict[int, float]:
        """Return the predicted scores of those films that one is known for, three decimals."""
        served = self._engine.served()
        if served is None or not movie_ids:
            return {}
        indices = np.array([served.item_index(movie_id) for movie_id in movie_ids], dtype=np.int32)
        known = indices[indices >= 0]
        if not len(known):
            return {}
        predictions = self._engine.predict(served, self._engine.taste(served, user_id), known)
        return _scores(served, known, predictions)

    def all(self, user_id: int) -> list[tuple[int, float]]:
        """Return (film, predicted score) of every film that one is known for, highest first, equals by film.

        Raises:
            NotFoundError: no model was ever fitted.
        """
        served = self._engine.served()
        if served is None:
            raise NotFoundError(
                "There are no ratings to learn from yet.",
                hint="Bring some: camflix demo, or camflix import movielens FOLDER",
            )
        items = np.arange(len(served.snapshot.movie_ids), dtype=np.int32)
        predictions = self._engine.predict(served, self._engine.taste(served, user_id), items)
        scores = _scores(served, items, predictions)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _scores(served: Served, items: np.ndarray, predictions: Predictions) -> dict[int, float]:
    estimates = np.round(predictions.estimates.astype(np.float64), 3)
    known = predictions.reasons == Reason.KNOWN
    ids = served.snapshot.movie_ids[items[known]]
    return dict(zip(ids.tolist(), (float(score) for score in estimates[known]), strict=True))
