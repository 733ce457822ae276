"""The engine as served: a fitted model over a snapshot of the ratings; found, refitted when old, kept open."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from sqlalchemy import func, or_, select

from camflix.db.locks import lock_fits
from camflix.models import EngineChoice, EngineModel, Privacy, Rating, RatingChange, User
from camflix.recommender.arrays import Ratings
from camflix.recommender.registry import DEFAULT_ENGINE, ENGINES, model_class
from camflix.results import EngineStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s, Int64s
    from camflix.recommender.model import Model, Person
    from camflix.services.epoch import EpochService
    from camflix.services.model_store import ModelHeader, ModelStore

_CHUNK = 50_000
_ROW = 1
_SHARE_CHANGED = 0.01
"""Other people's changes enter at a refit, due when they reach this share of the ratings; one's own enter at once."""
MIN_EVIDENCE = 20
"""A film enters a list only with this many ratings of others behind its prediction; fewer in small communities."""
_EVIDENCE_SHARE = 0.035
_SNAPSHOT = ("user_ids", "movie_ids", "user_ptr", "items", "scores", "item_ptr", "users", "item_scores")


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A model ready to answer, and whom and what its indices stand for.

    Attributes:
        user_ids: int64 ``[n_users]``, ascending.
        movie_ids: int64 ``[n_items]``, ascending.
    """

    header: ModelHeader
    model: Model
    user_ids: Int64s
    movie_ids: Int64s

    def user_index(self, user_id: int) -> int:
        """Return the index of a user; -1 when the model does not hold them."""
        return _index(self.user_ids, user_id)

    def item_index(self, movie_id: int) -> int:
        """Return the index of a film; -1 when nobody in the snapshot rated it."""
        return _index(self.movie_ids, movie_id)

    def item_indices(self, movie_ids: Iterable[int]) -> Int32s:
        """Return the indices of those films that the model holds, ascending."""
        wanted = np.fromiter(movie_ids, dtype=np.int64)
        return np.flatnonzero(np.isin(self.movie_ids, wanted)).astype(np.int32)


class ModelCache:
    """The models that this process has open, one an engine; shared by its threads."""

    def __init__(self) -> None:
        self._served: dict[str, Served] = {}

    def get(self, header: ModelHeader) -> Served | None:
        """Return the open model if it is this one."""
        served = self._served.get(header.engine)
        return served if served is not None and served.header == header else None

    def put(self, served: Served) -> None:
        """Keep a model open in place of the last one of its engine."""
        self._served[served.header.engine] = served


class EngineService:
    """Finds the model to serve, or makes it."""

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

    def chosen(self) -> str:
        """Return the name of the engine that serves."""
        engine = self._session.scalar(select(EngineChoice.engine).where(EngineChoice.id == _ROW))
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

    def status(self) -> EngineStatus:
        """Return which engine serves, and its model."""
        row = self._session.get(EngineChoice, _ROW)
        header = self._store.newest(self.chosen())
        chosen_by: Literal["default", "hand", "holdout"] = "default"
        if row is not None:
            chosen_by = "hand" if row.chosen_by == "hand" else "holdout"
        return EngineStatus(
            engine=self.chosen(),
            chosen_by=chosen_by,
            chosen_at=row.chosen_at if row else None,
            engines=tuple(ENGINES),
            fitted_at=header.fitted_at if header else None,
            n_ratings=header.n_ratings if header else None,
            is_stale=self.is_stale(),
        )

    def is_stale(self) -> bool:
        """Return whether a refit is due: no model yet, ratings changed in bulk, or by many people since."""
        header = self._store.newest(self.chosen())
        if header is None or header.epoch != self._epochs.current():
            return True
        n_changed = self._session.scalar(
            select(func.count())
            .select_from(RatingChange)
            .join(User, User.id == RatingChange.user_id)
            .where(RatingChange.id > header.last_change_id, contributing())
        )
        return (n_changed or 0) > _SHARE_CHANGED * header.n_ratings

    def served(self) -> Served | None:
        """Return the newest model of the engine that serves, opened; None when none was ever fitted."""
        header = self._store.newest(self.chosen())
        if header is None:
            return None
        served = self._cache.get(header)
        if served is None:
            served = _open(header, self._store.load(header))
            self._cache.put(served)
        return served

    def refit_if_stale(self) -> None:
        """Refit when it is due, one process at a time: another may have done it while this one waited."""
        lock_fits(self._session.connection())
        if self.is_stale():
            self.refit()

    def refit(self) -> Served:
        """Fit a model of the engine that serves on all ratings that may feed predictions, and store it."""
        engine = self.chosen()
        epoch, last_change_id = self._epochs.current(), self._epochs.last_change_id()
        user_ids, movie_ids, ratings = self.ratings()
        began = time.perf_counter()
        model = model_class(engine).fit(ratings)
        row = EngineModel(
            engine=engine,
            epoch=epoch,
            last_change_id=last_change_id,
            n_users=ratings.n_users,
            n_movies=ratings.n_items,
            n_ratings=ratings.n_ratings,
            fitted_at=self._now(),
            fit_seconds=time.perf_counter() - began,
        )
        snapshot = {name: getattr(ratings, name) for name in _SNAPSHOT[2:]}
        arrays = {"user_ids": user_ids, "movie_ids": movie_ids, **snapshot}
        learnt = {f"model_{name}": array for name, array in model.arrays().items()}
        header = self._store.save(row, arrays | learnt)
        served = Served(header, model, user_ids, movie_ids)
        self._cache.put(served)
        return served

    def ratings(self) -> tuple[Int64s, Int64s, Ratings]:
        """Return the ids of users and films, ascending, and the ratings that may feed predictions.

        Rows come in the order of the primary key and become arrays a chunk at a time: Python's own integers would take
        ten times the memory.
        """
        query = (
            select(Rating.user_id, Rating.movie_id, Rating.score)
            .join(User, User.id == Rating.user_id)
            .where(contributing())
            .order_by(Rating.user_id, Rating.movie_id)
            .execution_options(yield_per=_CHUNK)
        )
        table = _Rows()
        for rows in self._session.execute(query).partitions():
            table.add(*zip(*rows, strict=True))
        return table.as_ratings()

    def person(self, served: Served, user_id: int) -> Person:
        """Return a user as the model sees them, by their ratings as they are now."""
        rows = self._session.execute(
            select(Rating.movie_id, Rating.score).where(Rating.user_id == user_id).order_by(Rating.movie_id)
        )
        table = np.array(list(rows), dtype=np.int64).reshape(-1, 2)
        positions = np.searchsorted(served.movie_ids, table[:, 0])
        known = np.zeros(len(table), dtype=bool)
        inside = positions < len(served.movie_ids)
        known[inside] = served.movie_ids[positions[inside]] == table[inside, 0]
        return served.model.person(
            positions[known].astype(np.int32), table[known, 1].astype(np.uint8), served.user_index(user_id)
        )


