"""Chains of Gibbs samples of the factor model: what they are fitted to, what they are, and how they are swept.

The model, its priors and the papers stand at the head of kernels/factors.c. ``KernelSampler`` is that file's border;
``factors_sampler_twin`` does the same in numpy where there is no compiler.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from camflix.recommender import kernels
from camflix.recommender.kernels.border import check_array, check_indices, pointer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.recommender.arrays import Features, Float32s, Float64s, Int32s, Int64s, Ratings

UInt64s: TypeAlias = NDArray[np.uint64]

CHAINS = 4
"""Chains that are swept side by side."""

FIRST_NOISE_SWEEP = 3
"""Sweeps before the first that draws how much ratings scatter: residuals say nothing of anybody yet."""

N_GROUPS = 5
"""Groups of weights that share a prior: p, y, q, x, g of factors.c."""

FIRST_SPREAD = 0.2
"""Standard deviation of the weights that a chain starts from. With much less, a chain needs hundreds of sweeps until
all coordinates are in use (ml-latest-small, 160 sweeps: .002 of RMSE between 0.05 and 0.2; flat from 0.15 to 0.3)."""

_MANY_USERS = 20
"""So many users for each rating of a user, and more: then their biases start at random too, in place of at zero. The
precision of weights that are all zero is drawn near their number, and against so few ratings it falls too slowly: users
would stay alike for a hundred sweeps. (ml-latest-small with its users cut into parts of 8 ratings: .011 stars of RMSE,
of 20: .006, of 40: .003, of 100: none.)"""

_FIRST_PRECISION = 10.0
_FIRST_SHAPE = 5.0
_ROUNDING_VARIANCE = 1.0 / 12.0
"""Of a number that is rounded to whole points. It keeps precisions finite where scores are without noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What chains are fitted to.

    Attributes:
        ratings: of everybody.
        n_coordinates: rank + 1.
        n_features: columns of the features of items.
        feature_ptr: int64 ``[n_features + 1]``.
        feature_items: int32 ``[m]``, the items that have each feature.
        feature_values: float32 ``[m]``.
        centre: mean score, points.
        unit: standard deviation of scores, points: a standard score is (score - centre) / unit, so that priors and
            noise mean the same on any scale.
    """

    ratings: Ratings
    n_coordinates: int
    n_features: int
    feature_ptr: Int64s
    feature_items: Int32s
    feature_values: Float32s
    centre: float
    unit: float

    @property
    def rounding(self) -> float:
        """The variance of a standard score that rounding to whole points alone makes."""
        return _ROUNDING_VARIANCE / self.unit**2


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Everything that four chains are between two sweeps; names and formulas as in factors.c.

    The last index of each array is the chain; ``one`` leaves it away. Arrays change in place.

    Attributes:
        user_own: p, float32 ``[n_coordinates, n_users, 4]``.
        user_presence: y, float32 ``[n_coordinates, n_items, 4]``.
        item_own: q, float32 ``[n_coordinates, n_items, 4]``.
        item_presence: x, float32 ``[n_coordinates, n_users, 4]``.
        item_feature: g, float32 ``[n_coordinates, n_features, 4]``.
        user_vectors: a, float32 ``[n_coordinates, n_users, 4]``.
        item_vectors: b, float32 ``[n_coordinates, n_items, 4]``.
        priors: float64 ``[n_coordinates, 5, 2, 4]``, mean and precision of p, y, q, x, g.
        residuals: float32 ``[n, 4]``, by user, standard.
        user_precisions: alpha, float32 ``[n_users, 4]``.
        item_precisions: beta, float32 ``[n_items, 4]``.
        levels: w, float64 ``[4]``.
        noise: v, float64 ``[4]``.
        user_shapes: of the distribution of the alphas, float64 ``[4]``.
        item_shapes: of that of the betas, float64 ``[4]``.
    """

    user_own: Float32s
    user_presence: Float32s
    item_own: Float32s
    item_presence: Float32s
    item_feature: Float32s
    user_vectors: Float32s
    item_vectors: Float32s
    priors: Float64s
    residuals: Float32s
    user_precisions: Float32s
    item_precisions: Float32s
    levels: Float64s
    noise: Float64s
    user_shapes: Float64s
    item_shapes: Float64s

    def one(self, k: int) -> Chains:
        """Return views of chain ``k``, without the last index."""
        return Chains(*(getattr(self, field.name)[..., k] for field in fields(self)))


class Sampler(Protocol):
    """Chains and what sweeps them."""

    chains: Chains

    def start(self) -> None:
        """Make vectors and residuals of the weights."""

    def sweep(self) -> None:
        """Draw every unknown once."""


