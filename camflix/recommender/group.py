"""Films for several people at once, from what is predicted for each.

Two rules (Masthoff, "Group modeling: selecting a sequence of television items to suit a group of viewers", UMUAI 2004):
least misery, by which the group likes a film as much as the member who likes it least, and the average.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.model import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from camflix.recommender.arrays import Float64s, Int32s, Int64s, UInt8s

_THOUSANDTHS = 1000


class GroupRule(StrEnum):
    """How members' predictions become the group's."""

    LEAST_MISERY = "least_misery"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, eq=False)
class GroupList:
    """Films for a group, best first; parallel arrays.

    Attributes:
        items: int32 ``[n]``.
        group_scores: float64 ``[n]``, points: the least or the mean of the members' predictions that are known; NaN
            where none is.
        estimates: float64 ``[n_members, n]``, each member's prediction, points.
        known: bool ``[n_members, n]``, whether it may be shown.
    """

    items: Int32s
    group_scores: Float64s
    estimates: Float64s
    known: NDArray[np.bool_]


def pick_for_group(
    items: Int32s, estimates: Float64s, reasons: UInt8s, n: int, *, rule: GroupRule = GroupRule.LEAST_MISERY
) -> GroupList:
    """Return the ``n`` films that suit the group best.

    Films that are predicted for every member come first, then those predicted for all but one, and so on; a guess that
    may not be shown doesn't count. Then by the group's score; equal ones by the sum of the members' predictions, then
    by item. The order of the members makes no difference.

    Args:
        items: int32 ``[m]``, unique: the candidates, without what members have seen, rated or hidden.
        estimates: float64 ``[n_members, m]``, whole thousandths (``Predictions.estimates``), at least one member.
        reasons: uint8 ``[n_members, m]``, Reason.
        n: how many films at the most.
        rule: least misery or the average.

    Raises:
        ValueError: shapes that don't fit, no members, an estimate that is not finite.
    """
    _check(items, estimates, reasons)
    known = reasons == Reason.KNOWN
    # In whole thousandths sums and comparisons are exact, whoever comes first.
    amounts = np.rint(estimates * _THOUSANDTHS).astype(np.int64)
    n_known = known.sum(axis=0)
    sums = np.where(known, amounts, 0).sum(axis=0)
    keys = np.where(known, amounts, np.iinfo(np.int64).max).min(axis=0) if rule is GroupRule.LEAST_MISERY else sums
    # Where sums decide, the same number of members stands behind both: n_known was compared before.
    best = np.lexsort((items, -sums, -keys, -n_known))[: max(n, 0)]
    shown = keys if rule is GroupRule.LEAST_MISERY else _means(sums, n_known)
    scores = np.where(n_known[best] > 0, shown[best] / _THOUSANDTHS, np.nan)
    return GroupList(items[best].astype(np.int32), scores, estimates[:, best], known[:, best])


def _means(sums: Int64s, counts: Int64s) -> Float64s:
    means: Float64s = sums / np.maximum(counts, 1)
    return means


def _check(items: Int32s, estimates: Float64s, reasons: UInt8s) -> None:
    if estimates.ndim != 2 or estimates.shape != reasons.shape or estimates.shape[1:] != items.shape:  # noqa: PLR2004
        msg = f"items {items.shape}, estimates {estimates.shape} and reasons {reasons.shape} don't fit together"
        raise ValueError(msg)
    if not len(estimates):
        msg = "a group has at least one member"
        raise ValueError(msg)
    if not np.all(np.isfinite(estimates)):
        msg = "an estimate is not finite"
        raise ValueError(msg)
