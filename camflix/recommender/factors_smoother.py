"""What is served of the factor model: the mean of linear smoothers, one for each sample kept.

Formulas stand at the head of kernels/smoother.c, whose border this is; ``factors_smoother_twin`` does the same in numpy
where there is no compiler. All predictions here are in standard units.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from camflix.recommender import factors_smoother_twin, kernels
from camflix.recommender.kernels.border import check_array, check_indices, check_scores, pointer
from camflix.recommender.kernels.halves import in_halves

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float32s, Float64s, Int32s, UInt8s

Int16s: TypeAlias = NDArray[np.int16]

LANES = 8
"""Samples that are computed side by side; how many are kept is a multiple of it."""

LONG_CATALOGUE = 5_000_000
"""More numbers than this are multiplied by two threads: a millisecond of one."""

MOST_COORDINATES = 64
MOST_SAMPLES = 128


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples of what a prediction needs to know of items; sample s is lane s % 8 of block s // 8.

    Item vectors are kept as int16 in units of their coordinate and sample: a 65,534th of the range that occurs is far
    finer than what a sample knows, and half the bytes of float32.

    Attributes:
        item_vectors: b, int16 ``[n_items, n_blocks, n_coordinates, 8]``.
        item_presence: y, int16, the same shape.
        vector_units: float64 ``[n_blocks, n_coordinates, 8]``.
        presence_units: float64 ``[n_blocks, n_coordinates, 8]``.
        prior_means: m of p, float64 ``[n_blocks, n_coordinates, 8]``.
        prior_precisions: l of p, float64 ``[n_blocks, n_coordinates, 8]``.
        levels: w, float64 ``[n_blocks, 8]``.
        item_precisions: beta, float32 ``[n_items]``.
        centre: points.
        unit: points.
    """

    item_vectors: Int16s
    item_presence: Int16s
    vector_units: Float64s
    presence_units: Float64s
    prior_means: Float64s
    prior_precisions: Float64s
    levels: Float64s
    item_precisions: Float32s
    centre: float
    unit: float

    @property
    def n_items(self) -> int:
        """How many items are known."""
        return len(self.item_vectors)

    @property
    def n_blocks(self) -> int:
        """How many blocks of 8 samples there are."""
        return len(self.levels)

    @property
    def n_coordinates(self) -> int:
        """The rank + 1."""
        return int(self.item_vectors.shape[2])

    @property
    def level(self) -> float:
        """The mean of w over the samples, points."""
        return self.centre + self.unit * float(self.levels.mean())


