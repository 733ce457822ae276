"""Engines measured on ratings they have not seen: of files, or of this database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix import scores
from camflix.errors import InvalidInputError
from camflix.importers.rating_files import read_films, read_ratings, scale_of
from camflix.recommender.arrays import Ratings
from camflix.recommender.evaluation import EvaluationSettings, HeldOut, evaluate, split_holdout
from camflix.recommender.features import item_features
from camflix.recommender.likely import Likely
from camflix.recommender.registry import model_class
from camflix.results import EngineEvaluation
from camflix.services.community import evidence_floor
from camflix.services.snapshot import read_features, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Features, Float64s
    from camflix.recommender.evaluation import EvaluationResult
    from camflix.recommender.registry import Preset
    from camflix.services.engine import EngineService

_MIN_RATINGS = 50
_LEAST_COMPARED = 2
MAX_RANKED_USERS = 2000
"""Lists are made for so many people at the most; enough that the sample's error is below a thousandth."""


class EvaluationService:
    """Evaluations on the database's own ratings."""

    def __init__(self, session: Session, engine: EngineService) -> None:
        self._session = session
        self._engine = engine

    def holdout(
        self, share: float, seed: int, engines: Sequence[str], preset: Preset = "full"
    ) -> list[EngineEvaluation]:
        """Return each engine measured on a ``share`` of the ratings, chosen by ``seed``, after fitting on the rest.

        Raises:
            InvalidInputError: a share that is none, or too few ratings.
        """
        if not 0 < share < 1:
            raise _not_a_share(share)
        snapshot = read_snapshot(self._session)
        ratings = snapshot.ratings
        if ratings.n_ratings < _MIN_RATINGS:
            raise InvalidInputError(
                "There are {n} ratings: too few to hold some out.",
                hint="Bring more: camflix demo, or camflix import movielens FOLDER",
                n=ratings.n_ratings,
            )
        train, test = split_holdout(ratings.n_ratings, share, seed)
        if not len(train) or not len(test):
            raise _not_a_share(share)
        users = ratings.row_users()
        learnt = Ratings.from_triples(
            users[train], ratings.items[train], ratings.scores[train], ratings.n_users, ratings.n_items
        )
        held_out = HeldOut(users[test], ratings.items[test], ratings.scores[test].astype(np.float64))
        features = read_features(self._session, snapshot.movie_ids)
        return _measured(engines, learnt, held_out, features, scores.MAX_SCORE, seed, preset)

    def choose_best(self, found: Sequence[EngineEvaluation]) -> str | None:
        """Let the engine serve that predicted best, unless somebody chose one by hand; return its name if it serves.

        The least root of the mean squared error wins; it needs two engines to compare.
        """
        if len(found) < _LEAST_COMPARED:
            return None
        best = min(found, key=lambda each: each.rmse_100).engine
        self._engine.choose(best, "holdout")
        return best if self._engine.chosen() == best else None


def _not_a_share(share: float) -> InvalidInputError:
    return InvalidInputError(
        "holdout: {value} is not a share.", hint="Give a number between 0 and 1.", field="holdout", value=share
    )


def evaluate_files(
    train: Path, test: Path, films: Path | None, engines: Sequence[str], seed: int, preset: Preset = "full"
) -> list[EngineEvaluation]:
    """Return each engine measured on the ratings of one file after fitting on those of another.

    Raises:
        NotFoundError: a file that is not there.
        InvalidFileError: a line that cannot be read, named.
    """
    learnt, held_out = read_ratings(train), read_ratings(test)
    scale = scale_of(learnt, held_out)
    users = {name: index for index, name in enumerate(learnt.user_ids)}
    items = {name: index for index, name in enumerate(learnt.item_ids)}
    rows = _last_of_each_pair(learnt.users, learnt.items)
    fitted = Ratings.from_triples(
        learnt.users[rows],
        learnt.items[rows],
        np.rint(_on_100(learnt.ratings[rows], scale)).astype(np.uint8),
        len(users),
        len(items),
    )
    known_users = np.array([users.get(name, -1) for name in held_out.user_ids], dtype=np.int32)
    known_items = np.array([items.get(name, -1) for name in held_out.item_ids], dtype=np.int32)
    compared = HeldOut(known_users[held_out.users], known_items[held_out.items], _on_100(held_out.ratings, scale))
    features = _features(films, learnt.item_ids) if films is not None else None
    return _measured(engines, fitted, compared, features, scale, seed, preset)


def _on_100(ratings: Float64s, scale: int) -> Float64s:
    return ratings * scores.MAX_SCORE / scale


def _last_of_each_pair(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the rows to keep where a file rates a pair twice: the last of each, in file order."""
    pairs = users.astype(np.int64) << 32 | items
    _unique, from_the_end = np.unique(pairs[::-1], return_index=True)
    return np.sort(len(pairs) - 1 - from_the_end)


def _features(films: Path, item_ids: Sequence[str]) -> Features:
    known = read_films(films)
    facts = [known.get(item_id) for item_id in item_ids]
    return item_features(
        [fact.year if fact else None for fact in facts], [fact.genres if fact else () for fact in facts]
    )


def _measured(
    engines: Sequence[str],
    train: Ratings,
    test: HeldOut,
    features: Features | None,
    scale: int,
    seed: int,
    preset: Preset,
) -> list[EngineEvaluation]:
    """Return what each engine does; lists are measured as they are served, in the one order that all share."""
    settings = EvaluationSettings(
        seed=seed, n_ranked_users=MAX_RANKED_USERS, min_evidence=evidence_floor(train.n_users), preset=preset
    )
    likely = Likely.fit(train, features, seed=seed)
    return [
        _described(evaluate(model_class(engine), train, test, features, settings, likely), train, scale)
        for engine in engines
    ]


def _described(result: EvaluationResult, train: Ratings, scale: int) -> EngineEvaluation:
    return EngineEvaluation(
        engine=result.engine,
        scale=scale,
        n_train=result.n_train,
        n_test=result.n_test,
        n_users=train.n_users,
        n_movies=train.n_items,
        rmse=result.rmse(scale),
        mae=result.mae(scale),
        rmse_100=result.rmse_100,
        mae_100=result.mae_100,
        within_5=result.within_5,
        within_10=result.within_10,
        coverage=result.coverage,
        interval_80=result.interval_80,
        precision_10=result.precision_10,
        recall_10=result.recall_10,
        ndcg_10=result.ndcg_10,
        n_ranked_users=result.n_ranked_users,
        fit_seconds=result.fit_seconds,
        predict_seconds=result.predict_seconds,
        peak_mb=result.peak_mb,
    )
