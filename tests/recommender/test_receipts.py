"""Random predictions of each engine, recomputed from their receipts: equal to the digit shown.

Whatever is asked for beside, with the compiled kernels and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from camflix.recommender import interval, kernels, standing
from camflix.recommender.factors import Factors
from camflix.recommender.factors_fit import FactorsSettings
from camflix.recommender.generator import generate
from camflix.recommender.kernels import border, everybody, neighbours
from camflix.recommender.likely import Likely
from camflix.recommender.likely_fit import Settings
from camflix.recommender.model import Part
from camflix.recommender.registry import ENGINES, model_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Int32s, Ratings
    from camflix.recommender.model import Model

N_PREDICTIONS = 10_000
N_OF_TWINS = 300
A_USER = 50
"""Predictions recomputed of each user drawn."""

NOTHING = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Machine:
    """With the extension or without, and how many predictions are recomputed there."""

    compiled: bool
    n_predictions: int


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            Machine(compiled=True, n_predictions=N_PREDICTIONS),
            id="compiled",
            marks=pytest.mark.skipif(not kernels.AVAILABLE, reason="The C extension is not built here."),
        ),
        pytest.param(Machine(compiled=False, n_predictions=N_OF_TWINS), id="numpy"),
    ],
)
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Return what kind of machine this is, and make it one."""
    chosen: Machine = request.param
    with pytest.MonkeyPatch.context() as patch:
        if not chosen.compiled:
            for module in (kernels, border, everybody, neighbours, interval, standing):
                patch.setattr(module, "AVAILABLE", False)
        yield chosen


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """Return ratings on a scale of 0 to 100, with people who rated little and films that nobody knows."""
    return generate(250, 700, 11_000, seed=4, step=1)


@pytest.fixture(scope="module")
def learnt(ratings: Ratings) -> dict[str, Model]:
    """Return each engine as it was learnt on whatever machine this is; the factor model small, for the twin's sake."""
    models: dict[str, Model] = {name: model_class(name).fit(ratings) for name in ENGINES if name != "factors"}
    models["factors"] = Factors.fit(ratings, settings=FactorsSettings(5, 1, 20, 8, 16, 12, 4))
    return models


def served(name: str, learnt: dict[str, Model], ratings: Ratings) -> Model:
    """Return an engine as it comes out of the store, and is served on the machine that there is now."""
    return model_class(name).from_arrays(ratings, learnt[name].arrays())


def drawn(ratings: Ratings, machine: Machine) -> Iterator[tuple[int, Int32s]]:
    """Yield users, and films of the whole catalogue for each, some of them twice."""
    rng = np.random.default_rng(11)
    for user in rng.integers(0, ratings.n_users, machine.n_predictions // A_USER).tolist():
        yield user, rng.integers(0, ratings.n_items, A_USER).astype(np.int32)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_prediction_is_the_sum_of_its_lines(
    name: str, learnt: dict[str, Model], ratings: Ratings, machine: Machine
) -> None:
    """In the catalogue, in a random part of it, alone, and for somebody who is no row of the ratings."""
    model = served(name, learnt, ratings)
    everything = np.arange(ratings.n_items, dtype=np.int32)
    n_clipped = 0
    for user, items in drawn(ratings, machine):
        person = model.fitted_person(user) if user % 3 else model.person(*ratings.of_user(user))
        catalogue, some = model.predict(person, everything).estimates, model.predict(person, items).estimates
        assert np.array_equal(catalogue[items], some)
        for place, item in enumerate(items.tolist()):
            receipt = model.explain(person, item)
            recomputed = sum(line.amount for line in receipt.lines)
            assert recomputed == receipt.total
            assert f"{recomputed / 1000:.3f}" == f"{some[place]:.3f}"
            assert recomputed / 1000 == some[place]
            n_clipped += receipt.lines[-1].part is Part.CLIP
        alone = int(items[0])
        assert model.predict(person, items[:1]).estimates[0] == catalogue[alone]
        listed = model.top_n(person, 10, exclude=NOTHING, min_evidence=1)
        assert np.array_equal(listed.estimates, catalogue[listed.items])
    assert n_clipped or not machine.compiled


@pytest.mark.long
@pytest.mark.usefixtures("machine")
def test_every_order_score_is_the_sum_of_its_lines(ratings: Ratings, machine: Machine) -> None:
    """The order of the default list has receipts too."""
    likely = Likely.fit_with(ratings, settings=Settings(n_factors=32))
    for user, items in drawn(ratings, machine):
        person = likely.fitted_person(user) if user % 3 else likely.person(*ratings.of_user(user))
        unrated = np.setdiff1d(items, person.items)
        others = np.setdiff1d(np.arange(ratings.n_items), unrated).astype(np.int32)
        listed = likely.top_n(person, A_USER, exclude=others, min_evidence=0)
        assert sorted(listed.items.tolist()) == unrated.tolist()
        everything = likely.top_n(person, ratings.n_items, exclude=NOTHING, min_evidence=0)
        shown = dict(zip(everything.items.tolist(), everything.order_scores.tolist(), strict=True))
        for item, score in zip(listed.items.tolist(), listed.order_scores.tolist(), strict=True):
            recomputed = sum(line.amount for line in likely.explain(person, item))
            assert recomputed / 1000 == score == shown[item]
