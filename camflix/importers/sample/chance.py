"""Draws that are the same on every machine and under every Python version.

Only ``random.Random(seed).random()`` is promised to keep its sequence; ``gauss``, ``sample`` and ``choices`` are not.
So everything here is built on that one method. For the same reason floats are added by ``math.fsum``: what ``sum``
does with floats changed in Python 3.12.
"""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")


class Chance:
    """A stream of draws that its seed determines.

    Args:
        seed: any integer; streams with different seeds are independent of one another.
    """

    def __init__(self, seed: int) -> None:
        self.unit = Random(seed).random  # noqa: S311 - invented film ratings, no secrets

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` (included) to ``high`` (excluded), each as likely."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """Return an integer from ``low`` to ``high``, both included, each as likely."""
        return low + int(self.unit() * (high - low + 1))

    def bell(self) -> float:
        """Return a normal deviate, mean 0 and standard deviation 1 (Box and Muller, 1958)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.unit()))
        return radius * math.cos(2.0 * math.pi * self.unit())

    def hill(self) -> float:
        """Return a number from -3 to 3, mean 0 and standard deviation 1: nearly a bell, without its logarithm."""
        return 2.0 * (self.unit() + self.unit() + self.unit()) - 3.0

    def shuffled(self, values: Sequence[_T]) -> list[_T]:
        """Return the values in a drawn order (Fisher and Yates)."""
        order = list(values)
        for last in range(len(order) - 1, 0, -1):
            other = self.whole(0, last)
            order[last], order[other] = order[other], order[last]
        return order


def standardised(values: Sequence[float]) -> list[float]:
    """Return the values moved and stretched to mean 0 and standard deviation 1; all zeros when they are all equal."""
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) * (value - mean) for value in values) / len(values))
    return [(value - mean) / deviation if deviation else 0.0 for value in values]
