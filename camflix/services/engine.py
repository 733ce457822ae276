"""The engine as served: which one, its fitted model over a snapshot of the ratings, found and kept open."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from sqlalchemy import bindparam, func, select

from camflix.db.locks import lock_fits
from camflix.models import EngineChoice, Rating, RatingChange, User
from camflix.recommender.registry import DEFAULT_ENGINE, ENGINES, model_class
from camflix.results import EngineStatus
from camflix.services.as_if_unrated import AloneMemory
from camflix.services.community import contributing
from camflix.services.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s, UInt8s
    from camflix.recommender.likely import Likely
    from camflix.recommender.model import Model, Person, Predictions
    from camflix.recommender.similar_items import SimilarItems
    from camflix.services.epoch import EpochService
    from camflix.services.model_store import ModelHeader, ModelStore

_ROW = 1
# Statements that every answer needs are built once: SQLAlchemy takes as long for that as to run them.
_CHOSEN = select(EngineChoice.engine).where(EngineChoice.id == _ROW)
_RATED = select(Rating.movie_id, Rating.score).where(Rating.user_id == bindparam("rater")).order_by(Rating.movie_id)
_SHARE_CHANGED = 0.01
"""Other people's changes enter at a refit, due when they reach this share of the ratings; one's own enter at once."""
_MOST_WAITED_FOR = 300_000
"""Nobody waits for a refit of more ratings than this while a model that is not too old can answer."""
_SERVES_STALE = timedelta(days=1)
"""It does for so long from its fit on: by then those who left it are heard no more, whoever has to wait for that."""


@dataclass(frozen=True, eq=False)
class Served:
    """A model ready to answer, and whom and what its indices stand for.

    Attributes:
        open_likely: makes the order of lists, for the first who asks; whoever rates does not.
    """

    header: ModelHeader
    model: Model
    open_likely: Callable[[], Likely]
    snapshot: Snapshot

    def user_index(self, user_id: int) -> int:
        """Return the index of a user; -1 when the model does not hold them."""
        return _index(self.snapshot.user_ids, user_id)

    def item_index(self, movie_id: int) -> int:
        """Return the index of a film; -1 when nobody in the snapshot rated it."""
        return _index(self.snapshot.movie_ids, movie_id)

    def item_indices(self, movie_ids: Iterable[int]) -> Int32s:
        """Return the indices of those films that the model holds, ascending."""
        wanted = np.fromiter(movie_ids, dtype=np.int64)
        return np.flatnonzero(np.isin(self.snapshot.movie_ids, wanted)).astype(np.int32)

    def movie_id(self, item: int) -> int:
        """Return the film that an index stands for."""
        return int(self.snapshot.movie_ids[item])

    @cached_property
    def likely(self) -> Likely:
        """The order of lists."""
        return self.open_likely()

    @cached_property
    def similar_items(self) -> SimilarItems:
        """What finds films like a film."""
        from camflix.recommender.similar_items import SimilarItems  # noqa: PLC0415 - with the order of lists

        learnt = self.likely.arrays()
        n_evidence = np.diff(self.snapshot.ratings.item_ptr).astype(np.int32)
        return SimilarItems(learnt["vectors"], learnt["gram"], n_evidence)


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What one person rated, as far as the model knows the films.

    Attributes:
        user: their index in the model, -1 when it does not hold them.
        items: int32 ``[n]``, ascending.
        scores: uint8 ``[n]``.
    """

    user: int
    items: Int32s
    scores: UInt8s

    def without(self, item: int) -> Taste:
        """Return the same without one film."""
        others = self.items != item
        return Taste(self.user, self.items[others], self.scores[others])


class ModelCache:
    """The models that this process has open, one an engine; shared by its threads."""

    def __init__(self) -> None:
        self._served: dict[str, Served] = {}
        self.fitting = threading.Lock()
        self.alone = AloneMemory()

    def get(self, header: ModelHeader) -> Served | None:
        """Return the open model if it is this one."""
        served = self._served.get(header.engine)
        return served if served is not None and served.header == header else None

    def put(self, served: Served) -> None:
        """Keep a model open in place of the last one of its engine."""
        self._served[served.header.engine] = served


