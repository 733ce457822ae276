"""Making models: ratings read, an engine and the order of lists fitted, everything stored in one step."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.models import EngineModel
from camflix.recommender.factors import Factors, WarmStart
from camflix.recommender.likely import Likely
from camflix.recommender.likely_fit import Settings
from camflix.recommender.likely_tuning import tuned
from camflix.recommender.registry import fit_options, model_class
from camflix.services.engine import Served
from camflix.services.snapshot import read_features, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s
    from camflix.recommender.model import Model
    from camflix.recommender.registry import Preset
    from camflix.services.engine import EngineService
    from camflix.services.epoch import EpochService
    from camflix.services.model_store import ModelStore
    from camflix.services.neighbours import NeighbourService
    from camflix.services.snapshot import Snapshot

_SETTINGS = "settings"
_FAST_FACTORS = 64
_WARM_FROM = 300_000
"""Fewer ratings are fitted from nothing each time: it takes seconds, and no model depends on those before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A model that is not stored yet, and what it was fitted on.

    Attributes:
        settings: of the order of lists.
    """

    engine: str
    preset: Preset
    epoch: int
    last_change_id: int
    snapshot: Snapshot
    model: Model
    likely: Likely
    settings: Settings
    fitted_at: datetime
    seconds: float


class FittingService:
    """Fits in a transaction that reads, stores in one that writes: nobody who rates waits for a fit."""

    def __init__(
        self,
        session: Session,
        engine: EngineService,
        store: ModelStore,
        neighbours: NeighbourService,
        epochs: EpochService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._engine = engine
        self._store = store
        self._neighbours = neighbours
        self._epochs = epochs
        self._now = now

    def fit(self, *, thorough: bool = False) -> Fit:
        """Fit the engine that serves, and the order of lists, on all ratings that may feed predictions.

        Args:
            thorough: as accurately as can be, the order's settings tuned anew, nothing taken over from the last model.
        """
        engine = self._engine.chosen()
        epoch, last_change_id = self._epochs.current(), self._epochs.last_change_id()
        snapshot = read_snapshot(self._session)
        features = read_features(self._session, snapshot.movie_ids)
        before = None if thorough else self._engine.served()
        began = time.perf_counter()
        preset: Preset = "full" if thorough else "fast"
        options = fit_options(engine, preset, snapshot.ratings.n_ratings) | _warm_start(engine, snapshot, before)
        settings = tuned(snapshot.ratings, features) if thorough else self._settings_before()
        n_factors = settings.n_factors if thorough else min(_FAST_FACTORS, settings.factors_for(snapshot.ratings))

        def fit_model() -> Model:
            return model_class(engine).fit(snapshot.ratings, features, **options)

        def fit_order() -> Likely:
            return Likely.fit_with(snapshot.ratings, features, settings=replace(settings, n_factors=n_factors))

        model, likely = _both(fit_model, fit_order, together=snapshot.ratings.n_ratings < _WARM_FROM)
        seconds = time.perf_counter() - began
        return Fit(engine, preset, epoch, last_change_id, snapshot, model, likely, settings, self._now(), seconds)

    def store(self, fit: Fit) -> Served:
        """Store a model with everybody's neighbours and let it serve, all or nothing."""
        snapshot = fit.snapshot
        row = EngineModel(
            engine=fit.engine,
            preset=fit.preset,
            epoch=fit.epoch,
            last_change_id=fit.last_change_id,
            n_users=snapshot.ratings.n_users,
            n_movies=snapshot.ratings.n_items,
            n_ratings=snapshot.ratings.n_ratings,
            fitted_at=fit.fitted_at,
            fit_seconds=fit.seconds,
        )
        learnt = {f"model_{name}": array for name, array in fit.model.arrays().items()}
        order = {f"order_{name}": array for name, array in fit.likely.arrays().items()}
        settings = {f"order_{_SETTINGS}": _as_array(fit.settings)}
        self._drop_those_who_left(snapshot)
        before = self._store.newest(self._engine.chosen())
        header = self._store.save(row, snapshot.arrays() | learnt | order | settings)
        served = Served(header, fit.model, lambda: fit.likely, snapshot)
        self._neighbours.rebuild(served, before.id if before else None)
        self._engine.keep_open(served)
        return served

    def refit(self, *, thorough: bool = False) -> Served:
        """Fit and store in one transaction."""
        return self.store(self.fit(thorough=thorough))

    def _settings_before(self) -> Settings:
        """Return the settings of the last order of lists; the defaults before the first."""
        header = self._engine.header()
        stored = self._store.load_one(header, f"order_{_SETTINGS}") if header is not None else None
        return Settings() if stored is None else _from_array(stored)

    def _drop_those_who_left(self, snapshot: Snapshot) -> None:
        """Drop all models that hold somebody whose ratings may feed predictions no more."""
        for header in self._store.all():
            held = self._store.load_one(header, "user_ids")
            if held is None or not np.all(np.isin(held, snapshot.user_ids)):
                self._store.drop(header)


def _both(fit_model: Callable[[], Model], fit_order: Callable[[], Likely], *, together: bool) -> tuple[Model, Likely]:
    """Return what both fits make; ``together`` takes the memory of both at once, and fills the cores better."""
    if not together:
        return fit_model(), fit_order()
    with ThreadPoolExecutor(1) as thread:
        order = thread.submit(fit_order)
        return fit_model(), order.result()


def _warm_start(engine: str, snapshot: Snapshot, before: Served | None) -> dict[str, Any]:
    if engine != Factors.name or before is None or snapshot.ratings.n_ratings < _WARM_FROM:
        return {}
    if not isinstance(before.model, Factors):
        return {}
    return {"warm_start": WarmStart(before.model, _places(snapshot.movie_ids, before.snapshot.movie_ids))}


def _places(ids: np.ndarray, among: np.ndarray) -> Int32s:
    """Return where each id stands among ascending others, int32; -1 for one that does not."""
    places = np.searchsorted(among, ids)
    found = places < len(among)
    found[found] = among[places[found]] == ids[found]
    return np.where(found, places, -1).astype(np.int32)


def _as_array(settings: Settings) -> np.ndarray:
    return np.array([settings.n_factors, settings.unknown_weight, settings.ridge_scale, settings.n_iterations])


def _from_array(stored: np.ndarray) -> Settings:
    n_factors, unknown_weight, ridge_scale, n_iterations = stored.tolist()
    return Settings(round(n_factors), unknown_weight, ridge_scale, round(n_iterations))
