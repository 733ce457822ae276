"""The range around a prediction that holds 80 % of scores, learnt from the data.

    half-width = width(evidence) · sqrt(V · (f_u f_i + 1 / (n_u + a_u) + 1 / (n_i + a_i)))

V is the variance of a score around its expectation; f_u and f_i say how much more or less a person's scores and a
film's scores scatter, each shrunk to 1 by a few pseudo-ratings; the two last terms are the variances of the person's
and the film's effect, large where little is known. ``width`` is not taken from the normal distribution but measured on
ratings held out at fit (split conformal prediction: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman, JASA 2018), by how
many neighbours stand behind the prediction; more evidence never makes a range wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.kernels import AVAILABLE, ffi, lib
from camflix.recommender.kernels.border import pointer
from camflix.recommender.receipt import THOUSANDTHS

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings
    from camflix.recommender.baseline import Baseline

SHARE = 0.8
NORMAL_WIDTH = 1.2816
"""How many standard deviations hold 80 % of a normal distribution, to either side."""

EVIDENCE_CLASSES = np.array([1, 3, 8, 20, 40])
"""Where a new class of evidence begins: 0, 1-2, 3-7, 8-19, 20-39 and from 40 neighbours on."""

_PSEUDO_RATINGS = 5.0
"""How many ratings of a film weigh as much as the scatter of all films."""

_PSEUDO_RESIDUALS = 100.0
"""How many residuals of one class of evidence weigh as much as all classes together."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """What the half-width is made of.

    Attributes:
        item_scatter: float64 ``[n_items]``, f_i: the film's variance over that of all.
        widths: float64 ``[6]``, half-widths in standard deviations by class of evidence, never rising.
    """

    item_scatter: Float64s
    widths: Float64s

    @classmethod
    def of_normal(cls, baseline: Baseline, ratings: Ratings, residuals: Int64s) -> Interval:
        """Return the interval of normal residuals, before it is measured.

        Args:
            baseline: with the variance.
            ratings: what it was fitted on.
            residuals: int64 ``[n]`` in row order, each score less its expectation, thousandths.
        """
        squares = np.bincount(ratings.items, weights=(residuals / THOUSANDTHS) ** 2, minlength=ratings.n_items)
        n = np.diff(ratings.item_ptr)
        scatter = (squares / baseline.variance + _PSEUDO_RATINGS) / (n + _PSEUDO_RATINGS)
        return cls(scatter, np.full(len(EVIDENCE_CLASSES) + 1, NORMAL_WIDTH))


class Ranges:
    """The half-widths of one fit, what depends on the film alone computed once."""

    def __init__(self, interval: Interval, baseline: Baseline, n_of_items: Int64s) -> None:
        """Prepare for films that have ``n_of_items`` ratings (int64 ``[n_items]``)."""
        self._variance = baseline.variance
        self._user_damping = baseline.user_damping
        self._item_scatter = baseline.variance * interval.item_scatter
        self._item_effects = baseline.variance / (n_of_items + baseline.item_damping)
        classes = EVIDENCE_CLASSES.searchsorted(np.arange(EVIDENCE_CLASSES[-1] + 1), side="right")
        self._widths = interval.widths[classes] * THOUSANDTHS
        if AVAILABLE:
            arrays = (self._item_scatter, self._item_effects, self._widths)
            self._pointers = [pointer(array) for array in arrays]

    def half_widths(self, items: Int32s, n_evidence: Int32s, scatter: float, n_own: int) -> Float64s:
        """Return the half-width of each prediction, float64 ``[n]``, thousandths of a point.

        Args:
            items: int32 ``[n]``.
            n_evidence: int32 ``[n]``, how many neighbours stand behind each, at most 40.
            scatter: f_u.
            n_own: how many ratings the person has.
        """
        effects = self._item_effects[items] + self._user_effect(n_own)
        return self._widths[n_evidence] * np.sqrt(scatter * self._item_scatter[items] + effects)

    def _user_effect(self, n_own: int) -> float:
        return self._variance / (n_own + self._user_damping)

    def shown(
        self, items: Int32s, unclipped: Int64s, n_evidence: Int32s, scatter: float, n_own: int, ends: tuple[int, int]
    ) -> tuple[Float64s, Float64s, Float64s]:
        """Return the score shown for each prediction, and the ends of its range; points, in whole thousandths.

        Args:
            items: int32 ``[n]``.
            unclipped: int64 ``[n]``, predictions in thousandths.
            n_evidence: as for ``half_widths``, and so are the next two.
            scatter: f_u.
            n_own: how many ratings the person has.
            ends: of the scale that predictions are cut to, thousandths.
        """
        least, most = ends
        if not AVAILABLE:
            estimates = np.minimum(np.maximum(unclipped, least), most)
            half = np.ceil(self.half_widths(items, n_evidence, scatter, n_own))
            low, high = np.maximum(estimates - half, least), np.minimum(estimates + half, most)
            return estimates / THOUSANDTHS, low / THOUSANDTHS, high / THOUSANDTHS
        numbers = (scatter, self._user_effect(n_own), float(least), float(most), float(THOUSANDTHS))
        scale = ffi.new("RangeScale *", [*self._pointers, len(self._widths), *numbers])
        shown = np.empty((3, len(items)), np.float64)
        rows = (pointer(items), pointer(unclipped), pointer(n_evidence))
        lib.person_ranges(len(items), *rows, scale, *(pointer(row) for row in shown))
        return shown[0], shown[1], shown[2]


def measured_widths(errors: Float64s, n_evidence: Int32s) -> Float64s:
    """Return the half-width that holds 80 % of errors, by class of evidence; float64 ``[6]``, never rising.

    Args:
        errors: float64 ``[n]``, absolute errors of held-out predictions in their own standard deviations.
        n_evidence: int32 ``[n]``, neighbours behind each.

    A class's own quantile counts by its number of residuals against the quantile of all; with too few residuals
    altogether, the normal width counts against both.
    """
    n_all = len(errors)
    overall = float(np.quantile(errors, SHARE)) if n_all else NORMAL_WIDTH
    overall = (n_all * overall + _PSEUDO_RESIDUALS * NORMAL_WIDTH) / (n_all + _PSEUDO_RESIDUALS)
    classes = np.searchsorted(EVIDENCE_CLASSES, n_evidence, side="right")
    widths = np.full(len(EVIDENCE_CLASSES) + 1, overall)
    for evidence_class in np.unique(classes):
        own = errors[classes == evidence_class]
        weight = len(own) / (len(own) + _PSEUDO_RESIDUALS)
        widths[evidence_class] = weight * float(np.quantile(own, SHARE)) + (1 - weight) * overall
    return np.maximum.accumulate(widths[::-1])[::-1].copy()
