"""Factors: the accurate engine. A Bayesian factor model, served so that each prediction tells where it comes from.

What is fitted stands at the head of kernels/factors.c, what is served at the head of kernels/smoother.c. In short:
from samples of the films' vectors, the person's vector is a ridge regression on the ratings they have now, and the
prediction is the mean over the samples:

    prediction = mean + film + person + choice + sum over the person's own films of (rating part + presence part)

exactly, for a ridge is linear. "film" is what is expected of anybody's rating of it, "person" by how much this person
rates every film higher; the rating part is how far an own rating lies from what is expected of anybody, times a weight
that this film and the one predicted decide; the presence part is what choosing that film at all says.

"choice" is what choosing the film predicted says. In the model a film's vector has a share, x, of everybody who rated
it, and whoever is predicted for would be one of them: beside n others, (n + 1)^-1/2 (x_0 + a'x) more, which for one
person differs by n only. Served is t / (n + 1) with t(u) the mean of x_0(u) + a(u)'x(u) over the sweeps: of films that
many rated less was learnt than the model says. On MovieLens latest-small this takes .010 stars off the RMSE, and off
that of films that nobody has rated a seventh. A film that the person has rated has their share already.

The range is +-1.2816 standard deviations: sd² = 1 / (alpha beta) + mean b'A^-1 b + variance over the samples, that is
the scatter of this person and this film, what is not known of the person, and what is not known of the film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from camflix.recommender.arrays import MAX_SCORE
from camflix.recommender.factors_arrays import packed, unpacked
from camflix.recommender.factors_smoother import FoldedIn, Parts, Samples, Smoother
from camflix.recommender.kernels.border import check_array, check_ratings
from camflix.recommender.kernels.everybody import Everybody
from camflix.recommender.model import Model, Neighbours, Part, Person, Predictions, Reason, Receipt, ReceiptLine
from camflix.recommender.neighbours import nearest
from camflix.recommender.ranking import best_first, candidates
from camflix.recommender.receipt import THOUSANDTHS, apportion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camflix.recommender.arrays import Bools, Features, Float64s, Int32s, Int64s, Ratings, UInt8s
    from camflix.recommender.factors_arrays import Fitted
    from camflix.recommender.factors_fit import FactorsSettings, Start

MIN_RATINGS = 5
"""With fewer ratings of the person's own no prediction is shown."""

_COMMON = (Part.MEAN, Part.FILM, Part.PERSON, Part.CHOICE)

RANGE_WIDTH = 1.2816
"""How many standard deviations hold 80 % of a normal distribution, to either side."""


@dataclass(frozen=True, slots=True, eq=False)
class FactorsPerson(Person):
    """A person with what ``Factors`` derives from their ratings.

    Attributes:
        folded_in: their vectors.
        variance: of their ratings around the prediction of a film with the typical scatter, standard units.
        choice: by how much they rate a film otherwise that nobody else chose, standard units.
    """

    folded_in: FoldedIn
    variance: float
    choice: float