class Draws(Protocol):
    """A stream of random numbers."""

    def normals(self, n: int) -> Float64s:
        """Return the next ``n`` normal numbers, mean 0, variance 1."""

    def gammas(self, shapes: Float64s) -> Float64s:
        """Return a gamma variable of rate 1 for each of ``shapes``, all >= 1."""

    def uniform(self) -> float:
        """Return a number between 0 and 1, neither of which occurs."""


class KernelDraws:
    """The kernel's random numbers, for one chain."""

    def __init__(self, state: UInt64s) -> None:
        """Take over ``state``, uint64 ``[4]`` of xoshiro256**, which moves on with each number.

        Raises:
            ValueError: it is of another type or shape.
        """
        check_array("state", state, np.uint64, (4,))
        self._state = state

    def normals(self, n: int) -> Float64s:
        """Return the next ``n`` normal numbers."""
        drawn = np.empty(n)
        kernels.lib.factors_normals(pointer(self._state), n, pointer(drawn))
        return drawn

    def gammas(self, shapes: Float64s) -> Float64s:
        """Return a gamma variable for each of ``shapes``."""
        shapes = np.ascontiguousarray(shapes, dtype=np.float64)
        drawn = np.empty(len(shapes))
        kernels.lib.factors_gammas(pointer(self._state), len(shapes), pointer(shapes), pointer(drawn))
        return drawn

    def uniform(self) -> float:
        """Return a number between 0 and 1."""
        drawn = np.empty(1)
        kernels.lib.factors_uniforms(pointer(self._state), 1, pointer(drawn))
        return float(drawn[0])


def new_problem(ratings: Ratings, features: Features | None, rank: int) -> Problem:
    """Return what chains of ``rank`` are fitted to; ``ratings`` must be sound.

    Raises:
        ValueError: features of another number of items than the ratings, or whose arrays don't fit each other.
    """
    centre, unit = _centre_and_unit(ratings)
    columns = _features_by_column(features, ratings.n_items)
    return Problem(ratings, rank + 1, len(columns[0]) - 1, *columns, centre, unit)


def new_chains(problem: Problem, draws: Sequence[Draws]) -> Chains:
    """Return four chains before their first sweep, without vectors and residuals: random weights, biases of zero.

    Where users are many for their ratings, biases of users are random as well.
    """
    n, n_users, n_items = problem.n_coordinates, problem.ratings.n_users, problem.ratings.n_items
    widths = (n_users, n_items, n_items, n_users, problem.n_features)
    weights = [np.zeros((n, width, CHAINS), dtype=np.float32) for width in widths]
    for k, stream in enumerate(draws):
        for array in weights:
            array[1:, :, k] = FIRST_SPREAD * stream.normals(array[1:, :, k].size).reshape(array[1:, :, k].shape)
        if n_users**2 > _MANY_USERS * problem.ratings.n_ratings:
            weights[0][0, :, k] = FIRST_SPREAD * stream.normals(n_users)
    user_own, user_presence, item_own, item_presence, item_feature = weights
    return Chains(
        user_own=user_own,
        user_presence=user_presence,
        item_own=item_own,
        item_presence=item_presence,
        item_feature=item_feature,
        user_vectors=np.zeros((n, n_users, CHAINS), dtype=np.float32),
        item_vectors=np.zeros((n, n_items, CHAINS), dtype=np.float32),
        priors=np.tile(np.array([[0.0], [_FIRST_PRECISION]]), (n, N_GROUPS, 1, CHAINS)),
        residuals=np.zeros((problem.ratings.n_ratings, CHAINS), dtype=np.float32),
        user_precisions=np.ones((n_users, CHAINS), dtype=np.float32),
        item_precisions=np.ones((n_items, CHAINS), dtype=np.float32),
        levels=np.zeros(CHAINS),
        noise=np.ones(CHAINS),
        user_shapes=np.full(CHAINS, _FIRST_SHAPE),
        item_shapes=np.full(CHAINS, _FIRST_SHAPE),
    )


