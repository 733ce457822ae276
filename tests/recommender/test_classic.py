"""The classic model: what every model must do, its own formula against a plain twin, and real ratings."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from camflix.recommender import interval, standing
from camflix.recommender.baseline import fit_baseline
from camflix.recommender.classic import Classic
from camflix.recommender.evaluation import EvaluationSettings, evaluate, mae, predict_pairs, rmse
from camflix.recommender.interval import EVIDENCE_CLASSES, NORMAL_WIDTH, measured_widths
from camflix.recommender.kernels import AVAILABLE, border, everybody
from camflix.recommender.model import Part, Person, Reason
from tests.recommender.conformance import ModelConformance, assert_same, assert_same_arrays
from tests.recommender.movielens import first_fold, needs_movielens
from tests.recommender.strategies import community, ratings_of, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Float64s, Int32s, Ratings
    from camflix.recommender.model import Model

NOBODY = np.zeros(0, dtype=np.int32)


class TestClassicConformance(ModelConformance):
    """What every model must do."""

    model_class = Classic

    def order_values(self, model: Model, person: Person, items: Int32s) -> Float64s:
        """Lists go by the sum before it is cut at the end of the scale."""
        totals = [
            sum(line.amount for line in model.explain(person, int(item)).lines if line.part is not Part.CLIP)
            for item in items
        ]
        return np.array(totals, dtype=np.float64)

    n_random_matrices = 60


class TestClassicConformanceWithoutExtension(TestClassicConformance):
    """The same on a machine without a compiler."""

    n_random_matrices = 15

    @pytest.fixture(scope="class", autouse=True)
    def _without_kernels(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            without_extension(patch)
            yield


def without_extension(patch: pytest.MonkeyPatch) -> None:
    """Serve as on a machine without a compiler."""
    for module in (border, everybody, interval, standing):
        patch.setattr(module, "AVAILABLE", False)


@pytest.mark.long
@pytest.mark.skipif(not AVAILABLE, reason="The C extension is not built here.")
@pytest.mark.parametrize("step", [1, 10, 25])
def test_the_kernels_predict_what_numpy_predicts_to_the_digit(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums are of integers, so the last bit of nothing depends on the machine."""
    model = Classic.fit(community(seed=9, n_users=130, n_items=60, step=step))
    everything = np.arange(60, dtype=np.int32)
    served = [model.predict(model.fitted_person(user), everything) for user in range(130)]
    listed = [model.top_n(model.fitted_person(user), 10, exclude=NOBODY, min_evidence=2) for user in range(130)]
    near = [model.neighbours(model.fitted_person(user), 10) for user in range(130)]
    without_extension(monkeypatch)
    plain = Classic.fit(model.ratings)
    assert_same_arrays(model, plain)
    for user in range(130):
        person = plain.fitted_person(user)
        assert_same(plain.predict(person, everything), served[user])
        assert_same(plain.top_n(person, 10, exclude=NOBODY, min_evidence=2), listed[user])
        found = plain.neighbours(person, 10)
        assert np.array_equal(found.users, near[user].users)
        assert np.array_equal(found.similarity, near[user].similarity)


def test_few_films_and_the_catalogue_are_counted_alike() -> None:
    """Whichever way the votes are counted."""
    model = Classic.fit(community(seed=9, n_users=130, n_items=60))
    person = model.fitted_person(2)
    everything = model.predict(person, np.arange(60, dtype=np.int32))
    for n in (1, 14, 15, 16, 59):
        some = np.random.default_rng(n).permutation(60)[:n].astype(np.int32)
        assert_same(model.predict(person, some), everything.take(some.astype(np.int64)))


def plain_prediction(ratings: Ratings, user: int, item: int) -> float:
    """Return the formula of the module in plain floats, user by user, before it is cut to the scale."""
    baseline = fit_baseline(ratings)
    mean, effects = baseline.mean / 1000, baseline.item_effects / 1000
    residuals, spreads = {}, {}
    for other in range(ratings.n_users):
        items, scores = ratings.of_user(other)
        less_items = scores.astype(float) - mean - effects[items]
        effect = less_items.sum() / (len(items) + baseline.user_damping)
        squares = ((less_items - effect) ** 2).sum() + 5 * baseline.variance
        spreads[other] = np.sqrt(squares / (len(items) + 5))
        residuals[other] = dict(zip(items.tolist(), (less_items - effect) / spreads[other], strict=True))
        if other == user:
            expected = mean + effects[item] + effect
    votes = []
    for other in range(ratings.n_users):
        common = residuals[user].keys() & residuals[other].keys()
        if other == user or item not in residuals[other] or len(common) < 3:
            continue
        x, y = (np.array([residuals[who][film] for film in sorted(common)]) for who in (user, other))
        similarity = x @ y / np.sqrt((x @ x) * (y @ y)) * len(common) / (len(common) + 50)
        votes.append((-abs(similarity), other, similarity, residuals[other][item]))
    nearest = sorted(votes)[:40]
    pull = sum(similarity * z for _, _, similarity, z in nearest)
    return float(expected + spreads[user] * pull / (sum(abs(s) for _, _, s, _ in nearest) + 0.5))