@dataclass(frozen=True, slots=True, eq=False)
class FoldedIn:
    """A person's vectors, and how sure they are.

    Attributes:
        items: int32 ``[n]``, what they rated.
        scores: uint8 ``[n]``.
        precision: alpha.
        vectors: a, float64 ``[n_blocks, n_coordinates, 8]``.
        roots: of the precision matrix A, float64 ``[n_blocks, n_coordinates * (n_coordinates + 1) / 2, 8]``: its
            Cholesky factor row after row, with the reciprocal on the diagonal.
    """

    items: Int32s
    scores: UInt8s
    precision: float
    vectors: Float64s
    roots: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A prediction as a sum, in standard units.

    Attributes:
        level: mean over the samples of w.
        film: what is expected of anybody's rating of the film beyond the level.
        person: by how much the person rates all films higher.
        ratings: float64 ``[n]``, what the rating of each own film adds.
        presences: float64 ``[n]``, what having chosen it adds.
    """

    level: float
    film: float
    person: float
    ratings: Float64s
    presences: Float64s


class Smoother:
    """The border of kernels/smoother.c."""

    def __init__(self, samples: Samples) -> None:
        """Take samples as they are; nothing is copied.

        Raises:
            ValueError: an array of another type or shape than stated.
        """
        check_samples(samples)
        self.samples = samples
        self._kept_alive: list[Any] = []
        if kernels.AVAILABLE:
            self._described = self._describe("SmootherSamples *", samples, self._kept_alive)
            for name in ("n_items", "n_blocks", "n_coordinates"):
                setattr(self._described, name, getattr(samples, name))

    def fold_in(self, items: Int32s, scores: UInt8s, precision: float) -> FoldedIn:
        """Return the person with these ratings; ``precision`` is their alpha.

        Raises:
            ValueError: items out of bounds, not ascending or given twice; scores of another number, or over 100; a
                precision that is not positive.
        """
        check_indices("items", items, self.samples.n_items, ascending=True)
        check_scores("scores", scores, len(items))
        if not 0.0 < precision < inf:
            msg = f"the precision must be finite and positive, is {precision}"
            raise ValueError(msg)
        n_blocks, n = self.samples.n_blocks, self.samples.n_coordinates
        vectors, roots = _aligned(n_blocks, n), _aligned(n_blocks, n * (n + 1) // 2)
        person = FoldedIn(items, scores, precision, vectors, roots)
        if kernels.AVAILABLE:
            described, kept_alive = self._describe_person(person)
            kernels.lib.smoother_fold_in(self._described, described)
            del kept_alive
        else:
            factors_smoother_twin.fold_in(self.samples, person)
        return person

    def predict(self, person: FoldedIn, items: Int32s) -> Float64s:
        """Return the predictions of ``items``, float64 ``[n]``; any order, as often as wanted.

        Raises:
            ValueError: an item out of bounds, or the person is of another model.
        """
        return self._predict(person, items, with_variance=False)[0]

    def predict_with_variance(self, person: FoldedIn, items: Int32s) -> tuple[Float64s, Float64s]:
        """Return the predictions of ``items`` to the bit as ``predict`` does, and the variance of each.

        The variance is that of the prediction; what a rating scatters around it is not in it.
        """
        return self._predict(person, items, with_variance=True)

    def explain(self, person: FoldedIn, item: int) -> Parts:
        """Return the prediction of ``item`` as a sum; up to rounding (1e-12) what ``predict`` returns.

        Raises:
            ValueError: the item is out of bounds, or the person is of another model.
        """
        self._check_person(person)
        check_indices("item", np.array([item], dtype=np.int32), self.samples.n_items)
        common, ratings, presences = np.empty(3), np.empty(len(person.items)), np.empty(len(person.items))
        if kernels.AVAILABLE:
            described, kept_alive = self._describe_person(person)
            results = (pointer(common), pointer(ratings), pointer(presences))
            kernels.lib.smoother_explain(self._described, described, item, *results)
            del kept_alive
        else:
            common[:], ratings[:], presences[:] = factors_smoother_twin.explain(self.samples, person, item)
        level, film, by_person = common.tolist()
        return Parts(level, film, by_person, ratings, presences)

    def _predict(self, person: FoldedIn, items: Int32s, *, with_variance: bool) -> tuple[Float64s, Float64s]:
        self._check_person(person)
        check_indices("items", items, self.samples.n_items)
        if not kernels.AVAILABLE:
            return factors_smoother_twin.predict(self.samples, person, items)
        predicted, variances = np.empty(len(items)), np.empty(len(items) if with_variance else 0)
        described, kept_alive = self._describe_person(person)
        wanted, found = pointer(items), pointer(predicted)
        spread = pointer(variances) if with_variance else None

        def fill(begin: int, end: int) -> None:
            target = kernels.ffi.NULL if spread is None else spread + begin
            one = (end - begin, wanted + begin, found + begin, target)
            kernels.lib.smoother_predict(self._described, described, *one)

        in_halves(fill, len(items), worth_it=len(items) * self.samples.item_vectors[:1].size > LONG_CATALOGUE)
        del kept_alive
        return predicted, variances

    def _check_person(self, person: FoldedIn) -> None:
        check_indices("items of the person", person.items, self.samples.n_items, ascending=True)
        check_scores("scores of the person", person.scores, len(person.items))
        n_blocks, n = self.samples.n_blocks, self.samples.n_coordinates
        check_array("vectors of the person", person.vectors, np.float64, (n_blocks, n, LANES))
        check_array("roots of the person", person.roots, np.float64, (n_blocks, n * (n + 1) // 2, LANES))

    def _describe_person(self, person: FoldedIn) -> tuple[Any, list[Any]]:
        """Return the kernel's person, and what must live as long as it is used."""
        kept_alive: list[Any] = []
        described = self._describe("SmootherPerson *", person, kept_alive)
        described.n = len(person.items)
        return described, kept_alive

    @staticmethod
    def _describe(kind: str, values: Samples | FoldedIn, kept_alive: list[Any]) -> Any:
        described = kernels.ffi.new(kind)
        for field in fields(values):
            value = getattr(values, field.name)
            held = pointer(value) if isinstance(value, np.ndarray) else value
            setattr(described, field.name, held)
            kept_alive.append(held)
        return described


def _aligned(n_blocks: int, n: int) -> Float64s:
    """Return an empty float64 ``[n_blocks, n, 8]`` of which each eight lie in one line of memory, not across two."""
    room = np.empty(n_blocks * n * LANES + LANES - 1)
    begin = -room.ctypes.data // room.itemsize % LANES
    return room[begin : begin + n_blocks * n * LANES].reshape(n_blocks, n, LANES)


def check_samples(samples: Samples) -> None:
    """Refuse samples whose arrays don't fit each other.

    Raises:
        ValueError: names the array.
    """
    shape = samples.item_vectors.shape
    n_dimensions = 4
    if len(shape) != n_dimensions or shape[3] != LANES:
        msg = f"item_vectors must be [n_items, n_blocks, n_coordinates, {LANES}], is {list(shape)}"
        raise ValueError(msg)
    n_items, n_blocks, n_coordinates, _lanes = shape
    if not (1 <= n_coordinates <= MOST_COORDINATES and 1 <= n_blocks <= MOST_SAMPLES // LANES):
        msg = f"there are {n_coordinates} coordinates and {n_blocks * LANES} samples, more than the kernel can hold"
        raise ValueError(msg)
    check_array("item_vectors", samples.item_vectors, np.int16, shape)
    check_array("item_presence", samples.item_presence, np.int16, shape)
    for name in ("vector_units", "presence_units", "prior_means", "prior_precisions"):
        check_array(name, getattr(samples, name), np.float64, shape[1:])
    check_array("levels", samples.levels, np.float64, (n_blocks, LANES))
    check_array("item_precisions", samples.item_precisions, np.float32, (n_items,))