class KernelSampler:
    """The border of kernels/factors.c: it holds the arrays that the kernel works on.

    Attributes:
        chains: what is sampled; their arrays change in place.
    """

    def __init__(self, problem: Problem, chains: Chains, state: UInt64s) -> None:
        """Take over ``chains`` and ``state`` (uint64 ``[4, 4]``, one row a chain); both change in place.

        Raises:
            ValueError: an array of another type or shape than stated.
        """
        check_chains(problem, chains)
        check_array("state", state, np.uint64, (CHAINS, 4))
        self.chains = chains
        self._n_sweeps = 0
        self._kept_alive: list[Any] = []
        self._data = self._describe_data(problem)
        self._described = kernels.ffi.new("FactorsChains *")
        self._point(self._described, {field.name: getattr(chains, field.name) for field in fields(Chains)})
        self._point(self._described, {"random": state})

    def start(self) -> None:
        """Make vectors and residuals of the weights."""
        kernels.lib.factors_start(self._data, self._described)

    def sweep(self) -> None:
        """Draw every unknown once.

        Raises:
            MemoryError: there is none for the kernel's scratch space.
        """
        if kernels.lib.factors_sweep(self._data, self._described, self._n_sweeps >= FIRST_NOISE_SWEEP):
            raise MemoryError
        self._n_sweeps += 1

    def _describe_data(self, problem: Problem) -> Any:
        ratings = problem.ratings
        data = kernels.ffi.new("FactorsData *")
        of_ratings = ("n_users", "n_items", "user_ptr", "items", "scores", "item_ptr", "users")
        of_problem = ("n_features", "n_coordinates", "feature_ptr", "feature_items", "feature_values")
        self._point(data, {name: getattr(ratings, name) for name in of_ratings})
        self._point(data, {name: getattr(problem, name) for name in (*of_problem, "centre", "unit", "rounding")})
        return data

    def _point(self, struct: Any, values: dict[str, Any]) -> None:
        """Set the fields of a struct; arrays by their address."""
        for name, value in values.items():
            held = pointer(value) if isinstance(value, np.ndarray) else value
            setattr(struct, name, held)
            self._kept_alive.append(held)


def check_chains(problem: Problem, chains: Chains) -> None:
    """Refuse chains whose arrays don't fit the problem.

    Raises:
        ValueError: names the array.
    """
    n, n_users, n_items = problem.n_coordinates, problem.ratings.n_users, problem.ratings.n_items
    for name in ("user_own", "item_presence", "user_vectors"):
        check_array(name, getattr(chains, name), np.float32, (n, n_users, CHAINS))
    for name in ("user_presence", "item_own", "item_vectors"):
        check_array(name, getattr(chains, name), np.float32, (n, n_items, CHAINS))
    check_array("item_feature", chains.item_feature, np.float32, (n, problem.n_features, CHAINS))
    check_array("priors", chains.priors, np.float64, (n, N_GROUPS, 2, CHAINS))
    check_array("residuals", chains.residuals, np.float32, (problem.ratings.n_ratings, CHAINS))
    check_array("user_precisions", chains.user_precisions, np.float32, (n_users, CHAINS))
    check_array("item_precisions", chains.item_precisions, np.float32, (n_items, CHAINS))
    for name in ("levels", "noise", "user_shapes", "item_shapes"):
        check_array(name, getattr(chains, name), np.float64, (CHAINS,))


def _centre_and_unit(ratings: Ratings) -> tuple[float, float]:
    """Return mean and standard deviation of the scores; where they don't differ or there are none, 50 and 20."""
    counts = np.bincount(ratings.scores, minlength=1)
    n = max(ratings.n_ratings, 1)
    scores = np.arange(len(counts))
    total = int(counts @ scores)
    n_variance = n * int(counts @ scores**2) - total**2
    unit = float(np.sqrt(n_variance)) / n if n_variance else 20.0
    return (total / n if ratings.n_ratings else 50.0), unit


def _features_by_column(features: Features | None, n_items: int) -> tuple[Int64s, Int32s, Float32s]:
    """Return the features turned around: pointers by feature, items, values."""
    if features is None:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    n_columns, pointers, columns, values = features.n_features, features.item_ptr, features.columns, features.values
    check_array("item_ptr of the features", pointers, np.int64, (n_items + 1,))
    check_array("values of the features", values, np.float32, (len(columns),))
    check_indices("columns of the features", columns, n_columns)
    if pointers[0] != 0 or pointers[-1] != len(columns) or bool(np.any(np.diff(pointers) < 0)):
        msg = f"item_ptr of the features must ascend from 0 to {len(columns)}"
        raise ValueError(msg)
    if not bool(np.all(np.isfinite(values))):
        msg = "values of the features must be finite"
        raise ValueError(msg)
    items = np.repeat(np.arange(n_items, dtype=np.int32), np.diff(pointers))
    order = np.argsort(columns, kind="stable")
    pairs = columns[order].astype(np.int64) * n_items + items[order]
    if bool(np.any(pairs[1:] == pairs[:-1])):
        msg = "an item has the same feature twice"
        raise ValueError(msg)
    feature_ptr = np.zeros(n_columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(columns, minlength=n_columns), out=feature_ptr[1:])
    return feature_ptr, np.ascontiguousarray(items[order]), np.ascontiguousarray(values[order])