def test_a_prediction_is_the_formula_of_the_module() -> None:
    """Within what the rounding of residuals and similarities leaves: 2 hundredths of a point."""
    ratings = community(seed=2, n_users=70, n_items=40)
    model = Classic.fit(ratings)
    crowded = 0
    for user in (0, 7, 23, 68, 69):
        person = model.fitted_person(user)
        for item in range(0, 40, 3):
            receipt = model.explain(person, item)
            clipped = sum(line.amount for line in receipt.lines if line.part is Part.CLIP)
            crowded += receipt.n_evidence == 40
            assert (receipt.total - clipped) / 1000 == pytest.approx(plain_prediction(ratings, user, item), abs=0.02)
    assert crowded


def test_a_neighbour_line_is_weight_times_deviation() -> None:
    """Whoever reads the receipt can do the sum."""
    model = Classic.fit(community())
    person = model.fitted_person(3)
    for item in range(20):
        lines = [line for line in model.explain(person, item).lines if line.part is Part.NEIGHBOUR]
        assert lines
        for line in lines:
            assert line.weight is not None
            assert line.deviation is not None
            assert line.similarity is not None
            assert line.amount == pytest.approx(line.weight * line.deviation * 1000, abs=1)
            assert dict(zip(*(a.tolist() for a in model.ratings.of_item(item)), strict=True))[line.index] == line.score
            assert abs(line.similarity) <= line.n_common / (line.n_common + 50) + 1e-4
        amounts = [(-abs(line.amount), line.index) for line in lines]
        assert amounts == sorted(amounts)


def test_a_receipt_opens_with_mean_film_and_person() -> None:
    """Then the neighbours, and the cut last if there is one."""
    model = Classic.fit(community())
    parts = [line.part for line in model.explain(model.fitted_person(3), 1).lines]
    assert parts[:3] == [Part.MEAN, Part.FILM, Part.PERSON]
    assert set(parts[3:]) <= {Part.NEIGHBOUR, Part.CLIP}
    assert Part.CLIP not in parts[:-1]


def test_a_prediction_beyond_the_scores_that_occur_is_cut_by_a_line_of_its_own() -> None:
    """Where nobody gave more than 90, nobody is predicted more."""
    rated = {(user, item): 90 if item == 5 else 60 for user in range(8) for item in range(12)}
    rated |= {(8, item): 90 for item in range(5)}
    model = Classic.fit(ratings_of(rated, 9, 12))
    receipt = model.explain(model.fitted_person(8), 5)
    assert receipt.total == 90_000
    assert receipt.lines[-1].part is Part.CLIP
    assert receipt.lines[-1].amount < 0
    assert receipt.high == 90


def test_the_persons_own_row_is_no_neighbour() -> None:
    """Else everybody would be predicted what they said."""
    model = Classic.fit(community())
    person = model.fitted_person(3)
    for item in person.items[:5].tolist():
        assert 3 not in [line.index for line in model.explain(person, item).lines if line.part is Part.NEIGHBOUR]


def test_a_stranger_with_the_same_ratings_counts_the_row_as_a_neighbour() -> None:
    """Only who owns the row is kept from it."""
    model = Classic.fit(community())
    stranger = model.person(*model.ratings.of_user(3))
    voices = [line.index for line in model.explain(stranger, int(stranger.items[0])).lines]
    assert 3 in voices


def test_an_opposite_counts_against() -> None:
    """Whoever hates what the person loves, and loves this film, speaks against it."""
    taste = [90, 10, 80, 20, 70, 30, 85, 15]
    rated = {(0, item): score for item, score in enumerate(taste)}
    rated |= {(1, item): 100 - score for item, score in enumerate(taste)} | {(1, 8): 95}
    rated |= {(user, item): 50 for user in (2, 3) for item in range(9)}
    model = Classic.fit(ratings_of(rated, 4, 9))
    line = next(line for line in model.explain(model.fitted_person(0), 8).lines if line.index == 1)
    assert line.weight is not None
    assert line.deviation is not None
    assert line.weight < 0 < line.deviation
    assert line.amount < 0


def test_reasons_tell_what_is_missing() -> None:
    """Too few ratings before all else; then a film nobody else rated; then nobody of one's taste."""
    rated = {(user, item): (37 * user + 23 * item) % 101 for user in range(3) for item in range(8)}
    rated |= {(0, 8): 70, (3, 9): 40}
    model = Classic.fit(ratings_of(rated, 4, 11))
    items = np.array([1, 8, 9, 10], dtype=np.int32)
    known = model.predict(model.fitted_person(0), items).reasons.tolist()
    assert known == [Reason.KNOWN, Reason.FILM_UNRATED, Reason.NO_NEIGHBOURS, Reason.FILM_UNRATED]
    few = model.predict(model.person(*row({0: 3, 1: 5, 2: 70, 3: 9})), items).reasons.tolist()
    assert few == [Reason.TOO_FEW_RATINGS] * 4


