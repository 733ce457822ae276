"""What every recommendation model is: fit on arrays, then predict, neighbours, top_n, explain.

Users and items are indices; nothing here knows films, names or databases. A model is immutable once fitted. The person
predicted for is always given by the ratings they have *now* (``Model.person``), so that a prediction moves the moment
a film is rated; a fitted user is only the special case of a person whose ratings have not changed.

Scores, predictions and their parts are points of 0-100. What is shown is in whole thousandths of a point: a
prediction *is* the sum of its receipt's lines.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from camflix.recommender.arrays import Features, Float64s, Int32s, Int64s, Ratings, UInt8s


class Reason(IntEnum):
    """Why a predicted score is null; KNOWN when it is not."""

    KNOWN = 0
    TOO_FEW_RATINGS = 1
    NO_NEIGHBOURS = 2
    FILM_UNRATED = 3


class Part(StrEnum):
    """What a line of a receipt stands for."""

    MEAN = "mean"
    FILM = "film"
    PERSON = "person"
    CHOICE = "choice"
    NEIGHBOUR = "neighbour"
    OWN_RATING = "own_rating"
    OWN_PRESENCE = "own_presence"
    CLIP = "clip"


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The one predicted for: their ratings as they are now; models keep what they derive in a subclass.

    Attributes:
        items: int32 ``[n]``, ascending and unique.
        scores: uint8 ``[n]``, 0-100.
        user: the index of this person's row in the fitted ratings, -1 for a new one. That row is never counted as
            another user's.
    """

    items: Int32s
    scores: UInt8s
    user: int


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predicted scores of one person for ``n`` items, or of n pairs; parallel arrays.

    Attributes:
        items: int32 ``[n]``.
        estimates: float64 ``[n]``, whole thousandths, always finite: the best guess even where too little is known.
        low: float64 ``[n]``, lower end of the range that holds 80 % of scores.
        high: float64 ``[n]``, its upper end.
        reasons: uint8 ``[n]``, Reason; where it is not KNOWN the score is not shown.
        n_evidence: int32 ``[n]``, how many ratings of others stand directly behind each (neighbours who rated it, or
            all its ratings for models that use them all).
    """

    items: Int32s
    estimates: Float64s
    low: Float64s
    high: Float64s
    reasons: UInt8s
    n_evidence: Int32s

    def take(self, positions: Int64s) -> Predictions:
        """Return the predictions at ``positions`` (int64 indices or a boolean mask), in that order."""
        return Predictions(
            self.items[positions],
            self.estimates[positions],
            self.low[positions],
            self.high[positions],
            self.reasons[positions],
            self.n_evidence[positions],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Users most like a person, best first; parallel arrays.

    Attributes:
        users: int32 ``[k]``.
        similarity: float64 ``[k]``, damped Pearson correlation, -1 to 1.
        taste_distance: float64 ``[k]``, 0 (same) to 100; NaN where it can't be told.
        n_common: int32 ``[k]``, films both rated.
    """

    users: Int32s
    similarity: Float64s
    taste_distance: Float64s
    n_common: Int32s


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One summand of a prediction.

    Attributes:
        part: what it stands for.
        amount: thousandths of a point, signed.
        index: a user (NEIGHBOUR) or an item (OWN_RATING, OWN_PRESENCE); -1 otherwise.
        score: the score which that neighbour gave this film, or the person gave that film; -1 otherwise.
        weight: the share with which it counts, signed (NEIGHBOUR: similarity / (sum of all |similarity| + damping));
            None otherwise.
        deviation: what is weighted, in points (NEIGHBOUR: their score less what was expected of it, brought from their
            spread to the person's); None otherwise.
        similarity: the damped correlation with that neighbour that the weight stands on; None otherwise.
        n_common: films in common with that neighbour; 0 otherwise.
    """

    part: Part
    amount: int
    index: int = -1
    score: int = -1
    weight: float | None = None
    deviation: float | None = None
    similarity: float | None = None
    n_common: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A prediction as a sum: ``total == sum(line.amount for line in lines)``, in thousandths of a point.

    ``reason`` is not KNOWN when the score is not shown; the lines then still give the best guess.
    """

    engine: str
    item: int
    total: int
    low: float
    high: float
    reason: Reason
    n_evidence: int
    lines: tuple[ReceiptLine, ...]

    @classmethod
    def of(cls, engine: str, shown: Predictions, lines: Sequence[ReceiptLine], clipped: int) -> Self:
        """Return the receipt of a prediction.

        Args:
            engine: the model's name.
            shown: the one prediction.
            lines: what it is the sum of before it is cut at the end of the scale.
            clipped: thousandths that the cut adds (signed); a line of its own unless 0.
        """
        all_lines = (*lines, ReceiptLine(Part.CLIP, clipped)) if clipped else tuple(lines)
        return cls(
            engine,
            int(shown.items[0]),
            sum(line.amount for line in all_lines),
            float(shown.low[0]),
            float(shown.high[0]),
            Reason(int(shown.reasons[0])),
            int(shown.n_evidence[0]),
            all_lines,
        )


class Model(ABC):
    """A recommendation model, fitted.

    Every model must pass tests/recommender/conformance.py.
    """

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the model of ``ratings``; the same arguments give the same model to the bit."""

    @property
    @abstractmethod
    def ratings(self) -> Ratings:
        """The ratings it was fitted on (or, at serving time, their latest snapshot over the same indices)."""

    @abstractmethod
    def arrays(self) -> Mapping[str, np.ndarray]:
        """Return what was learnt, as named arrays, to be stored."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, ratings: Ratings, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the model that ``arrays()`` described."""

    @abstractmethod
    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> Person:
        """Return the person with these ratings (items ascending, unique), ready to be predicted for."""

    @abstractmethod
    def predict(self, person: Person, items: Int32s) -> Predictions:
        """Return the predicted scores for ``items``, in that order; equal to ``explain(...).total`` to the digit."""

    @abstractmethod
    def explain(self, person: Person, item: int) -> Receipt:
        """Return the prediction for ``item`` as a sum of lines."""

    @abstractmethod
    def neighbours(self, person: Person, k: int) -> Neighbours:
        """Return the ``k`` users most like the person, best first, ties by index."""

    @abstractmethod
    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> Predictions:
        """Return the ``n`` best unrated items, best first; the same twice.

        Args:
            person: whose rated items never appear.
            n: how many at the most.
            exclude: further items that must not appear (seen, hidden); int32, any order.
            min_evidence: each has at least this many ratings of others behind it.
        """

    def fitted_person(self, user: int) -> Person:
        """Return the person that the fitted row ``user`` describes."""
        items, scores = self.ratings.of_user(user)
        return self.person(items, scores, user)
