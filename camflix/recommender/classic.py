"""Classic: what like-minded people thought of the film, added to what is expected of film and person.

    prediction(u, i) = mean + film(i) + person(u) + spread(u) · sum_v s(u, v) z(v, i) / (sum_v |s(u, v)| + 0.5)

over the 40 raters v of film i whose |s| is greatest, of the 1,000 people for whom it is greatest. z(v, i) is v's score
less what was expected of it, in units of v's own spread, so that a harsh judge's 60 and a mild one's 90 can say the
same (Herlocker et al. 1999, section 6). s(u, v) is the correlation of these residuals on the films both rated, damped
by their number n:

    s(u, v) = sum z_u z_v / sqrt(sum z_u² · sum z_v²) · n / (n + 50)

which is Pearson's with the expectation of each score in the place of the user's mean (Koren, "Factor in the neighbors",
TKDD 2010, section 3); the 0.5 draws the sum to 0 when it stands on little. A negative s counts with its sign: a film
that your opposite loved is a bad sign. Fewer than three films in common, or no residual on them: not a neighbour.

Residuals and similarities are rounded to integers once, and all sums are sums of integers. So one film, a catalogue and
a receipt give the same prediction to the digit, in whatever order they add; and so do the compiled kernels and numpy
(kernels/person.c, kernels/votes.c, kernels/twin_neighbours.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from camflix.recommender import similarity
from camflix.recommender.arrays import MAX_SCORE
from camflix.recommender.baseline import Baseline, fit_baseline
from camflix.recommender.interval import Interval, Ranges, measured_widths
from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.kernels.person_arrays import MOST_WEIGHT, VoteScale, Wanted
from camflix.recommender.model import Model, Neighbours, Part, Person, Predictions, Reason, Receipt, ReceiptLine
from camflix.recommender.neighbours import nearest
from camflix.recommender.receipt import THOUSANDTHS, apportion_ratios, rounded_ratios
from camflix.recommender.standing import Z_UNIT, Standings, standardised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camflix.recommender.arrays import Bools, Features, Float64s, Int16s, Int32s, Int64s, Ratings, UInt8s
    from camflix.recommender.kernels.person_arrays import Ranking, VoteSums

N_NEIGHBOURS = 40
MOST_HEARD = 1000
"""Only so many people are heard on anything, the nearest. Of 6,000 they tell scores nearly as well as all do (generated
ratings: .8180 against .8171 stars of error) in half of the time; of 160,000, in a twentieth."""

DAMPING = 50.0
MIN_COMMON = 3
_HEARD = Wanted(MOST_HEARD, DAMPING, MIN_COMMON)
MIN_RATINGS = 5
"""With fewer ratings of the person's own no prediction is shown."""

# What is summed stays under 2^51: 40 weights of 2^16 by residuals of 2^11, by a spread of 2^17 thousandths.
_WEIGHT_DAMPING = MOST_WEIGHT // 2

_MANY = 4
"""Of more films than one in so many, the votes on the whole catalogue are faster counted than on each."""

_N_CALIBRATION_USERS = 300
_CALIBRATION_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class ClassicPerson(Person):
    """A person with what ``Classic`` derives from their ratings.

    Attributes:
        effect: thousandths of a point.
        spread: of their scores around the expectation, thousandths of a point.
        z: int16 ``[n]``, their own residuals in 256ths of it.
        heard: the neighbours, greatest |s| first, ties by index (weights are s in 65,536ths), once that was asked:
            whoever asks for the most similar people first gets them with those.
    """

    effect: int
    spread: int
    z: Int16s
    heard: list[Ranking]