def test_a_plain_person_is_taken_as_well() -> None:
    """Whoever holds no ClassicPerson gets the same."""
    model = Classic.fit(community())
    person = model.fitted_person(5)
    plain = Person(person.items, person.scores, person.user)
    assert model.explain(plain, 4) == model.explain(person, 4)


def test_a_model_of_other_items_is_refused() -> None:
    """Arrays that don't fit the ratings are never used by accident."""
    model = Classic.fit(community(n_items=20))
    with pytest.raises(ValueError, match="20 items"):
        Classic.from_arrays(community(n_items=21), model.arrays())


def test_measured_widths_hold_four_fifths_and_never_rise() -> None:
    """Also where a class of evidence has few errors, or none, or there are none at all."""
    rng = np.random.default_rng(8)
    n_evidence = rng.integers(0, 41, 20_000).astype(np.int32)
    errors = np.abs(rng.normal(0, 2 - n_evidence / 41))
    widths = measured_widths(errors, n_evidence)
    inside = errors <= widths[np.searchsorted(EVIDENCE_CLASSES, n_evidence, side="right")]
    assert 0.79 <= inside.mean() <= 0.82
    assert all(more >= less for more, less in pairwise(widths.tolist()))
    nothing = measured_widths(np.zeros(0), np.zeros(0, dtype=np.int32))
    assert nothing.tolist() == [NORMAL_WIDTH] * 6


def test_ranges_are_wider_where_less_is_known() -> None:
    """A film that nobody rated, for a person who rated little, against a film of many for one of many."""
    ratings = community()
    model = Classic.fit(ratings)
    items = np.array([ratings.n_items - 1, int(np.argmax(np.diff(ratings.item_ptr)))], dtype=np.int32)
    person = model.fitted_person(int(np.argmax(np.diff(ratings.user_ptr))))
    unrated, often = (model.predict(person, items[i : i + 1]) for i in (0, 1))
    assert (unrated.high - unrated.low)[0] > (often.high - often.low)[0]


@pytest.mark.long
@needs_movielens
def test_real_ratings_are_told_better_than_by_the_means() -> None:
    """The film's mean, the damped effects of film and person, and the published neighbours' .8525 are all beaten."""
    train, test = first_fold()
    result = evaluate(Classic, train, test, settings=EvaluationSettings(n_ranked_users=50))
    baseline = fit_baseline(train)
    film = (baseline.mean + baseline.item_effects[test.items]) / 1000
    effects = [baseline.effect(baseline.less_items(*train.of_user(user))) / 1000 for user in range(train.n_users)]
    both = film + np.array(effects)[test.users]
    assert result.rmse_100 < rmse(np.clip(both, 10, 100) - test.scores) - 0.3
    assert result.rmse_100 < rmse(film - test.scores) - 1.5
    assert result.mae_100 < mae(np.clip(both, 10, 100) - test.scores) - 0.3
    assert result.rmse(5) < 0.855
    assert result.coverage > 0.9


@needs_movielens
def test_ranges_hold_four_fifths_of_real_scores_for_the_little_and_the_much_known() -> None:
    """Overall within 78 to 82 %, in each fifth of activity within 76 to 84 %."""
    train, test = first_fold()
    predictions = predict_pairs(Classic.fit(train), test.users, test.items)
    inside = (predictions.low <= test.scores) & (test.scores <= predictions.high)
    assert 0.78 <= inside.mean() <= 0.82
    activity = np.diff(train.user_ptr)[test.users]
    fifths = np.searchsorted(np.quantile(activity, [0.2, 0.4, 0.6, 0.8]), activity)
    for fifth in range(5):
        assert 0.76 <= inside[fifths == fifth].mean() <= 0.84


@needs_movielens
def test_receipts_of_real_predictions_are_equal_to_the_digit() -> None:
    """A thousand random pairs."""
    train, _ = first_fold()
    model = Classic.fit(train)
    rng = np.random.default_rng(6)
    for user in rng.integers(0, train.n_users, 50).tolist():
        person = model.fitted_person(user)
        predictions = model.predict(person, np.arange(train.n_items, dtype=np.int32))
        for item in rng.integers(0, train.n_items, 20).tolist():
            assert model.explain(person, item).total / 1000 == predictions.estimates[item]


@needs_movielens
def test_what_was_learnt_serves_a_newer_snapshot() -> None:
    """The same indices, one score changed: that neighbour speaks with the new score at once."""
    train, _ = first_fold()
    model = Classic.fit(train)
    line = next(line for line in model.explain(model.fitted_person(0), 0).lines if line.part is Part.NEIGHBOUR)
    scores = train.scores.copy()
    position = int(train.user_ptr[line.index]) + int(np.searchsorted(train.of_user(line.index)[0], 0))
    scores[position] = 10 if line.score > 50 else 100
    newer = Classic.from_arrays(replace_scores(train, scores), model.arrays())
    again = next(n for n in newer.explain(newer.fitted_person(0), 0).lines if n.index == line.index)
    assert again.score == scores[position]


def replace_scores(ratings: Ratings, scores: np.ndarray) -> Ratings:
    """Return the ratings with other scores, by user and by item alike."""
    return replace(ratings, scores=scores, item_scores=scores[np.argsort(ratings.items, kind="stable")])