class _Rows:
    """Rows in the order of their users, gathered into arrays a chunk at a time: five bytes a rating."""

    def __init__(self) -> None:
        self._user_ids = array("q")
        self._starts = array("q")
        self._movies = array("i")
        self._scores = bytearray()

    def add(self, users: Sequence[int], movies: Sequence[int], scores: Sequence[int]) -> None:
        n_before, last = len(self._scores), self._user_ids[-1] if self._user_ids else -1
        column = np.array(users, dtype=np.int64)
        starts = np.flatnonzero(np.diff(column, prepend=last))
        self._user_ids.extend(column[starts].tolist())
        self._starts.extend((starts + n_before).tolist())
        self._movies.extend(movies)
        self._scores.extend(scores)

    def as_ratings(self) -> tuple[Int64s, Int64s, Ratings]:
        movies = np.frombuffer(self._movies, dtype=np.int32)
        is_rated = np.zeros(int(movies.max(initial=0)) + 1, dtype=np.bool_)
        is_rated[movies] = True
        movie_ids = np.flatnonzero(is_rated).astype(np.int64)
        index = np.zeros(len(is_rated), dtype=np.int32)
        index[movie_ids] = np.arange(len(movie_ids), dtype=np.int32)
        self._starts.append(len(movies))
        user_ptr = np.array(self._starts, dtype=np.int64)
        scores = np.frombuffer(bytes(self._scores), dtype=np.uint8)
        ratings = Ratings.from_rows(len(movie_ids), user_ptr, index[movies], scores)
        return np.array(self._user_ids, dtype=np.int64), movie_ids, ratings


def evidence_floor(n_users: int) -> int:
    """Return how many ratings must stand behind a film on a list: a share of the community, from 1 to MIN_EVIDENCE."""
    return max(1, min(MIN_EVIDENCE, round(_EVIDENCE_SHARE * n_users)))


def contributing() -> ColumnElement[bool]:
    """Return the condition on users whose ratings feed other people's predictions."""
    return User.is_active & or_(User.privacy != Privacy.PRIVATE, User.contributes_anonymously)


def _open(header: ModelHeader, arrays: dict[str, np.ndarray]) -> Served:
    snapshot = [arrays[name] for name in _SNAPSHOT[2:]]
    user_ids, movie_ids = arrays["user_ids"], arrays["movie_ids"]
    ratings = Ratings(len(user_ids), len(movie_ids), *snapshot)
    learnt = {name.removeprefix("model_"): array for name, array in arrays.items() if name.startswith("model_")}
    model = model_class(header.engine).from_arrays(ratings, learnt)
    return Served(header, model, user_ids, movie_ids)


def _index(ids: Int64s, wanted: int) -> int:
    position = int(np.searchsorted(ids, wanted))
    return position if position < len(ids) and ids[position] == wanted else -1
