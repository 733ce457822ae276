"""The users most like a person: what every model answers for ``neighbours``, whatever it predicts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.recommender.model import Neighbours
from camflix.recommender.percentiles import taste_distances
from camflix.recommender.similarity import DAMPING, nearest_first, pearson_row

if TYPE_CHECKING:
    from camflix.recommender.arrays import Ratings
    from camflix.recommender.model import Person


def nearest(ratings: Ratings, person: Person, k: int, *, damping: float = DAMPING) -> Neighbours:
    """Return the ``k`` users whose damped Pearson correlation with the person is greatest, ties by index.

    Users without a similarity (under three films in common, no variance on them) and the person's own row never
    appear; a negative similarity does when there are fewer than ``k`` better ones.
    """
    similarity, n_common = pearson_row(ratings, person.items, person.scores, damping=damping)
    best = nearest_first(similarity, k, without=person.user)
    users = best.astype(n_common.dtype)
    distances = taste_distances(ratings, person.items, person.scores, users)
    return Neighbours(users, similarity[best], distances, n_common[best])