@dataclass(frozen=True, slots=True, eq=False)
class _Votes:
    """Who of a person's neighbours speaks on a film.

    Attributes:
        users: int32 ``[m]``.
        scores: uint8 ``[m]``.
        weights: int64 ``[m]``, in 65,536ths.
        z: int64 ``[m]``, in 256ths.
        n_common: int32 ``[m]``, films in common.
    """

    users: Int32s
    scores: UInt8s
    weights: Int64s
    z: Int64s
    n_common: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Predictions of one person, still in integers; parallel arrays.

    Attributes:
        denominators: int64 ``[n]``, sum of |s| + 0.5 in the unit of weight times z.
        unclipped: int64 ``[n]``, thousandths.
        n_evidence: int32 ``[n]``, votes.
    """

    denominators: Int64s
    unclipped: Int64s
    n_evidence: Int32s


class Classic(Model):
    """User neighbours over a baseline; see the module."""

    name: ClassVar[str] = "classic"

    def __init__(self, ratings: Ratings, baseline: Baseline, interval: Interval) -> None:
        """Derive from ``ratings`` what predictions need: standardised residuals by item, the range of scores."""
        self._ratings = ratings
        self._baseline = baseline
        self._interval = interval
        known = ratings.scores if ratings.n_ratings else np.array([0, MAX_SCORE])
        self._least, self._most = int(known.min()) * THOUSANDTHS, int(known.max()) * THOUSANDTHS
        residuals = baseline.residuals(ratings)
        spreads = np.repeat(baseline.spreads(ratings, residuals), np.diff(ratings.user_ptr))
        self._everybody = Everybody(ratings)
        self._z = self._everybody.residuals(standardised(residuals, spreads))
        self._standings = Standings(baseline)
        self._n_raters = np.diff(ratings.item_ptr)
        self._ranges = Ranges(interval, baseline, self._n_raters)

    @classmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the model of ``ratings``; ``features`` don't enter.

        The ranges are measured on a fifth of the ratings of up to 300 users, drawn by ``seed`` and predicted without.
        """
        del features
        baseline = fit_baseline(ratings)
        interval = Interval.of_normal(baseline, ratings, baseline.residuals(ratings))
        widths = measured_widths(*cls._held_out_errors(ratings, seed))
        return cls(ratings, baseline, Interval(interval.item_scatter, widths))

    @classmethod
    def _held_out_errors(cls, ratings: Ratings, seed: int) -> tuple[Float64s, Int32s]:
        """Return the absolute errors of held-out ratings in standard deviations, and the evidence of each."""
        hidden = _hidden(ratings, seed)
        rest = ratings.where(~hidden)
        baseline = fit_baseline(rest)
        model = cls(rest, baseline, Interval.of_normal(baseline, rest, baseline.residuals(rest)))
        errors, n_evidence = [np.zeros(0)], [np.zeros(0, dtype=np.int32)]
        for user in np.unique(ratings.row_users()[hidden]).tolist():
            row = slice(int(ratings.user_ptr[user]), int(ratings.user_ptr[user + 1]))
            items, scores = ratings.items[row][hidden[row]], ratings.scores[row][hidden[row]]
            person = model.person(*rest.of_user(user), user)
            sums = model._sums(person, items)
            half_widths = model._ranges.half_widths(items, sums.n_evidence, model._scatter(person), len(person.items))
            deviations = half_widths / model._interval.widths[0]
            errors.append(np.abs(model._clipped(sums.unclipped) - scores * np.int64(THOUSANDTHS)) / deviations)
            n_evidence.append(sums.n_evidence)
        return np.concatenate(errors), np.concatenate(n_evidence)

    @property
    def ratings(self) -> Ratings:
        """The ratings it was fitted on, or their latest snapshot."""
        return self._ratings

    def arrays(self) -> Mapping[str, np.ndarray]:
        """Return what was learnt; residuals and the effects of people follow from it and the ratings."""
        baseline = self._baseline
        return {
            "mean": np.array([baseline.mean]),
            "item_effects": baseline.item_effects,
            "variance_and_dampings": np.array([baseline.variance, baseline.item_damping, baseline.user_damping]),
            "item_scatter": self._interval.item_scatter,
            "widths": self._interval.widths,
        }

    @classmethod
    def from_arrays(cls, ratings: Ratings, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the model that ``arrays()`` described, over ``ratings`` as they are now.

        Raises:
            ValueError: the arrays were learnt on another number of items.
        """
        if len(arrays["item_effects"]) != ratings.n_items:
            msg = f"the model knows {len(arrays['item_effects'])} items, the ratings have {ratings.n_items}"
            raise ValueError(msg)
        variance, item_damping, user_damping = arrays["variance_and_dampings"].tolist()
        baseline = Baseline(int(arrays["mean"][0]), arrays["item_effects"], item_damping, user_damping, variance)
        return cls(ratings, baseline, Interval(arrays["item_scatter"], arrays["widths"]))

    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> ClassicPerson:
        """Return the person with these ratings: their effect, their spread, their residuals."""
        return ClassicPerson(items, scores, user, *self._standings.of(items, scores), [])

    def predict(self, person: Person, items: Int32s) -> Predictions:
        """Return the predicted scores for ``items``; each is the total of its receipt."""
        ready = self._ready(person)
        sums = self._sums(ready, items)
        return self._predictions(ready, items, sums.unclipped, sums.n_evidence)

    def _predictions(self, ready: ClassicPerson, items: Int32s, unclipped: Int64s, n_evidence: Int32s) -> Predictions:
        items = np.ascontiguousarray(items, dtype=np.int32)
        ends = (self._least, self._most)
        shown = self._ranges.shown(items, unclipped, n_evidence, self._scatter(ready), len(ready.items), ends)
        return Predictions(items, *shown, self._reasons(ready, items, n_evidence), n_evidence)

    def explain(self, person: Person, item: int) -> Receipt:
        """Return the prediction for ``item``: mean, film, person, each neighbour, and the cut at the end of the scale.

        A neighbour's deviation is their z(v, i) on the person's own spread; its weight s / (sum of |s| + 0.5).
        """
        ready = self._ready(person)
        items = np.array([item], dtype=np.int32)
        sums, shown = self._sums(ready, items), self.predict(ready, items)
        lines = [
            ReceiptLine(Part.MEAN, self._baseline.mean),
            ReceiptLine(Part.FILM, int(self._baseline.item_effects[item])),
            ReceiptLine(Part.PERSON, ready.effect),
            *self._neighbour_lines(ready, self._votes(ready, item), int(sums.denominators[0])),
        ]
        clipped = int(self._clipped(sums.unclipped)[0] - sums.unclipped[0])
        return Receipt.of(self.name, shown, lines, clipped)

    def neighbours(self, person: Person, k: int) -> Neighbours:
        """Return the ``k`` users whose damped Pearson correlation with the person is greatest, ties by index."""
        if not isinstance(person, ClassicPerson) or person.heard:
            return nearest(self._everybody, person, k)
        found, ranking = self._everybody.nearest_and_heard(
            self._z,
            (person.items, person.scores, person.z),
            Wanted(k, similarity.DAMPING, similarity.MIN_COMMON),
            _HEARD,
            without=person.user,
        )
        person.heard.append(ranking)
        return Neighbours(*found)

    def _ranking(self, person: ClassicPerson) -> Ranking:
        """Return whom a person hears."""
        if not person.heard:
            row = (person.items, person.z)
            person.heard.append(self._everybody.heard(self._z, row, _HEARD, without=person.user))
        return person.heard[0]

    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> Predictions:
        """Return the ``n`` highest predictions of unrated items with enough neighbours behind them, ties by index.

        The order is that of the sums before they are cut at the end of the scale: a generous person would otherwise
        get the top of the list by index.
        """
        ready = self._ready(person)
        items, unclipped, n_evidence = self._everybody.best(
            self._ranking(ready),
            self._z,
            self._baseline.item_effects,
            VoteScale(ready.spread, Z_UNIT, _WEIGHT_DAMPING),
            n,
            k=N_NEIGHBOURS,
            exclude=np.concatenate((person.items, exclude)),
            min_votes=min_evidence,
        )
        return self._predictions(ready, items, unclipped + (self._baseline.mean + ready.effect), n_evidence)

    def _ready(self, person: Person) -> ClassicPerson:
        return person if isinstance(person, ClassicPerson) else self.person(person.items, person.scores, person.user)

    def _votes(self, person: ClassicPerson, item: int) -> _Votes:
        """Return the votes of the 40 nearest raters of ``item``, nearest first."""
        ratings, ranking = self._ratings, self._ranking(person)
        raters, start = ratings.of_item(item)[0], int(ratings.item_ptr[item])
        places = np.searchsorted(raters, ranking.order)
        ranks = np.flatnonzero(_among(ranking.order, raters))[:N_NEIGHBOURS]
        positions = start + places[ranks]
        weights, z = ranking.weights[ranks].astype(np.int64), self._z.by_item[positions].astype(np.int64)
        return _Votes(ranking.order[ranks], ratings.item_scores[positions], weights, z, ranking.n_common[ranks])

    def _counted(self, person: ClassicPerson, items: Int32s) -> VoteSums:
        """Return the votes on ``items`` in sums, by whichever way is faster."""
        if len(items) * _MANY <= self._ratings.n_items:
            return self._everybody.votes(self._ranking(person), self._z, k=N_NEIGHBOURS, items=items)
        return self._everybody.votes(self._ranking(person), self._z, k=N_NEIGHBOURS).take(items)

    def _sums(self, person: ClassicPerson, items: Int32s) -> _Sums:
        """Return the predictions of ``items`` and what a receipt of them needs."""
        items = np.ascontiguousarray(items, dtype=np.int32)
        return self._of_votes(person, self._counted(person, items), items)

    def _of_votes(self, person: ClassicPerson, votes: VoteSums, items: Int32s) -> _Sums:
        """Return the predictions of ``items`` from the votes on them."""
        denominators = (votes.totals + _WEIGHT_DAMPING) * Z_UNIT
        expected = self._baseline.item_effects[items] + (self._baseline.mean + person.effect)
        unclipped = expected + rounded_ratios(votes.numerators * person.spread, denominators)
        return _Sums(denominators, unclipped, votes.n_votes.astype(np.int32))

    def _clipped(self, unclipped: Int64s) -> Int64s:
        """Return estimates, in thousandths, cut to lie between the least and the greatest score that occur."""
        return np.minimum(np.maximum(unclipped, self._least), self._most)

    def _scatter(self, person: ClassicPerson) -> float:
        """Return how much more or less a person's scores scatter than everybody's."""
        return (person.spread / THOUSANDTHS) ** 2 / self._baseline.variance

    def _reasons(self, person: ClassicPerson, items: Int32s, n_evidence: Int32s) -> UInt8s:
        reasons = np.zeros(len(items), dtype=np.uint8)  # Reason.KNOWN
        if len(person.items) < MIN_RATINGS:
            reasons[:] = Reason.TOO_FEW_RATINGS
        elif np.count_nonzero(n_evidence) < len(items):  # numpy's all() takes three times as long
            reasons[n_evidence == 0] = Reason.NO_NEIGHBOURS
            n_raters = self._n_raters[items]
            if person.user >= 0:
                n_raters = n_raters - _among(items, self._ratings.of_user(person.user)[0])
            reasons[n_raters == 0] = Reason.FILM_UNRATED  # by anybody else, so that nobody speaks
        return reasons

    def _neighbour_lines(self, person: ClassicPerson, votes: _Votes, denominator: int) -> list[ReceiptLine]:
        """Return a line for each vote, greatest amount first, ties by user."""
        amounts = apportion_ratios(votes.weights * votes.z * person.spread, denominator)
        lines = []
        for position in np.lexsort((votes.users, -np.abs(amounts))).tolist():
            user, weight = int(votes.users[position]), int(votes.weights[position])
            lines.append(
                ReceiptLine(
                    Part.NEIGHBOUR,
                    int(amounts[position]),
                    index=user,
                    score=int(votes.scores[position]),
                    weight=weight * Z_UNIT / denominator,
                    deviation=int(votes.z[position]) * person.spread / (Z_UNIT * THOUSANDTHS),
                    similarity=weight / MOST_WEIGHT,
                    n_common=int(votes.n_common[position]),
                )
            )
        return lines


def _among(items: Int32s, row: Int32s) -> Bools:
    """Return which of a few ``items`` stand in ``row``, which ascends: a tenth of a millisecond less than np.isin."""
    if not len(row):
        return np.zeros(len(items), dtype=np.bool_)
    found: Bools = row[np.minimum(np.searchsorted(row, items), len(row) - 1)] == items
    return found


def _hidden(ratings: Ratings, seed: int) -> Bools:
    """Return which ratings the ranges are measured on, a mask in row order."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros(ratings.n_users, dtype=np.bool_)
    drawn[rng.permutation(ratings.n_users)[:_N_CALIBRATION_USERS]] = True
    return drawn[ratings.row_users()] & (rng.random(ratings.n_ratings) < _CALIBRATION_SHARE)
