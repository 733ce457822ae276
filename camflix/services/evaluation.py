"""Engines measured on ratings they have not seen: of files, or of this database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix import scores
from camflix.errors import InvalidFileError, InvalidInputError
from camflix.importers.rating_files import read_films, read_ratings, scale_of
from camflix.recommender.arrays import Ratings
from camflix.recommender.evaluation import EvaluationSettings, HeldOut, evaluate, split_holdout
from camflix.recommender.features import item_features
from camflix.recommender.likely import Likely
from camflix.recommender.registry import model_class
from camflix.results import EngineEvaluation, changed
from camflix.services.community import evidence_floor
from camflix.services.snapshot import read_features, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from camflix.importers.rating_files import RatingFile
    from camflix.recommender.arrays import Features, Float64s
    from camflix.recommender.evaluation import EvaluationResult
    from camflix.recommender.registry import Preset
    from camflix.services.engine import EngineService

_MIN_RATINGS = 50
_LEAST_COMPARED = 2
_MOST_HELD_OUT = 0.5
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
            raise InvalidInputError(
                "holdout: {value} of {n} ratings leaves nothing to learn from, or nothing to predict.",
                hint="Give a share like 0.2.",
                field="holdout",
                value=share,
                n=ratings.n_ratings,
            )
        users = ratings.row_users()
        learnt = Ratings.from_triples(
            users[train], ratings.items[train], ratings.scores[train], ratings.n_users, ratings.n_items
        )
        held_out = HeldOut(users[test], ratings.items[test], ratings.scores[test].astype(np.float64))
        features = read_features(self._session, snapshot.movie_ids)
        return _measured(engines, learnt, held_out, features, scores.MAX_SCORE, seed, preset)

    def choose_best(self, found: Sequence[EngineEvaluation], share: float, preset: Preset) -> str | None:
        """Let the engine serve that predicted best, unless somebody chose one by hand; return its name if it serves.

        The least root of the mean squared error wins. It needs two engines to compare, as thoroughly fitted as those
        that serve, on about as many ratings.
        """
        if len(found) < _LEAST_COMPARED or preset != "full" or not share <= _MOST_HELD_OUT:
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
    rows, tested = _newest_of_each_pair(learnt), _newest_of_each_pair(held_out)
    fitted = Ratings.from_triples(
        learnt.users[rows],
        learnt.items[rows],
        np.rint(_on_100(learnt.ratings[rows], scale)).astype(np.uint8),
        len(users),
        len(items),
    )
    known_users = np.array([users.get(name, -1) for name in held_out.user_ids], dtype=np.int32)
    known_items = np.array([items.get(name, -1) for name in held_out.item_ids], dtype=np.int32)
    compared = HeldOut(
        known_users[held_out.users[tested]],
        known_items[held_out.items[tested]],
        _on_100(held_out.ratings[tested], scale),
    )
    features, n_described = (None, None) if films is None else _features(films, learnt.item_ids)
    found = _measured(engines, fitted, compared, features, scale, seed, preset)
    n_repeated = len(learnt.users) - len(rows) + len(held_out.users) - len(tested)
    n_learnt = _n_learnt(fitted, compared)
    return [changed(each, n_repeated=n_repeated, n_learnt=n_learnt, n_described=n_described) for each in found]


def _on_100(ratings: Float64s, scale: int) -> Float64s:
    return ratings * scores.MAX_SCORE / scale


def _n_learnt(fitted: Ratings, compared: HeldOut) -> int:
    """Return how many of the pairs to predict were learnt from as well."""
    learnt = fitted.row_users().astype(np.int64) << 32 | fitted.items
    known = (compared.users >= 0) & (compared.items >= 0)
    return int(np.isin(compared.users[known].astype(np.int64) << 32 | compared.items[known], learnt).sum())


def _newest_of_each_pair(file: RatingFile) -> np.ndarray:
    """Return the rows to keep where a file rates a pair twice: the newest; of one moment the last in the file."""
    pairs = file.users.astype(np.int64) << 32 | file.items
    newest_first = np.argsort(file.times, kind="stable")[::-1]
    _unique, kept = np.unique(pairs[newest_first], return_index=True)
    return np.sort(newest_first[kept])


def _features(films: Path, item_ids: Sequence[str]) -> tuple[Features, int]:
    """Return the items' features, and how many items the file knows.

    Raises:
        InvalidFileError: it knows none; it is another data set's.
    """
    known = read_films(films)
    # MovieTweetings writes 0114508 for film 114508.
    facts = [known.get(item_id.lstrip("0") if item_id.isdecimal() else item_id) for item_id in item_ids]
    n_described = sum(fact is not None for fact in facts)
    if n_described == 0:
        raise InvalidFileError(
            "{file} holds none of the films that are rated.",
            hint="Give the films of the same data set, or leave --films out.",
            file=str(films),
        )
    features = item_features(
        [fact.year if fact else None for fact in facts], [fact.genres if fact else () for fact in facts]
    )
    return features, n_described


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
