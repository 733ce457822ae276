"""What a score counts for in the order of a list, and how much each rating weighs.

A grade says how much a rated film was what the person wants to be shown: 0 is the grade of every film they have not
rated, 1 that of 80 of 100 (4 of 5 stars). A low score still grades above 0: whoever rates a film was drawn to it, and
films like it are more likely to be seen than a film at random.

The grade follows the score itself and not the score less the person's mean. Measured on ml-latest-small: grades from
scores moved half of the way, or all of it, to a common mean lose .002 and .004 of nDCG@10. Somebody whose mean is 50
loses nothing by it: their vector is linear in their grades, so that twice the grades give twice the order scores and
the same list; what shapes the list is the contrast between the films they liked more and less, and that is kept.
"""

from __future__ import annotations

import numpy as np

from camflix.recommender.arrays import MAX_SCORE, Float32s, Float64s, Int64s

_SCORES = (0, 20, 40, 60, 80, 100)
_GRADES = (0.2, 0.3, 0.4, 0.7, 1.0, 1.2)

_USER_POWER = -0.25
_ITEM_POWER = 0.25


def grades() -> Float64s:
    """Return the grade of each score, float64 ``[101]``.

    0.3, 0.4, 0.7, 1 and 1.2 for one to five stars of five (20, 40, ... 100), 0.2 for 0, straight lines between.
    """
    return np.interp(np.arange(MAX_SCORE + 1), _SCORES, _GRADES)


def user_weights(n_of_users: Int64s) -> Float32s:
    """Return what the ratings of each user weigh by how many they are, ``n ** -1/4``; float32.

    A list is judged person by person, a sum of squares rating by rating: without this the busiest people decide.
    """
    return (np.maximum(n_of_users, 1) ** _USER_POWER).astype(np.float32)


def item_weights(n_of_users: Int64s, n_of_items: Int64s) -> Float32s:
    """Return what the ratings of each item weigh, in proportion to ``n ** 1/4``; float32 ``[n_items]``.

    Scaled so that user weight * item weight is 1 in the mean over the ratings, if the two were independent.
    """
    item_part = np.maximum(n_of_items, 1) ** _ITEM_POWER
    n = max(int(n_of_items.sum()), 1)
    mean_user = float((n_of_users * user_weights(n_of_users).astype(np.float64)).sum()) / n
    mean_item = float((n_of_items * item_part).sum()) / n
    scale = mean_user * mean_item
    return (item_part / scale if scale > 0 else item_part).astype(np.float32)