class Factors(Model):
    """Bayesian factors, served as linear smoothers; see the module."""

    name: ClassVar[str] = "factors"

    def __init__(self, ratings: Ratings, fitted: Fitted, limits: tuple[int, int]) -> None:
        """Serve what was learnt over ``ratings`` as they are now.

        Args:
            ratings: over the same items; users may have come.
            fitted: what was learnt, sound (as ``fit`` leaves it, or ``factors_arrays`` has read it).
            limits: the least and the greatest score that was fitted on.

        Raises:
            ValueError: ratings of another number of items, or whose arrays don't fit each other.
        """
        n_items = fitted.samples.n_items
        if ratings.n_items != n_items:
            msg = f"the model knows {n_items} items, the ratings have {ratings.n_items}"
            raise ValueError(msg)
        self._ratings = ratings
        self._fitted = fitted
        self._smoother = Smoother(fitted.samples)
        self._everybody = Everybody(ratings)
        self._least, self._most = limits[0] * THOUSANDTHS, limits[1] * THOUSANDTHS
        self._n_raters = np.diff(ratings.item_ptr).astype(np.int32)
        self._new_person = _means_of(fitted)

    @classmethod
    def fit(
        cls,
        ratings: Ratings,
        features: Features | None = None,
        *,
        seed: int = 0,
        settings: FactorsSettings | None = None,
        warm_start: WarmStart | None = None,
        watch: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Return the model of ``ratings``; the same arguments give the same model to the bit.

        Args:
            ratings: what it is fitted to.
            features: of the items: genres, release years.
            seed: of all random numbers.
            settings: how large, how long; by default the accurate preset for so many ratings.
            warm_start: an earlier model to go on from.
            watch: called after each sweep of a chain with the number done and the number in all; an exception that it
                raises ends the fit.

        Raises:
            ValueError: ratings or features whose arrays don't fit each other.
        """
        # Not for those who only ask.
        from camflix.recommender.factors_fit import fit_samples, full_settings  # noqa: PLC0415
        from camflix.recommender.factors_sampler import new_problem  # noqa: PLC0415

        check_ratings(ratings)
        chosen = settings or full_settings(ratings.n_ratings)
        problem = new_problem(ratings, features, chosen.rank)
        start = warm_start.start(ratings.n_items) if warm_start else None
        fitted = fit_samples(problem, chosen, seed=seed, start=start, watch=watch)
        known = ratings.scores if ratings.n_ratings else np.array([0, MAX_SCORE])
        return cls(ratings, fitted, (int(known.min()), int(known.max())))

    @property
    def ratings(self) -> Ratings:
        """The ratings it was fitted on, or their latest snapshot."""
        return self._ratings

    @property
    def samples(self) -> Samples:
        """What it knows of items."""
        return self._fitted.samples

    def arrays(self) -> Mapping[str, np.ndarray]:
        """Return what was learnt."""
        return packed(self._fitted, (self._least // THOUSANDTHS, self._most // THOUSANDTHS))

    @classmethod
    def from_arrays(cls, ratings: Ratings, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the model that ``arrays()`` described, over ``ratings`` as they are now; the arrays aren't copied.

        Raises:
            ValueError: an array is missing or damaged, or they were learnt on another number of items.
        """
        return cls(ratings, *unpacked(arrays))

    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> FactorsPerson:
        """Return the person with these ratings.

        Whoever was there at the fit keeps the scatter learnt then, and what their choices say, also when their ratings
        have changed; for others both are those of the mean user.
        """
        precision, variance, choice = self._new_person
        if 0 <= user < len(self._fitted.user_precisions):
            precision = float(self._fitted.user_precisions[user])
            variance = float(self._fitted.user_variances[user])
            choice = float(self._fitted.user_choices[user])
        return FactorsPerson(items, scores, user, self._smoother.fold_in(items, scores, precision), variance, choice)

    def predict(self, person: Person, items: Int32s) -> Predictions:
        """Return the predicted scores for ``items``; each is the total of its receipt."""
        return self._predictions(self._ready(person), np.ascontiguousarray(items, dtype=np.int32))

    def explain(self, person: Person, item: int) -> Receipt:
        """Return the prediction for ``item``: mean, film, person, choice, two lines for each own film, and the cut.

        Own films come in the order of what they add or take away in all, greatest first, rating before presence.
        """
        ready = self._ready(person)
        items = np.array([item], dtype=np.int32)
        predicted = self._smoother.predict(ready.folded_in, items)
        choice = self._choices(ready, *self._raters(ready, items))
        total = int(self._totals(predicted + choice)[0])
        shown = self._predictions(ready, items)
        lines = self._lines(ready, self._smoother.explain(ready.folded_in, item), float(choice[0]), total)
        clipped = min(max(total, self._least), self._most) - total
        return Receipt.of(self.name, shown, lines, clipped)

    def neighbours(self, person: Person, k: int) -> Neighbours:
        """Return the ``k`` users whose damped Pearson correlation with the person is greatest, ties by index."""
        return nearest(self._everybody, person, k)

    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> Predictions:
        """Return the ``n`` highest predictions of unrated items with enough ratings of others, ties by index.

        The order is that of the sums before they are cut at the end of the scale: a generous person would otherwise
        get the top of the list by index.
        """
        ready = self._ready(person)
        items = candidates(self._ratings.n_items, person, exclude)
        n_others, is_own = self._raters(ready, items)
        enough = n_others >= min_evidence
        items, choices = items[enough], self._choices(ready, n_others[enough], is_own[enough])
        totals = self._totals(self._smoother.predict(ready.folded_in, items) + choices)
        everything_counts = np.zeros(len(items), dtype=np.int32)
        best = best_first(totals.astype(np.float64), n, n_evidence=everything_counts, min_evidence=0)
        return self._predictions(ready, items[best])

    def _ready(self, person: Person) -> FactorsPerson:
        return person if isinstance(person, FactorsPerson) else self.person(person.items, person.scores, person.user)

    def _totals(self, predicted: Float64s) -> Int64s:
        """Return standard predictions in thousandths of a point, halves rounded up; int64 ``[n]``."""
        points = self.samples.centre + self.samples.unit * predicted
        return np.floor(points * THOUSANDTHS + 0.5).astype(np.int64)

    def _predictions(self, person: FactorsPerson, items: Int32s) -> Predictions:
        predicted, variances = self._smoother.predict_with_variance(person.folded_in, items)
        n_evidence, is_own = self._raters(person, items)
        totals = self._totals(predicted + self._choices(person, n_evidence, is_own))
        deviations = np.sqrt(person.variance * self._fitted.item_variances[items].astype(np.float64) + variances)
        half = RANGE_WIDTH * deviations * (self.samples.unit * THOUSANDTHS)
        return Predictions(
            items,
            np.clip(totals, self._least, self._most) / THOUSANDTHS,
            np.clip(np.floor(totals - half), self._least, self._most) / THOUSANDTHS,
            np.clip(np.ceil(totals + half), self._least, self._most) / THOUSANDTHS,
            _reasons(person, n_evidence),
            n_evidence,
        )

    def _raters(self, person: FactorsPerson, items: Int32s) -> tuple[Int32s, Bools]:
        """Return how many others rated each of ``items``, and which the person did in the ratings served over."""
        own = self._ratings.of_user(person.user)[0] if person.user >= 0 else person.items[:0]
        is_own = np.isin(items, own)
        return self._n_raters[items] - is_own, is_own

    @staticmethod
    def _choices(person: FactorsPerson, n_others: Int32s, is_own: Bools) -> Float64s:
        """Return what having chosen each film would say, standard units; float64 ``[n]``."""
        return np.where(is_own, 0.0, person.choice / (n_others + 1.0))

    def _lines(self, person: FactorsPerson, parts: Parts, choice: float, total: int) -> list[ReceiptLine]:
        """Return the lines of a prediction before it is cut; their amounts add up to ``total``."""
        unit, n = self.samples.unit, len(person.items)
        mean = self.samples.centre + unit * parts.level
        common = np.array([mean, unit * parts.film, unit * parts.person, unit * choice])
        amounts = apportion(np.concatenate((common, unit * parts.ratings, unit * parts.presences)), total).tolist()
        n_common = len(_COMMON)
        own = zip(
            person.items.tolist(),
            person.scores.tolist(),
            amounts[n_common : n_common + n],
            amounts[n_common + n :],
            strict=True,
        )
        pairs = sorted(own, key=lambda film: (-abs(film[2] + film[3]), film[0]))
        lines = [ReceiptLine(part, amounts[k]) for k, part in enumerate(_COMMON)]
        for item, score, rating, presence in pairs:
            lines.append(ReceiptLine(Part.OWN_RATING, rating, index=item, score=score))
            lines.append(ReceiptLine(Part.OWN_PRESENCE, presence, index=item, score=score))
        return lines


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """An earlier model to go on from.

    Attributes:
        model: fitted on about the same ratings.
        items: int32 ``[n_items]``, which of its items each item is, -1 for none; None where indices mean the same, and
            new items have come at the end.
    """

    model: Factors
    items: Int32s | None = None

    def start(self, n_items: int) -> Start:
        """Return where the chains of a model of ``n_items`` begin.

        Raises:
            ValueError: ``items`` of another number, or out of bounds.
        """
        from camflix.recommender.factors_fit import Start  # noqa: PLC0415 - not for those who only ask

        n_known = self.model.samples.n_items
        items = self.items
        if items is None:
            items = np.arange(n_items, dtype=np.int32)
            items[n_known:] = -1
        check_array("items of the warm start", items, np.int32, (n_items,))
        if len(items) and not -1 <= int(items.min()) <= int(items.max()) < n_known:
            msg = f"items of the warm start must lie in -1 to {n_known - 1}"
            raise ValueError(msg)
        return Start(self.model.samples, items)


def _means_of(fitted: Fitted) -> tuple[float, float, float]:
    """Return mean alpha, 1 / alpha and choice over the users: what is expected of somebody new."""
    if not len(fitted.user_precisions):
        return 1.0, 1.0, 0.0
    of_users = (fitted.user_precisions, fitted.user_variances, fitted.user_choices)
    precision, variance, choice = (float(values.mean(dtype=np.float64)) for values in of_users)
    return precision, variance, choice


def _reasons(person: FactorsPerson, n_evidence: Int32s) -> UInt8s:
    if len(person.items) < MIN_RATINGS:
        return np.full(len(n_evidence), Reason.TOO_FEW_RATINGS, dtype=np.uint8)
    return np.where(n_evidence > 0, Reason.KNOWN, Reason.FILM_UNRATED).astype(np.uint8)
