"""Where people stand beside the baseline: their effect, their spread, and their scores in units of it.

A person's residual is z = (score - mean - film - person) / spread, rounded to 256ths and cut at 8 spreads, so that sums
of them are sums of integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from camflix.recommender.baseline import SPREAD_PSEUDO_RATINGS
from camflix.recommender.kernels import AVAILABLE, ffi, lib
from camflix.recommender.kernels.border import MOST_RESIDUAL, check_indices, check_scores, pointer
from camflix.recommender.receipt import THOUSANDTHS

if TYPE_CHECKING:
    from camflix.recommender.arrays import Int16s, Int32s, Int64s, UInt8s
    from camflix.recommender.baseline import Baseline

Z_UNIT = 256


class Standing(NamedTuple):
    """Where one person stands.

    Attributes:
        effect: thousandths of a point.
        spread: of their scores around the expectation, thousandths of a point.
        z: int16 ``[n]``, their residuals in 256ths of it, beside their ratings.
    """

    effect: int
    spread: int
    z: Int16s


class Standings:
    """The baseline of one fit, ready for one person after another."""

    def __init__(self, baseline: Baseline) -> None:
        """Lay ready what does not depend on the person."""
        self._baseline = baseline
        if AVAILABLE:
            self._effects = pointer(baseline.item_effects)
            numbers = (baseline.user_damping, baseline.everybody, SPREAD_PSEUDO_RATINGS, float(MOST_RESIDUAL))
            self._scale = ffi.new("BaselineScale *", [THOUSANDTHS, baseline.mean, Z_UNIT, *numbers])

    def of(self, items: Int32s, scores: UInt8s) -> Standing:
        """Return where the person with these ratings stands.

        Raises:
            ValueError: ``items`` don't ascend or are out of bounds, ``scores`` not 0 to 100 or not as many.
        """
        check_indices("items", items, len(self._baseline.item_effects), ascending=True)
        check_scores("scores", scores, len(items))
        if not AVAILABLE:
            return self._plainly(items, scores)
        less_items, z = np.empty(len(items), np.int64), np.empty(len(items), np.int16)
        row = (len(items), pointer(items), pointer(scores), self._effects, self._scale)
        standing = lib.person_standing(*row, pointer(less_items), pointer(z))
        return Standing(standing.effect, standing.spread, z)

    def _plainly(self, items: Int32s, scores: UInt8s) -> Standing:
        less_items = self._baseline.less_items(items, scores)
        effect = self._baseline.effect(less_items)
        residuals = less_items - effect
        spread = self._baseline.spread(residuals)
        return Standing(effect, spread, standardised(residuals, spread))


def standardised(residuals: Int64s, spreads: Int64s | int) -> Int16s:
    """Return residuals, in thousandths like their spreads, in 256ths of these, cut at 8 spreads."""
    rounded = np.rint(residuals * Z_UNIT / spreads)
    return np.minimum(np.maximum(rounded, -MOST_RESIDUAL), MOST_RESIDUAL).astype(np.int16)
