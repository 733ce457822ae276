"""A fitted factor model as named arrays, and back: what is stored, and what is checked when it is read.

A stored model may be damaged, or made by another version. What the kernel would read past its end, or what would make
a prediction that is no number, is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.arrays import MAX_SCORE
from camflix.recommender.factors_smoother import Samples, check_samples
from camflix.recommender.kernels.border import check_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camflix.recommender.arrays import Float32s

_OF_SAMPLES = (
    "item_vectors",
    "item_presence",
    "vector_units",
    "presence_units",
    "prior_means",
    "prior_precisions",
    "levels",
    "item_precisions",
)
_OF_FITTED = ("item_variances", "user_precisions", "user_variances")
_FINITE = ("vector_units", "presence_units", "prior_means", "levels")
_CHOICES = "user_choices"
_POSITIVE = ("prior_precisions", "item_precisions", *_OF_FITTED)
_SCALE = "scale"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was learnt.

    Attributes:
        samples: what is known of items.
        item_variances: float32 ``[n_items]``, mean of 1 / beta; of an item without ratings, with what is not known of
            its vector.
        user_precisions: alpha, float32 ``[n_users]``.
        user_variances: float32 ``[n_users]``, mean of 1 / alpha.
        user_choices: float32 ``[n_users]``, mean of x_0(u) + a(u)'x(u): by how much a film is rated otherwise by u for
            having been chosen by u.
    """

    samples: Samples
    item_variances: Float32s
    user_precisions: Float32s
    user_variances: Float32s
    user_choices: Float32s


def packed(fitted: Fitted, limits: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return a model as arrays; ``limits`` are the least and the greatest score that it was fitted on."""
    samples = fitted.samples
    return {
        **{name: getattr(samples, name) for name in _OF_SAMPLES},
        **{name: getattr(fitted, name) for name in (*_OF_FITTED, _CHOICES)},
        _SCALE: np.array([samples.centre, samples.unit, *limits], dtype=np.float64),
    }


def unpacked(arrays: Mapping[str, np.ndarray]) -> tuple[Fitted, tuple[int, int]]:
    """Return the model and the limits that ``packed`` was given; the arrays aren't copied.

    Raises:
        ValueError: an array is missing, of another type or shape, or holds what no fit leaves; it is named.
    """
    missing = {*_OF_SAMPLES, *_OF_FITTED, _SCALE} - arrays.keys()
    if missing:
        msg = f"the factor model lacks {', '.join(sorted(missing))}"
        raise ValueError(msg)
    check_array(_SCALE, arrays[_SCALE], np.float64, (4,))
    centre, unit, least, most = arrays[_SCALE].tolist()
    if not (np.isfinite(centre) and np.isfinite(unit) and unit > 0 and 0 <= least <= most <= MAX_SCORE):
        msg = f"the factor model's scale is damaged: {arrays[_SCALE].tolist()}"
        raise ValueError(msg)
    samples = Samples(
        item_vectors=arrays["item_vectors"],
        item_presence=arrays["item_presence"],
        vector_units=arrays["vector_units"],
        presence_units=arrays["presence_units"],
        prior_means=arrays["prior_means"],
        prior_precisions=arrays["prior_precisions"],
        levels=arrays["levels"],
        item_precisions=arrays["item_precisions"],
        centre=centre,
        unit=unit,
    )
    check_samples(samples)
    n_users = len(arrays["user_precisions"])
    # Models of before say nothing of it, until the next fit.
    choices = arrays.get(_CHOICES, np.zeros(n_users, dtype=np.float32))
    fitted = Fitted(samples, arrays["item_variances"], arrays["user_precisions"], arrays["user_variances"], choices)
    check_array(_CHOICES, choices, np.float32, (n_users,))
    check_array("item_variances", fitted.item_variances, np.float32, (samples.n_items,))
    check_array("user_precisions", fitted.user_precisions, np.float32, (n_users,))
    check_array("user_variances", fitted.user_variances, np.float32, (n_users,))
    _check_values(arrays)
    return fitted, (round(least), round(most))


def _check_values(arrays: Mapping[str, np.ndarray]) -> None:
    for name in (*_FINITE, *_POSITIVE, *({_CHOICES} & arrays.keys())):
        array = arrays[name]
        if not bool(np.all(np.isfinite(array))) or (name in _POSITIVE and not bool(np.all(array > 0))):
            msg = f"the factor model's {name} are damaged: not all are finite{' and positive' * (name in _POSITIVE)}"
            raise ValueError(msg)
