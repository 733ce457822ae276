"""How well a model predicts and ranks ratings it has not seen; pure functions on arrays.

Predictions: root of the mean squared error, mean absolute error, share within 5 and 10 points, coverage (share of pairs
whose prediction is shown), share of scores inside the 80 % range. Lists: precision, recall and nDCG at 10 (Järvelin,
Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002) where every item with a training rating that
the user has not rated in training is a candidate, and relevant is what the user gave 4 of 5 stars or more in the test.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.arrays import MAX_SCORE, Features
from camflix.recommender.listing import varied_list
from camflix.recommender.model import Reason
from camflix.recommender.registry import Preset, fit_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings
    from camflix.recommender.likely import Likely
    from camflix.recommender.model import Model, Person, Predictions

RELEVANT_SCORE = 80.0
"""4 of 5 stars."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Ratings kept from a model, to compare it with; parallel arrays.

    Attributes:
        users: int32 ``[n]``, -1 for a user who is not in the training set.
        items: int32 ``[n]``, -1 for an item that is not in it.
        scores: float64 ``[n]``, points of 100; not rounded, so that errors on the file's own scale are exact.
    """

    users: Int32s
    items: Int32s
    scores: Float64s


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How to evaluate.

    Attributes:
        seed: of the fit, and of the drawing of users.
        n_ranked_users: lists are made for so many users at the most; None: for all.
        min_evidence: the floor of the lists.
        list_length: how many films a list has.
        relevant_score: from this score on a film is relevant.
        preset: how thoroughly engines are fitted.
    """

    seed: int = 0
    n_ranked_users: int | None = None
    min_evidence: int = 0
    list_length: int = 10
    relevant_score: float = RELEVANT_SCORE
    preset: Preset = "full"


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What an evaluation found; shares are 0 to 1, NaN where there was nothing to measure.

    Attributes:
        engine: the model's name.
        n_train: ratings fitted on.
        n_test: ratings compared with, all of them, those of unknown users and items included.
        rmse_100: root of the mean squared error, points of 100.
        mae_100: mean absolute error, points of 100.
        within_5: share of predictions at most 5 points off.
        within_10: the same for 10.
        coverage: share of predictions that are shown (reason KNOWN).
        interval_80: share of scores inside the range.
        precision_10: mean share of the list that is relevant.
        recall_10: mean share of what is relevant that is on the list.
        ndcg_10: mean normalised discounted cumulative gain of the list.
        n_ranked_users: users the three are means over: those with anything relevant in the test.
        fit_seconds: time to fit.
        predict_seconds: time to predict the test ratings.
        peak_mb: peak resident memory of the process so far; NaN where the system doesn't tell.
    """

    engine: str
    n_train: int
    n_test: int
    rmse_100: float
    mae_100: float
    within_5: float
    within_10: float
    coverage: float
    interval_80: float
    precision_10: float
    recall_10: float
    ndcg_10: float
    n_ranked_users: int
    fit_seconds: float
    predict_seconds: float
    peak_mb: float

    def rmse(self, maximum: float) -> float:
        """Return the root of the mean squared error on a scale that ends at ``maximum``."""
        return self.rmse_100 * maximum / MAX_SCORE

    def mae(self, maximum: float) -> float:
        """Return the mean absolute error on a scale that ends at ``maximum``."""
        return self.mae_100 * maximum / MAX_SCORE


DEFAULTS = EvaluationSettings()


@dataclass(frozen=True, slots=True)
class RankingResult:
    """Means over users who have something relevant; NaN where there are none."""

    precision: float
    recall: float
    ndcg: float
    n_users: int


def rmse(errors: Float64s) -> float:
    """Return the root of the mean squared error; NaN for no errors."""
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else float("nan")


def mae(errors: Float64s) -> float:
    """Return the mean absolute error; NaN for no errors."""
    return share(np.abs(errors))


def share_within(errors: Float64s, points: float) -> float:
    """Return the share of errors of at most ``points``; NaN for no errors."""
    # Estimates are whole thousandths; half of one more absorbs what the subtraction rounds.
    return share(np.abs(errors) <= points + 0.0005)


def share(values: np.ndarray) -> float:
    """Return the mean of numbers or truth values; NaN for none."""
    return float(np.mean(values)) if len(values) else float("nan")


def ranking_metrics(listed: Int32s, relevant: Int32s, length: int = 10) -> tuple[float, float, float]:
    """Return precision, recall and nDCG of one list.

    Args:
        listed: int32, the list, best first; what follows the first ``length`` is not looked at.
        relevant: int32, unique, at least one.
        length: a shorter list is measured as if the rest were misses.
    """
    hits = np.isin(listed[:length], relevant)
    discounts = 1.0 / np.log2(np.arange(2, length + 2))
    gain = float(discounts[: len(hits)][hits].sum())
    best = float(discounts[: len(relevant)].sum())
    return float(hits.sum()) / length, float(hits.sum()) / len(relevant), gain / best


def split_holdout(n: int, share_: float, seed: int) -> tuple[Int64s, Int64s]:
    """Return which of ``n`` ratings to train on, and the ``round(n * share_)`` to test on; int64 indices, ascending."""
    permutation = np.random.default_rng(seed).permutation(n)
    n_test = round(n * share_)
    return np.sort(permutation[n_test:]), np.sort(permutation[:n_test])


def k_folds(n: int, n_splits: int, seed: int) -> Iterator[tuple[Int64s, Int64s]]:
    """Yield (train, test) indices of each fold, int64, exactly as scikit-surprise's ``KFold`` with shuffling.

    Raises:
        ValueError: fewer than two folds, or more folds than ratings.
    """
    if not 2 <= n_splits <= n:  # noqa: PLR2004 - one fold would leave nothing to train on
        msg = f"{n} ratings cannot be split into {n_splits} folds"
        raise ValueError(msg)
    indices = np.arange(n)
    # The legacy generator is what scikit-surprise shuffles with; published folds depend on it.
    np.random.RandomState(seed).shuffle(indices)
    sizes = np.full(n_splits, n // n_splits)
    sizes[: n % n_splits] += 1
    for stop, size in zip(np.cumsum(sizes).tolist(), sizes.tolist(), strict=True):
        yield np.concatenate((indices[: stop - size], indices[stop:])), indices[stop - size : stop]


def evaluate(
    model_class: type[Model],
    train: Ratings,
    test: HeldOut,
    features: Features | None = None,
    settings: EvaluationSettings = DEFAULTS,
    likely: Likely | None = None,
) -> EvaluationResult:
    """Return how well the model fitted on ``train`` tells ``test``.

    Args:
        model_class: the model.
        train: what it is fitted on.
        test: what it is compared with. An unknown user is a person without ratings, an unknown item one without
            ratings: both get the model's best guess and count against the coverage.
        features: of the items of ``train``.
        settings: the seed and the lists.
        likely: fitted on ``train``: lists are measured as they are served, in its order. None: by predicted score.
    """
    started = perf_counter()
    model, unknown_item = _fit(model_class, train, test, features, settings)
    fitted = perf_counter()
    predictions = predict_pairs(model, test.users, np.where(test.items < 0, unknown_item, test.items).astype(np.int32))
    predicted = perf_counter()
    errors = predictions.estimates - test.scores
    unknown = (test.users < 0) | (test.items < 0)
    lists = evaluate_ranking(model, test, settings, likely)
    return EvaluationResult(
        engine=model.name,
        n_train=train.n_ratings,
        n_test=len(test.scores),
        rmse_100=rmse(errors),
        mae_100=mae(errors),
        within_5=share_within(errors, 5),
        within_10=share_within(errors, 10),
        coverage=share((predictions.reasons == Reason.KNOWN) & ~unknown),
        interval_80=share((predictions.low <= test.scores) & (test.scores <= predictions.high)),
        precision_10=lists.precision,
        recall_10=lists.recall,
        ndcg_10=lists.ndcg,
        n_ranked_users=lists.n_users,
        fit_seconds=fitted - started,
        predict_seconds=predicted - fitted,
        peak_mb=_peak_mb(),
    )


def predict_pairs(model: Model, users: Int32s, items: Int32s) -> Predictions:
    """Return the predictions of (user, item) pairs in their order; user -1 is a person without ratings."""
    order = np.argsort(users, kind="stable")
    parts = []
    for positions in np.split(order, np.flatnonzero(np.diff(users[order])) + 1) if len(order) else [order]:
        user = int(users[positions[0]]) if len(positions) else -1
        parts.append(model.predict(person_of(model, user), items[positions]))
    together = type(parts[0])(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("items", "estimates", "low", "high", "reasons", "n_evidence")
        )
    )
    return together.take(np.argsort(order))


def evaluate_ranking(
    model: Model, test: HeldOut, settings: EvaluationSettings = DEFAULTS, likely: Likely | None = None
) -> RankingResult:
    """Return the mean metrics of the model's lists over users of ``test`` with at least one relevant known item.

    Args:
        model: fitted; its ratings are the training set.
        test: as for ``evaluate``; unknown users and items don't enter.
        settings: of the lists, and the seed by which users are drawn.
        likely: orders the lists; fitted on the training set.
    """
    length, n_users = settings.list_length, settings.n_ranked_users
    relevant = np.flatnonzero((test.scores >= settings.relevant_score) & (test.users >= 0) & (test.items >= 0))
    relevant = relevant[np.argsort(test.users[relevant], kind="stable")]
    owners = test.users[relevant]
    users = np.unique(owners)
    if n_users is not None and n_users < len(users):
        users = np.sort(np.random.default_rng(settings.seed).permutation(users)[:n_users])
    unrated = np.flatnonzero(np.diff(model.ratings.item_ptr) == 0).astype(np.int32)
    found = []
    for user in users.tolist():
        own = relevant[np.searchsorted(owners, user) : np.searchsorted(owners, user, side="right")]
        best = _listed(model, likely, user, unrated, settings)
        found.append(ranking_metrics(best.items, test.items[own], length))
    if not found:
        return RankingResult(float("nan"), float("nan"), float("nan"), 0)
    precision, recall, ndcg = np.mean(found, axis=0).tolist()
    return RankingResult(precision, recall, ndcg, len(found))


def _listed(
    model: Model, likely: Likely | None, user: int, exclude: Int32s, settings: EvaluationSettings
) -> Predictions:
    person, n, floor = model.fitted_person(user), settings.list_length, settings.min_evidence
    if likely is None:
        return model.top_n(person, n, exclude=exclude, min_evidence=floor)
    # An item that only the test knows is a column of the model's own.
    inside = exclude[exclude < likely.ratings.n_items]
    return varied_list(model, likely, person, n, exclude=inside, min_evidence=floor)


def person_of(model: Model, user: int) -> Person:
    """Return the fitted person ``user``; for -1 a person without ratings."""
    if user >= 0:
        return model.fitted_person(user)
    return model.person(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))


def _fit(
    model_class: type[Model], train: Ratings, test: HeldOut, features: Features | None, settings: EvaluationSettings
) -> tuple[Model, int]:
    """Return the fitted model, and the item that stands for all that ``train`` doesn't know.

    That item is one more column without ratings, so that the guess about it is the model's own; only where needed.
    """
    options = fit_options(model_class.name, settings.preset, train.n_ratings)
    if np.all(test.items >= 0):
        return model_class.fit(train, features, seed=settings.seed, **options), -1
    wider = replace(train, n_items=train.n_items + 1, item_ptr=np.concatenate((train.item_ptr, train.item_ptr[-1:])))
    if features is not None:
        features = replace(features, item_ptr=np.concatenate((features.item_ptr, features.item_ptr[-1:])))
    return model_class.fit(wider, features, seed=settings.seed, **options), train.n_items


def _peak_mb() -> float:
    if sys.platform == "win32":
        return float("nan")
    from resource import RUSAGE_SELF, getrusage  # noqa: PLC0415 - Windows has no such module

    # macOS counts bytes, others kilobytes.
    return getrusage(RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
