"""The users most like a person: what every model answers for ``neighbours``, whatever it predicts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.kernels.everybody import nearest as nearest_of
from camflix.recommender.model import Neighbours
from camflix.recommender.similarity import DAMPING, MIN_COMMON

if TYPE_CHECKING:
    from camflix.recommender.kernels.everybody import Everybody
    from camflix.recommender.model import Person


def nearest(everybody: Everybody, person: Person, k: int, *, damping: float = DAMPING) -> Neighbours:
    """Return the ``k`` users whose damped Pearson correlation with the person is greatest, ties by index.

    Users without a similarity (under three films in common, no variance on them) and the person's own row never
    appear; a negative similarity does when there are fewer than ``k`` better ones.
    """
    items, scores = np.ascontiguousarray(person.items), np.ascontiguousarray(person.scores)
    similarity, n_common = everybody.pearson_row(items, scores, damping=damping, min_common=MIN_COMMON)
    users = nearest_of(similarity, k, without=person.user)
    distances = everybody.taste_distances(items, scores, users)
    return Neighbours(users, similarity[users], distances, n_common[users])
