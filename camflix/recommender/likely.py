"""Likely: the order of the default list.

The highest predicted score is the right number to show and the wrong order to list by: it favours films that few people
love over films this person is likely to turn to and like. Likely orders by graded implicit ALS (likely_fit). Its order
score says how near a film comes to what the person rates and rates high: 0 for a film like those they never turned to,
about 100 for films like those they give 80. It is no predicted score and is not shown as one.

Each film's vector v is learnt from everybody. A person's vector u is found from their own ratings as they are now:

    u = A^-1 sum_i w_i g_i v_i,     A = a0 sum_j v_j v_j' + ridge f I + sum_i w_i v_i v_i'

over their films i, g_i the grade of the score, w_i the rating's weight. The order score of film j,

    100 u'v_j = sum_i  100 w_i g_i v_i' A^-1 v_j,

is a sum over the person's own films: that sum is its receipt, and there is nothing else in it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from camflix.recommender import likely_kernels
from camflix.recommender.kernels.border import check_array
from camflix.recommender.likely_fit import Settings, fit_items
from camflix.recommender.likely_grades import grades, user_weights
from camflix.recommender.likely_kernels import HalfStep
from camflix.recommender.model import Part, Person, ReceiptLine
from camflix.recommender.receipt import apportion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camflix.recommender.arrays import Features, Float32s, Float64s, Int32s, Int64s, Ratings, UInt8s

_POINTS = 100
_THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class OrderedItems:
    """A list, best first; parallel arrays.

    Attributes:
        items: int32 ``[n]``.
        order_scores: float64 ``[n]``, points in whole thousandths, descending.
        n_evidence: int32 ``[n]``, how many users rated each.
    """

    items: Int32s
    order_scores: Float64s
    n_evidence: Int32s


class Orderer(ABC):
    """What puts a catalogue in an order for a person without predicting scores."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the orderer of ``ratings``; the same arguments give the same one to the bit."""

    @property
    @abstractmethod
    def ratings(self) -> Ratings:
        """The ratings it was fitted on (or, at serving time, their latest snapshot over the same indices)."""

    @abstractmethod
    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> Person:
        """Return the person with these ratings (items ascending, unique), ready to be asked for."""

    @abstractmethod
    def order_scores(self, person: Person) -> Float32s:
        """Return what every item is ordered by, float32 ``[n_items]``: greater is better."""

    @abstractmethod
    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> OrderedItems:
        """Return the ``n`` best unrated items, best first, ties by index; arguments as of ``Model.top_n``."""


@dataclass(frozen=True, slots=True, eq=False)
class LikelyPerson(Person):
    """A person with their vector.

    Attributes:
        vector: float64 ``[n_factors]``; zeros for a person without ratings.
    """

    vector: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class _Learnt:
    """What a fit leaves.

    Attributes:
        vectors: float32 ``[n_items, n_factors]``.
        gram: float64 ``[n_factors, n_factors]``, a0 * sum of v v' over the rated items.
        item_weights: float32 ``[n_items]``.
        constants: float64 ``[2]``: the weight of everything unrated to a person, a0 * n_items; the ridge.
    """

    vectors: Float32s
    gram: Float64s
    item_weights: Float32s
    constants: Float64s


