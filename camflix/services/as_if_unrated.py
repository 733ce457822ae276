"""Predictions as their receipts have them: of a film that somebody has rated, as if they had not."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.model import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from camflix.recommender.arrays import Int32s, Int64s
    from camflix.recommender.model import Model
    from camflix.services.engine import Served, Taste
    from camflix.services.model_store import ModelHeader

_N_THREADS = 2
_WORTH_THREADS = 16
_MOST_TASTES = 32


@dataclass(slots=True, eq=False)
class _Alone:
    """What was predicted of the films of one taste, each as if it were not in it; ``known`` says of which."""

    known: NDArray[np.bool_]
    predictions: Predictions


class AloneMemory:
    """Remembers such predictions of the tastes asked about last: each costs a person learnt without one film.

    A taste is told by its scores and by the model, so that nothing need be forgotten when somebody rates.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], _Alone] = OrderedDict()
        self._lock = threading.Lock()

    def predict(self, served: Served, taste: Taste, items: Int32s) -> Predictions:
        """Return the predictions of ``items`` for whoever has this taste.

        Args:
            served: what predicts.
            taste: of the person.
            items: int32 ``[n]``, any.
        """
        model = served.model
        together = model.predict(model.person(taste.items, taste.scores, taste.user), items)
        rated = np.flatnonzero(np.isin(items, taste.items))
        if not len(rated):
            return together
        places = np.searchsorted(taste.items, items[rated])
        alone = self._of(served.header, taste)
        asked = np.zeros(len(taste.items), dtype=np.bool_)
        asked[places] = True
        self._learn(alone, model, taste, np.flatnonzero(asked & ~alone.known))
        return _put(together, rated, alone.predictions.take(places))

    def _of(self, header: ModelHeader, taste: Taste) -> _Alone:
        key = (header.engine, header.id, taste.user, taste.items.tobytes(), taste.scores.tobytes())
        with self._lock:
            alone = self._known.get(key)
            if alone is None:
                alone = self._known[key] = _Alone(np.zeros(len(taste.items), dtype=np.bool_), _empty(taste.items))
            self._known.move_to_end(key)
            while len(self._known) > _MOST_TASTES:
                self._known.popitem(last=False)
        return alone

    @staticmethod
    def _learn(alone: _Alone, model: Model, taste: Taste, places: Int64s) -> None:
        def predict(place: int) -> Predictions:
            others = taste.without(int(taste.items[place]))
            person = model.person(others.items, others.scores, others.user)
            return model.predict(person, taste.items[place : place + 1])

        if len(places) > _WORTH_THREADS:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - not for who rates

            with ThreadPoolExecutor(_N_THREADS) as threads:
                found = list(threads.map(predict, places.tolist()))
        else:
            found = list(map(predict, places.tolist()))
        # Two threads may have done the same; they write the same.
        for place, one in zip(places.tolist(), found, strict=True):
            for field in fields(Predictions):
                getattr(alone.predictions, field.name)[place] = getattr(one, field.name)[0]
            alone.known[place] = True


def _empty(items: Int32s) -> Predictions:
    n = len(items)
    return Predictions(
        items, np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.uint8), np.zeros(n, dtype=np.int32)
    )


def _put(into: Predictions, places: Int64s, these: Predictions) -> Predictions:
    """Return predictions with others in some places."""
    arrays: dict[str, Any] = {field.name: getattr(into, field.name).copy() for field in fields(Predictions)}
    for name, array in arrays.items():
        array[places] = getattr(these, name)
    return replace(into, **arrays)