class EngineService:
    """Knows which engine serves and finds its model; ``FittingService`` makes them."""

    def __init__(
        self,
        session: Session,
        store: ModelStore,
        cache: ModelCache,
        epochs: EpochService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._store = store
        self._cache = cache
        self._epochs = epochs
        self._now = now
        self._header: ModelHeader | None = None

    def chosen(self) -> str:
        """Return the name of the engine that serves."""
        engine = self._session.scalar(_CHOSEN)
        # An engine of a newer CamFlix is not known here.
        return engine if engine in ENGINES else DEFAULT_ENGINE

    def choose(self, engine: str, chosen_by: Literal["hand", "holdout"]) -> None:
        """Let an engine serve from now on. What a person chose, a hold-out does not overrule.

        Raises:
            InvalidInputError: there is no such engine.
        """
        model_class(engine)
        row = self._session.get(EngineChoice, _ROW)
        if row is None:
            self._session.add(EngineChoice(id=_ROW, engine=engine, chosen_by=chosen_by, chosen_at=self._now()))
        elif chosen_by == "hand" or row.chosen_by == "holdout":
            row.engine, row.chosen_by, row.chosen_at = engine, chosen_by, self._now()
        self._session.flush()
        self._header = None

    def forget_choice(self) -> None:
        """Let the default engine serve, until a hold-out or a person chooses another."""
        row = self._session.get(EngineChoice, _ROW)
        if row is not None:
            self._session.delete(row)
            self._session.flush()
        self._header = None

    def status(self) -> EngineStatus:
        """Return which engine serves, and its model."""
        row = self._session.get(EngineChoice, _ROW)
        header = self.header()
        chosen_by: Literal["default", "hand", "holdout"] = "default"
        if row is not None:
            chosen_by = "hand" if row.chosen_by == "hand" else "holdout"
        return EngineStatus(
            engine=self.chosen(),
            chosen_by=chosen_by,
            chosen_at=row.chosen_at if row else None,
            engines=tuple(ENGINES),
            fitted_at=header.fitted_at if header else None,
            preset=None if header is None else "full" if header.preset == "full" else "fast",
            n_ratings=header.n_ratings if header else None,
            is_stale=self.is_stale(),
        )

    def header(self) -> ModelHeader | None:
        """Return which model serves, the same throughout a transaction; None when none was ever fitted."""
        if self._header is None:
            self._header = self._store.newest(self.chosen())
        return self._header

    def is_stale(self) -> bool:
        """Return whether a refit is due: no model yet, ratings changed in bulk, or by many people since."""
        header = self.header()
        if header is None or header.epoch != self._epochs.current():
            return True
        most = _SHARE_CHANGED * header.n_ratings
        # Numbers are given in turn: where so few were given since, nothing need be counted.
        if self._epochs.last_change_id() - header.last_change_id <= most:
            return False
        n_changed = self._session.scalar(
            select(func.count())
            .select_from(RatingChange)
            .join(User, User.id == RatingChange.user_id)
            .where(RatingChange.id > header.last_change_id, contributing())
        )
        return (n_changed or 0) > most

    def may_serve_stale(self) -> bool:
        """Return whether the old model may answer while it is stale: for a day, where a new one takes long."""
        header = self.header()
        if header is None or header.n_ratings <= _MOST_WAITED_FOR:
            return False
        return self._now() - header.fitted_at < _SERVES_STALE

    def served(self) -> Served | None:
        """Return the newest model of the engine that serves, opened; None when none was ever fitted."""
        while (header := self.header()) is not None:
            served = self._cache.get(header)
            if served is not None:
                return served
            arrays = self._store.load(header)
            if arrays is not None:
                served = _open(header, arrays)
                self._cache.put(served)
                return served
            # It was dropped since its header was read, for a newer one.
            self._header = None
        return None

    def keep_open(self, served: Served) -> None:
        """Let a model that has just been stored answer from now on."""
        self._cache.put(served)
        self._header = None

    @contextmanager
    def in_turn(self, *, wait: bool) -> Iterator[bool]:
        """Open a block in which this thread of this process alone fits; tell whether it may.

        Args:
            wait: for the others, if there are any; otherwise they are left to it.
        """
        if not self._cache.fitting.acquire(blocking=wait):
            yield False
            return
        try:
            may_fit = lock_fits(self._session.connection(), wait=wait)
            # Another may have stored a model meanwhile.
            self._header = None
            yield may_fit
        finally:
            self._cache.fitting.release()

    def person(self, served: Served, user_id: int) -> Person:
        """Return a user as the model sees them, by their ratings as they are now."""
        taste = self.taste(served, user_id)
        return served.model.person(taste.items, taste.scores, taste.user)

    def predict(self, served: Served, taste: Taste, items: Int32s) -> Predictions:
        """Return the predictions of ``items`` as their receipts have them: of rated ones, as if they were not."""
        return self._cache.alone.predict(served, taste, items)

    def taste(self, served: Served, user_id: int) -> Taste:
        """Return a user's ratings as they are now."""
        rows = self._session.execute(_RATED, {"rater": user_id})
        columns = tuple(zip(*rows, strict=True)) or ((), ())
        movie_ids, scores = np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.uint8)
        held = served.snapshot.movie_ids
        positions = np.searchsorted(held, movie_ids)
        known = np.zeros(len(movie_ids), dtype=np.bool_)
        inside = positions < len(held)
        known[inside] = held[positions[inside]] == movie_ids[inside]
        return Taste(served.user_index(user_id), positions[known].astype(np.int32), scores[known])


def _open(header: ModelHeader, arrays: dict[str, np.ndarray]) -> Served:
    snapshot = Snapshot.from_arrays(arrays)
    model = model_class(header.engine).from_arrays(snapshot.ratings, part_of(arrays, "model_"))

    def open_likely() -> Likely:
        from camflix.recommender.likely import Likely  # noqa: PLC0415 - not for who rates

        return Likely.from_arrays(snapshot.ratings, part_of(arrays, "order_"))

    return Served(header, model, open_likely, snapshot)


def part_of(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin so, without that beginning."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _index(ids: np.ndarray, wanted: int) -> int:
    position = int(np.searchsorted(ids, wanted))
    return position if position < len(ids) and ids[position] == wanted else -1
