"""The users most like a person: what every model answers for ``neighbours``, whatever it predicts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.kernels.person_arrays import Wanted
from camflix.recommender.model import Neighbours
from camflix.recommender.similarity import DAMPING, MIN_COMMON, top_k

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Ratings
    from camflix.recommender.model import Person


def nearest(everybody: Everybody, person: Person, k: int, *, damping: float = DAMPING) -> Neighbours:
    """Return the ``k`` users whose damped Pearson correlation with the person is greatest, ties by index.

    Users without a similarity (under three films in common, no variance on them) and the person's own row never
    appear; a negative similarity does when there are fewer than ``k`` better ones.
    """
    items, scores = np.ascontiguousarray(person.items), np.ascontiguousarray(person.scores)
    return Neighbours(*everybody.nearest(items, scores, Wanted(k, damping, MIN_COMMON), without=person.user))


def all_nearest(ratings: Ratings, k: int, *, damping: float = DAMPING) -> Iterator[Neighbours]:
    """Yield what ``nearest`` returns for each user of ``ratings``, in their order; all pairs are compared at once."""
    table = top_k(ratings, k, damping=damping)
    everybody = Everybody(ratings)
    for user in range(ratings.n_users):
        n = int(np.count_nonzero(table.users[user] >= 0))
        users = table.users[user, :n]
        distances = everybody.taste_distances(*ratings.of_user(user), users)
        yield Neighbours(users, table.similarity[user, :n], distances, table.n_common[user, :n])