class Likely(Orderer):
    """Graded implicit ALS; see the module."""

    name: ClassVar[str] = "likely"

    def __init__(self, ratings: Ratings, learnt: _Learnt) -> None:
        """Take what was learnt, over ``ratings`` as they are now."""
        self._ratings = ratings
        self._learnt = learnt
        self._grades = grades()
        self._n_evidence = np.diff(ratings.item_ptr).astype(np.int32)

    @classmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the orderer of ``ratings``, its settings tuned on a part of them held out (likely_tuning)."""
        from camflix.recommender.likely_tuning import tuned  # noqa: PLC0415 - tuning fits, so it imports this module

        return cls.fit_with(ratings, features, settings=tuned(ratings, features, seed=seed), seed=seed)

    @classmethod
    def fit_with(
        cls,
        ratings: Ratings,
        features: Features | None = None,
        *,
        settings: Settings | None = None,
        seed: int = 0,
        n_threads: int | None = None,
    ) -> Self:
        """Return the orderer of ``ratings`` under the given settings; the same bits for any number of threads."""
        vectors, gram, strengths = fit_items(ratings, features, settings or Settings(), seed, n_threads)
        constants = np.array([strengths.unknown_by_user, strengths.ridge])
        return cls(ratings, _Learnt(vectors, gram, strengths.item_weights, constants))

    @property
    def ratings(self) -> Ratings:
        """The ratings it was fitted on, or their latest snapshot."""
        return self._ratings

    @property
    def item_vectors(self) -> Float32s:
        """What was learnt of each item, float32 ``[n_items, n_factors]``; for similar films and diversity."""
        return self._learnt.vectors

    def arrays(self) -> Mapping[str, np.ndarray]:
        """Return what was learnt; the arrays may be memory-mapped when they come back."""
        learnt = self._learnt
        return {
            "vectors": learnt.vectors,
            "gram": learnt.gram,
            "item_weights": learnt.item_weights,
            "constants": learnt.constants,
        }

    @classmethod
    def from_arrays(cls, ratings: Ratings, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the orderer that ``arrays()`` described, over ``ratings`` as they are now.

        Raises:
            ValueError: an array is missing or damaged, or they were learnt on another number of items.
        """
        missing = {"vectors", "gram", "item_weights", "constants"} - arrays.keys()
        if missing:
            msg = f"the order model lacks {', '.join(sorted(missing))}"
            raise ValueError(msg)
        learnt = _Learnt(arrays["vectors"], arrays["gram"], arrays["item_weights"], arrays["constants"])
        _check(learnt)
        if len(learnt.vectors) != ratings.n_items:
            msg = f"the model knows {len(learnt.vectors)} items, the ratings have {ratings.n_items}"
            raise ValueError(msg)
        return cls(ratings, learnt)

    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> LikelyPerson:
        """Return the person with these ratings and their vector."""
        step = self._step(np.ascontiguousarray(items, dtype=np.int32), np.ascontiguousarray(scores, dtype=np.uint8))
        return LikelyPerson(items, scores, user, likely_kernels.fold_in(step))

    def fitted_person(self, user: int) -> LikelyPerson:
        """Return the person that the fitted row ``user`` describes."""
        return self.person(*self._ratings.of_user(user), user)

    def order_scores(self, person: Person) -> Float32s:
        """Return the order score of every item in points, float32 ``[n_items]``, of what was rated too.

        Rounded as float32 is; ``top_n`` and ``explain`` give the exact ones.
        """
        vector = (self._ready(person).vector * _POINTS).astype(np.float32)
        return likely_kernels.scores(self._learnt.vectors, vector)

    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> OrderedItems:
        """Return the ``n`` unrated items of the greatest order score, ties by index; the same twice.

        Args:
            person: whose rated items never appear.
            n: how many at the most.
            exclude: further items that must not appear; int32, any order.
            min_evidence: each was rated by at least so many users.
        """
        ready = self._ready(person)
        allowed = self._n_evidence >= min_evidence
        allowed[ready.items] = False
        allowed[exclude] = False
        candidates = _near_the_best(self.order_scores(ready), np.flatnonzero(allowed), n)
        totals = self._totals(ready, candidates)
        best = np.lexsort((candidates, -totals))[: max(n, 0)]
        items = candidates[best].astype(np.int32)
        return OrderedItems(items, totals[best] / _THOUSANDTHS, self._n_evidence[items])

    def explain(self, person: Person, item: int) -> tuple[ReceiptLine, ...]:
        """Return the order score of ``item`` as a sum over the person's own films, greatest amount first.

        The amounts, in thousandths, add up to the score that ``top_n`` gives; a person without ratings has no lines.
        """
        ready = self._ready(person)
        amounts = apportion(self._contributions(ready, item), int(self._totals(ready, np.array([item]))[0]))
        return tuple(
            ReceiptLine(
                Part.OWN_RATING, int(amounts[place]), index=int(ready.items[place]), score=int(ready.scores[place])
            )
            for place in np.lexsort((ready.items, -np.abs(amounts))).tolist()
        )

    def _ready(self, person: Person) -> LikelyPerson:
        return person if isinstance(person, LikelyPerson) else self.person(person.items, person.scores, person.user)

    def _step(self, items: Int32s, scores: UInt8s) -> HalfStep:
        """Return the half-step of one person."""
        learnt = self._learnt
        row_weights = user_weights(np.array([len(items)]))
        unknown_by_user, ridge = learnt.constants.tolist()
        known = float(row_weights[0]) * float(learnt.item_weights[items].sum(dtype=np.float64))
        return HalfStep(
            pointers=np.array([0, len(items)], dtype=np.int64),
            columns=items,
            scores=scores,
            grades=self._grades,
            row_weights=row_weights,
            column_weights=learnt.item_weights,
            vectors=learnt.vectors,
            gram=learnt.gram,
            ridges=np.array([ridge * (known + unknown_by_user)]),
        )

    def _totals(self, person: LikelyPerson, items: Int64s) -> Int64s:
        """Return the order scores of ``items`` in whole thousandths of a point, halves rounded up; int64."""
        products = (self._learnt.vectors[items] * person.vector).sum(axis=1)
        totals: Int64s = np.floor(products * (_POINTS * _THOUSANDTHS) + 0.5).astype(np.int64)
        return totals

    def _contributions(self, person: LikelyPerson, item: int) -> Float64s:
        """Return what each of the person's films gives to the order score of ``item``, in points; float64 ``[n]``."""
        step = self._step(person.items, person.scores)
        vectors = step.vectors[person.items].astype(np.float64)
        weights = (step.row_weights[0] * step.column_weights[person.items]).astype(np.float64)
        matrix = step.gram + step.ridges[0] * np.eye(len(step.gram)) + (vectors.T * weights) @ vectors
        direction = np.linalg.solve(matrix, step.vectors[item].astype(np.float64))
        contributions: Float64s = _POINTS * weights * step.grades[person.scores] * (vectors @ direction)
        return contributions


