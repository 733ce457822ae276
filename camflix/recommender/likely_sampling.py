"""Parts of a matrix of ratings: some users, or some ratings held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.arrays import Features, Ratings

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_OUT_SHARE = 1 / 12
RELEVANT_SCORE = 80

_MIN_SAMPLED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Ratings to fit on, and those held out by user.

    Attributes:
        train: to fit on, over the same users and items.
        held_out: the others.
    """

    train: Ratings
    held_out: Ratings

    @property
    def n_relevant(self) -> int:
        """How many of the held-out ratings are relevant."""
        return int(np.count_nonzero(self.held_out.scores >= RELEVANT_SCORE))


def hold_out(ratings: Ratings, seed: int, share: float = HELD_OUT_SHARE) -> Split:
    """Return ``ratings`` cut in two, each rating held out with probability ``share``, by ``seed``."""
    held = np.random.default_rng(seed).random(ratings.n_ratings) < share
    return Split(_where(ratings, ~held), _where(ratings, held))


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The ratings of some users, who and whose items are numbered anew, in the old order.

    Attributes:
        ratings: of the users drawn.
        features: of the items kept; None where nothing is known.
        items: bool ``[n_items]`` over all items, which were kept.
    """

    ratings: Ratings
    features: Features | None
    items: NDArray[np.bool_]


def sample_users(ratings: Ratings, features: Features | None, seed: int, most_ratings: int) -> Sample:
    """Return the ratings of as many users, drawn by ``seed``, as have ``most_ratings`` together; of all if they can.

    Items with fewer than five ratings among them are left out: among all users they have more, and the few ratings
    left would only make fits long.
    """
    if ratings.n_ratings <= most_ratings:
        return Sample(ratings, features, np.ones(ratings.n_items, dtype=np.bool_))
    n_of_users = np.diff(ratings.user_ptr)
    order = np.random.default_rng(seed).permutation(ratings.n_users)
    users = np.zeros(ratings.n_users, dtype=np.bool_)
    users[order[np.cumsum(n_of_users[order]) <= most_ratings]] = True
    sampled = np.repeat(users, n_of_users)
    items = np.bincount(ratings.items[sampled], minlength=ratings.n_items) >= _MIN_SAMPLED
    part = _where(ratings, sampled & items[ratings.items])
    numbers = (np.cumsum(items) - 1).astype(np.int32)
    pointers = np.concatenate((part.user_ptr[:-1][users], part.user_ptr[-1:]))
    smaller = Ratings.from_rows(int(items.sum()), pointers, numbers[part.items], part.scores)
    return Sample(smaller, _features_of(features, items), items)


def _features_of(features: Features | None, kept: NDArray[np.bool_]) -> Features | None:
    if features is None:
        return None
    lengths = np.diff(features.item_ptr)
    entries = np.repeat(kept, lengths)
    pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths[kept])))
    return Features(features.n_features, pointers, features.columns[entries], features.values[entries])


def _where(ratings: Ratings, kept: NDArray[np.bool_]) -> Ratings:
    counts = np.bincount(ratings.row_users()[kept], minlength=ratings.n_users)
    pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    return Ratings.from_rows(ratings.n_items, pointers, ratings.items[kept], ratings.scores[kept])
