"""The settings of Likely, chosen on the database's own ratings.

One rating in twelve is held out, short fits are made on the rest, and the setting is kept under which the lists find
most of what the people they are for gave 80 and more (mean nDCG at 10, every film they had not rated a candidate). The
search goes up and down the ridge and the weight of the unknown in turn, from where ml-latest-small has its best.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.likely_fit import Settings
from camflix.recommender.likely_sampling import RELEVANT_SCORE, Split, hold_out, sample_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.recommender.arrays import Features, Float64s, Ratings
    from camflix.recommender.likely import Orderer

LIST_LENGTH = 10

_MOST_FITS = 9
_FITS_BEFORE_TURNING = 6
_MOST_RATINGS = 1_100_000
_SAMPLED_RATINGS = 500_000
_TRIAL_FACTORS, _TRIAL_ITERATIONS = 64, 5
_MOST_CELLS = 60_000_000
"""Lists are made for so many users that users * items is about this."""
_MIN_RELEVANT = 200
"""With fewer relevant ratings held out, the best of some settings would be the luckiest."""
_RIDGE_STEP = 1.25
_WEIGHT_STEP = 1.6


def tuned(ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Settings:
    """Return the settings that order the held-out ratings best; the defaults where there are too few.

    Beyond a million ratings, half a million of some users are tuned on, drawn by ``seed``: the ridge is in units that
    don't depend on their number.
    """
    from camflix.recommender.likely import Likely  # noqa: PLC0415 - Likely.fit tunes, so it imports this module

    most = _MOST_RATINGS if ratings.n_ratings <= _MOST_RATINGS else _SAMPLED_RATINGS
    sample = sample_users(ratings, features, seed, most)
    split = hold_out(sample.ratings, seed)
    if split.n_relevant < _MIN_RELEVANT:
        return Settings()

    # One ridge scale fits any number of factors, so the search is made with few.
    n_factors = min(_TRIAL_FACTORS, Settings().factors_for(split.train))

    def quality(settings: Settings) -> Float64s:
        short = replace(settings, n_factors=n_factors, n_iterations=_TRIAL_ITERATIONS)
        return users_ndcg(Likely.fit_with(split.train, sample.features, settings=short, seed=seed), split, seed)

    return best_nearby(quality, Settings())


def best_nearby(quality: Callable[[Settings], Float64s], start: Settings) -> Settings:
    """Return the best setting found from ``start`` by steps of the ridge and of the unknown's weight, in 9 trials.

    Args:
        quality: gives a number per user, the same users each time. A step is made where it is better in the mean by
            more than two standard errors of the difference: what differs by less was chosen by chance.
        start: the setting to begin from.
    """
    search = _Search(quality)
    best = search.climb(start, "ridge_scale", _RIDGE_STEP, _FITS_BEFORE_TURNING)
    best = search.climb(best, "unknown_weight", _WEIGHT_STEP, _MOST_FITS)
    return search.climb(best, "ridge_scale", _RIDGE_STEP, _MOST_FITS)


@dataclass(slots=True)
class _Search:
    """Trials, each made once."""

    quality: Callable[[Settings], Float64s]
    found: dict[Settings, Float64s] = field(default_factory=dict)

    def of(self, settings: Settings) -> Float64s:
        """Return the quality of ``settings``."""
        if settings not in self.found:
            self.found[settings] = self.quality(settings)
        return self.found[settings]

    def climb(self, best: Settings, name: str, factor: float, most_trials: int) -> Settings:
        """Return the best along one setting: as far as it gets better upwards, else downwards."""
        for direction in (1, -1):
            start = best
            while len(self.found) < most_trials:
                further = replace(best, **{name: round(getattr(best, name) * factor**direction, 6)})
                if not _is_better(self.of(further), self.of(best)):
                    break
                best = further
            if best is not start:
                break
        return best


def _is_better(challenger: Float64s, present: Float64s) -> bool:
    gain = challenger - present
    return bool(gain.mean() > 2 * gain.std() / np.sqrt(len(gain)))


def mean_ndcg(orderer: Orderer, split: Split, seed: int = 0, most_cells: int = _MOST_CELLS) -> float:
    """Return the mean nDCG at 10 of the lists of users with something relevant held out; NaN for none.

    Candidates are all rated items that the user has not rated in training (Järvelin, Kekäläinen, "Cumulated gain-based
    evaluation of IR techniques", TOIS 2002).
    """
    per_user = users_ndcg(orderer, split, seed, most_cells)
    return float(per_user.mean()) if len(per_user) else float("nan")


def users_ndcg(orderer: Orderer, split: Split, seed: int = 0, most_cells: int = _MOST_CELLS) -> Float64s:
    """Return the nDCG at 10 of each of those users, float64, in ascending order of the users."""
    train, held_out = split.train, split.held_out
    seen = np.diff(train.item_ptr)[held_out.items] > 0
    relevant = (held_out.scores >= RELEVANT_SCORE) & seen
    users = np.unique(held_out.row_users()[relevant])
    most_users = max(1, most_cells // max(1, train.n_items))
    if most_users < len(users):
        users = np.sort(np.random.default_rng(seed).permutation(users)[:most_users])
    found = []
    for user in users.tolist():
        row = slice(int(held_out.user_ptr[user]), int(held_out.user_ptr[user + 1]))
        listed = orderer.top_n(
            orderer.person(*train.of_user(user), user), LIST_LENGTH, exclude=held_out.items[:0], min_evidence=1
        )
        found.append(ndcg(listed.items, held_out.items[row][relevant[row]]))
    return np.array(found)


def ndcg(listed: np.ndarray, relevant: np.ndarray, length: int = LIST_LENGTH) -> float:
    """Return the normalised discounted cumulative gain of a list of items; ``relevant`` are one or more items."""
    discounts = 1.0 / np.log2(np.arange(2, length + 2))
    hits = np.isin(listed[:length], relevant)
    return float(discounts[: len(hits)][hits].sum() / discounts[: len(relevant)].sum())