def _check(learnt: _Learnt) -> None:
    """Refuse arrays of another type or shape, and numbers that no fit leaves.

    Raises:
        ValueError: names the array.
    """
    n_items, n_factors = len(learnt.vectors), learnt.vectors.shape[-1]
    if n_factors == 0 or n_factors % likely_kernels.FACTORS_STEP:
        msg = f"vectors have {n_factors} factors, which is no multiple of {likely_kernels.FACTORS_STEP}"
        raise ValueError(msg)
    check_array("vectors", learnt.vectors, np.float32, (n_items, n_factors))
    check_array("gram", learnt.gram, np.float64, (n_factors, n_factors))
    check_array("item_weights", learnt.item_weights, np.float32, (n_items,))
    check_array("constants", learnt.constants, np.float64, (2,))
    for name in ("vectors", "gram", "item_weights", "constants"):
        if not bool(np.all(np.isfinite(getattr(learnt, name)))):
            msg = f"the order model's {name} are damaged: not all are finite"
            raise ValueError(msg)
    for name in ("item_weights", "constants"):
        if not bool(np.all(getattr(learnt, name) > 0)):
            msg = f"the order model's {name} are damaged: not all are positive"
            raise ValueError(msg)


def _near_the_best(order_scores: Float32s, candidates: Int64s, n: int) -> Int64s:
    """Return the candidates that may be among the ``n`` best once the order scores are exact."""
    if n <= 0 or len(candidates) <= n:
        return candidates if n > 0 else candidates[:0]
    found = order_scores[candidates]
    nth = float(np.partition(found, len(found) - n)[len(found) - n])
    rounding = 2 / _THOUSANDTHS + 1e-4 * float(np.abs(found).max())
    return candidates[found >= nth - rounding]
