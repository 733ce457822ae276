"""The list that is shown first: in the order of Likely, varied, each film with its predicted score.

The highest predicted score is the right number to show and the wrong order to list by; Likely orders, the engine
predicts, and films that repeat what is already on the list give way to others (diversity.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.diversity import diversify
from camflix.recommender.model import Person, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.recommender.arrays import Int32s
    from camflix.recommender.likely import Likely
    from camflix.recommender.model import Model, Predictions

_POOL = 60
_POOL_PER_PLACE = 3
"""So many candidates for a place on the list: enough that what is passed over can be replaced."""


def varied_list(
    model: Model,
    likely: Likely,
    person: Person,
    n: int,
    *,
    exclude: Int32s,
    min_evidence: int,
    franchises: Callable[[Int32s], Int32s] | None = None,
) -> Predictions:
    """Return ``n`` films this person is likely to turn to and like, with their predictions; the same twice.

    Films without a prediction come only where none has one.

    Args:
        model: predicts.
        likely: orders; over the same ratings.
        person: whose rated items never appear.
        n: how many at the most.
        exclude: further items that must not appear; int32, any order.
        min_evidence: each was rated by at least so many users.
        franchises: given items, tells which franchise each belongs to, int32, ``NO_FRANCHISE`` for none.
    """
    taste = Person(person.items, person.scores, person.user)
    pool = likely.top_n(taste, max(_POOL, n * _POOL_PER_PLACE), exclude=exclude, min_evidence=min_evidence)
    predictions = model.predict(person, pool.items)
    known = np.flatnonzero(predictions.reasons == Reason.KNOWN)
    places = known if len(known) else np.arange(len(pool.items))
    items = pool.items[places]
    vectors = likely.arrays()["vectors"][items]
    franchise = franchises(items) if franchises is not None and len(items) else None
    chosen = diversify(pool.order_scores[places], vectors, n, franchises=franchise)
    return predictions.take(places[chosen])
