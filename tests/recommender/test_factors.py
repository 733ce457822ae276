"""The factor model: what every model must do, its receipt, its bits, without the extension, and real ratings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from camflix.recommender import factors_fit, kernels
from camflix.recommender.evaluation import EvaluationSettings, evaluate, predict_pairs, rmse
from camflix.recommender.factors import Factors
from camflix.recommender.factors_fit import FactorsSettings, fast_settings
from camflix.recommender.factors_posterior import posterior_means
from camflix.recommender.features import item_features
from camflix.recommender.model import Part, Person, Reason
from tests.recommender.conformance import ModelConformance, all_items, assert_same, assert_same_arrays
from tests.recommender.movielens import first_fold, needs_movielens
from tests.recommender.strategies import community, ratings_of, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Float64s, Int32s
    from camflix.recommender.model import Model

NOBODY = np.zeros(0, dtype=np.int32)
SHORT = FactorsSettings(3, 1, 24, 8, 8, 12, 4)

needs_kernel = pytest.mark.skipif(not kernels.AVAILABLE, reason="The C extension is not built here.")


def unclipped(model: Model, person: Person, items: Int32s) -> Float64s:
    """Return the predictions before they are cut at the end of the scale, from their receipts."""
    totals = [
        sum(line.amount for line in model.explain(person, int(item)).lines if line.part is not Part.CLIP)
        for item in items
    ]
    return np.array(totals, dtype=np.float64)


class TestFactorsConformance(ModelConformance):
    """What every model must do."""

    model_class = Factors
    n_random_matrices = 15

    def order_values(self, model: Model, person: Person, items: Int32s) -> Float64s:
        """Lists go by the sum before it is cut at the end of the scale."""
        return unclipped(model, person, items)


@pytest.mark.long
class TestTwinConformance(TestFactorsConformance):
    """The same on a machine without a compiler."""

    n_random_matrices = 3

    @pytest.fixture(scope="class", autouse=True)
    def _without_kernels(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernels, "AVAILABLE", False)
            patch.setattr(factors_fit, "full_settings", lambda _: SHORT)
            yield


@pytest.fixture(scope="module")
def model() -> Factors:
    """Return the model of the community."""
    return Factors.fit(community(), seed=3)


def test_a_receipt_is_mean_film_person_choice_and_two_lines_for_each_own_film(model: Factors) -> None:
    """Each of the person's films has a line for its score and one for its presence, the weightiest film first."""
    person = model.fitted_person(5)
    receipt = model.explain(person, 11)
    assert [line.part for line in receipt.lines[:4]] == [Part.MEAN, Part.FILM, Part.PERSON, Part.CHOICE]
    assert receipt.lines[0].amount == pytest.approx(model.samples.level * 1000, abs=1)
    scores = dict(zip(person.items.tolist(), person.scores.tolist(), strict=True))
    ratings = [line for line in receipt.lines if line.part is Part.OWN_RATING]
    presences = [line for line in receipt.lines if line.part is Part.OWN_PRESENCE]
    for lines in (ratings, presences):
        assert {line.index: line.score for line in lines} == scores
        assert len(lines) == len(scores)
    sizes = [-abs(first.amount + second.amount) for first, second in zip(ratings, presences, strict=True)]
    assert sizes == sorted(sizes)


def test_the_mean_line_is_near_the_mean_of_all_scores(model: Factors) -> None:
    """What is expected before film and person are known."""
    amount = model.explain(model.fitted_person(5), 11).lines[0].amount
    assert amount / 1000 == pytest.approx(model.ratings.scores.mean(), abs=12)


def test_a_line_is_what_changing_the_score_changes(model: Factors) -> None:
    """Predictions are linear in the scores: a point more moves the film's line and nothing else but the person's."""
    items, scores = model.ratings.of_user(7)
    found = []
    for first in (20, 50, 80):
        changed = scores.copy()
        changed[0] = first
        person = model.person(items, changed, 7)
        found.append(model._smoother.explain(person.folded_in, 3))
    own = [float(parts.ratings[0]) for parts in found]
    assert own[2] - own[1] == pytest.approx(own[1] - own[0], abs=1e-10)
    assert own[0] != own[1]
    assert np.allclose(found[0].ratings[1:], found[2].ratings[1:], atol=1e-12)
    assert np.allclose(found[0].presences, found[2].presences, atol=1e-12)
    assert (found[0].level, found[0].film) == (found[2].level, found[2].film)
    by_person = [parts.person for parts in found]
    assert by_person[2] - by_person[1] == pytest.approx(by_person[1] - by_person[0], abs=1e-10)


def test_the_lines_are_the_exact_ones_to_a_thousandth(model: Factors) -> None:
    """Rounding moves no line by more than one thousandth."""
    person = model.person(*model.ratings.of_user(9), 9)
    for item in range(0, 80, 9):
        parts = model._smoother.explain(person.folded_in, item)
        lines = {(line.part, line.index): line.amount for line in model.explain(person, item).lines}
        unit = model.samples.unit * 1000
        for place, own in enumerate(person.items.tolist()):
            assert lines[Part.OWN_RATING, own] == pytest.approx(unit * parts.ratings[place], abs=1.001)
            assert lines[Part.OWN_PRESENCE, own] == pytest.approx(unit * parts.presences[place], abs=1.001)
        assert lines[Part.FILM, -1] == pytest.approx(unit * parts.film, abs=1.001)
        assert lines[Part.PERSON, -1] == pytest.approx(unit * parts.person, abs=1.001)


def test_what_choosing_a_film_says_is_shared_with_all_others_who_did(model: Factors) -> None:
    """t / (n + 1) beside n others; nothing of an own film, whose numbers hold it; a new person has the mean t."""
    person = model.person(*model.ratings.of_user(9), 9)
    unit = model.samples.unit * 1000
    for item in range(80):
        n_others = int(model.ratings.item_ptr[item + 1] - model.ratings.item_ptr[item])
        amount = next(line.amount for line in model.explain(person, item).lines if line.part is Part.CHOICE)
        expected = 0.0 if item in person.items else unit * person.choice / (n_others + 1)
        assert amount == pytest.approx(expected, abs=1.001)
    assert person.choice == model._fitted.user_choices[9] != 0.0
    assert model.person(person.items, person.scores).choice == pytest.approx(model._fitted.user_choices.mean())


def test_a_model_stored_before_choices_were_learnt_is_served_without_them(model: Factors) -> None:
    arrays = {name: array for name, array in model.arrays().items() if name != "user_choices"}
    restored = Factors.from_arrays(model.ratings, arrays)
    assert restored.person(*model.ratings.of_user(9), 9).choice == 0.0
    assert restored.explain(restored.fitted_person(9), 11).total == pytest.approx(
        model.explain(model.fitted_person(9), 11).total, abs=10_000
    )


def test_a_prediction_beyond_the_scores_that_occur_is_cut_by_a_line_of_its_own() -> None:
    """Where nobody gave more than 90, nobody is predicted more."""
    rated = {(user, item): 90 if item < 4 else 30 for user in range(8) for item in range(12)}
    rated |= {(8, item): 90 for item in range(5, 12)}
    fitted = Factors.fit(ratings_of(rated, 9, 12))
    receipt = fitted.explain(fitted.fitted_person(8), 0)
    assert receipt.total == 90_000
    assert receipt.lines[-1].part is Part.CLIP
    assert receipt.lines[-1].amount < 0
    assert receipt.high == 90


def test_evidence_is_the_ratings_of_others(model: Factors) -> None:
    """A film's count less one's own."""
    ratings = model.ratings
    person = model.fitted_person(3)
    found = model.predict(person, all_items(model)).n_evidence
    assert found.tolist() == (np.diff(ratings.item_ptr) - np.isin(all_items(model), person.items)).tolist()
    stranger = model.person(person.items, person.scores)
    assert model.predict(stranger, all_items(model)).n_evidence.tolist() == np.diff(ratings.item_ptr).tolist()


def test_reasons_tell_what_is_missing(model: Factors) -> None:
    """Four ratings are too few, five are enough; a film that nobody else rated is unrated."""
    items = np.array([9, 79], dtype=np.int32)
    few = model.predict(model.person(*row(dict.fromkeys(range(4), 60))), items).reasons.tolist()
    assert few == [Reason.TOO_FEW_RATINGS, Reason.TOO_FEW_RATINGS]
    enough = model.predict(model.person(*row(dict.fromkeys(range(5), 60))), items).reasons.tolist()
    assert enough == [Reason.KNOWN, Reason.FILM_UNRATED]


def test_ranges_are_wider_where_less_is_known(model: Factors) -> None:
    """A film that nobody rated, against the one that most did."""
    items = np.array([79, int(np.argmax(np.diff(model.ratings.item_ptr)))], dtype=np.int32)
    middling = model.person(*row(dict.fromkeys(range(20), 60)))
    low, high = (getattr(model.predict(middling, items), name) for name in ("low", "high"))
    assert (high - low)[0] > (high - low)[1]


def test_other_seeds_give_other_samples_and_nearly_the_same_predictions(model: Factors) -> None:
    """What is left of the seed is noise of the sampling."""
    other = Factors.fit(community(), seed=4)
    first = model.predict(model.fitted_person(4), all_items(model)).estimates
    second = other.predict(other.fitted_person(4), all_items(model)).estimates
    assert 0 < np.abs(first - second).mean() < 4


def genres_decide() -> tuple[float, float]:
    """Return what is predicted of two films without ratings: of the loved genre, and of the other."""
    rated = {(user, item): 90 if item % 2 else 40 for user in range(20) for item in range(38) if (user + item) % 3}
    features = item_features([None] * 40, [["odd"] if item % 2 else ["even"] for item in range(40)])
    fitted = Factors.fit(ratings_of(rated, 20, 40), features)
    even, odd = fitted.predict(fitted.fitted_person(0), np.array([38, 39], dtype=np.int32)).estimates.tolist()
    return odd, even


def test_features_tell_something_of_a_film_that_nobody_rated() -> None:
    """Where one genre is loved and the other isn't, an unrated film of the first is expected to be."""
    odd, even = genres_decide()
    assert odd > even + 15


def test_features_reach_the_twin_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, in numpy."""
    monkeypatch.setattr(kernels, "AVAILABLE", False)
    monkeypatch.setattr(factors_fit, "full_settings", lambda _: FactorsSettings(2, 1, 40, 20, 8, 12, 4))
    odd, even = genres_decide()
    assert odd > even + 15


@needs_kernel
def test_kernel_and_twin_show_the_same_scores(model: Factors, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for a thousandth where the last bits decide about rounding."""
    shown = model.predict(model.fitted_person(6), all_items(model))
    monkeypatch.setattr(kernels, "AVAILABLE", False)
    again = model.predict(model.fitted_person(6), all_items(model))
    for name in ("estimates", "low", "high"):
        assert np.allclose(getattr(again, name), getattr(shown, name), atol=0.0011)


@pytest.mark.long
@needs_kernel
def test_the_twin_learns_the_same_posterior(model: Factors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other random numbers to the same distribution: predictions differ as between seeds, ranges are as wide."""
    monkeypatch.setattr(kernels, "AVAILABLE", False)
    twin = Factors.fit(community(), seed=3, settings=FactorsSettings(6, 1, 60, 20, 32, 12, 4))
    users = np.repeat(np.arange(58, dtype=np.int32), 80)
    items = np.tile(np.arange(80, dtype=np.int32), 58)
    ours, theirs = predict_pairs(model, users, items), predict_pairs(twin, users, items)
    assert rmse(ours.estimates - theirs.estimates) < 3
    assert np.mean(theirs.high - theirs.low) == pytest.approx(np.mean(ours.high - ours.low), rel=0.05)


def test_a_plain_person_is_taken_as_well(model: Factors) -> None:
    """Whoever holds no FactorsPerson gets the same."""
    person = model.fitted_person(5)
    plain = Person(person.items, person.scores, person.user)
    assert model.explain(plain, 4) == model.explain(person, 4)
    assert_same(model.predict(plain, all_items(model)), model.predict(person, all_items(model)))


def test_somebody_new_is_folded_in_at_once(model: Factors) -> None:
    """A stranger with a fitted person's ratings is predicted nearly what that person is."""
    items, scores = model.ratings.of_user(int(np.argmax(np.diff(model.ratings.user_ptr)[:58])))
    stranger = model.predict(model.person(items, scores), all_items(model)).estimates
    known = model.predict(
        model.fitted_person(int(np.argmax(np.diff(model.ratings.user_ptr)[:58]))), all_items(model)
    ).estimates
    assert rmse(stranger - known) < 4
    nobody = model.predict(model.person(*row({})), all_items(model)).estimates
    assert rmse(stranger - known) < rmse(nobody - known) / 2


def test_a_user_newer_than_the_model_is_a_stranger(model: Factors) -> None:
    """The next snapshot may have more users than were learnt."""
    ratings = model.ratings
    wider = replace(ratings, n_users=61, user_ptr=np.concatenate((ratings.user_ptr, ratings.user_ptr[-1:])))
    newer = Factors.from_arrays(wider, model.arrays())
    own = row({1: 80, 2: 70, 3: 10, 4: 50, 5: 60})
    assert_same(
        newer.predict(newer.person(*own, 60), all_items(newer)), model.predict(model.person(*own), all_items(model))
    )


@pytest.mark.parametrize("item", [-1, 80])
def test_an_item_out_of_bounds_is_refused(model: Factors, item: int) -> None:
    """C would read whatever lies there."""
    person = model.fitted_person(0)
    items = np.array([item], dtype=np.int32)
    with pytest.raises(ValueError, match="0 to 79"):
        model.predict(person, items)
    with pytest.raises(ValueError, match="0 to 79"):
        model.explain(person, item)
    with pytest.raises(ValueError, match="0 to 79"):
        model.person(items, np.array([50], dtype=np.uint8))


def test_unsound_ratings_and_features_are_refused() -> None:
    """Ratings that point nowhere, features of other items."""
    ratings = community()
    with pytest.raises(ValueError, match="user row"):
        Factors.fit(replace(ratings, items=ratings.items + np.int32(60)))
    with pytest.raises(ValueError, match="features"):
        Factors.fit(ratings, item_features([None], [["drama"]]))


def test_unsound_arrays_are_refused(model: Factors) -> None:
    """What was stored by another model, or damaged, is never served and never crashes."""
    arrays = dict(model.arrays())
    with pytest.raises(ValueError, match="80 items"):
        Factors.from_arrays(community(n_items=81), arrays)
    for name, array in arrays.items():
        if name != "user_choices":
            with pytest.raises(ValueError, match=f"lacks {name}"):
                Factors.from_arrays(model.ratings, {other: a for other, a in arrays.items() if other != name})
        for bad in (array.astype(np.complex64), array[..., :-1], array.ravel()[:1], array[:0]):
            with pytest.raises(ValueError, match=r"must be|differ|scale|more than|80 items"):
                Factors.from_arrays(model.ratings, arrays | {name: bad})
        if array.dtype.kind == "f":
            for value in (np.nan, np.inf, -np.inf):
                with pytest.raises(ValueError, match="damaged"):
                    Factors.from_arrays(model.ratings, arrays | {name: np.full_like(array, value)})
    for name in ("prior_precisions", "item_precisions", "item_variances", "user_precisions", "user_variances"):
        with pytest.raises(ValueError, match="positive"):
            Factors.from_arrays(model.ratings, arrays | {name: -arrays[name]})


def test_read_only_arrays_are_served(model: Factors) -> None:
    """As they come from a memory-mapped file."""
    arrays = {}
    for name, array in model.arrays().items():
        arrays[name] = array.copy()
        arrays[name].flags.writeable = False
    restored = Factors.from_arrays(model.ratings, arrays)
    person = model.fitted_person(2)
    assert_same(restored.predict(restored.fitted_person(2), all_items(model)), model.predict(person, all_items(model)))


@pytest.mark.long
@needs_movielens
@needs_kernel
def test_real_ratings_are_told_better_than_by_neighbours_and_as_well_as_by_the_posterior() -> None:
    """RMSE .8155 and MAE .623 of five stars at most, four fifths in the ranges, better than the full posterior."""
    train, test = first_fold()
    result = evaluate(Factors, train, test, settings=EvaluationSettings(n_ranked_users=20))
    assert result.rmse(5) < 0.8155
    assert result.mae(5) < 0.623
    assert 0.78 <= result.interval_80 <= 0.82
    assert result.coverage > 0.95
    known = (test.users >= 0) & (test.items >= 0)
    assert np.all(known)
    full = posterior_means(train, test.users, test.items)
    # Which knows nothing of choices: they are worth a hundredth of a star.
    assert result.rmse(5) < rmse(full - test.scores) / 20 - 0.005


@pytest.mark.long
@needs_movielens
@needs_kernel
def test_real_receipts_are_equal_to_the_digit_and_a_second_fit_to_the_bit() -> None:
    """Five hundred random pairs."""
    train, _ = first_fold()
    fitted, again = (Factors.fit(train, settings=fast_settings(train.n_ratings)) for _time in range(2))
    rng = np.random.default_rng(6)
    for user in rng.integers(0, train.n_users, 25).tolist():
        person = fitted.fitted_person(user)
        predictions = fitted.predict(person, all_items(fitted))
        for item in rng.integers(0, train.n_items, 20).tolist():
            receipt = fitted.explain(person, item)
            assert receipt.total / 1000 == predictions.estimates[item]
            assert sum(line.amount for line in receipt.lines) == receipt.total
    assert_same_arrays(fitted, again)


@pytest.mark.long
@needs_movielens
@needs_kernel
def test_ranges_hold_four_fifths_of_real_scores_for_the_little_and_the_much_known() -> None:
    """Overall within 78 to 82 %, in each tenth of activity within 76 to 85 % of some 2,000 scores."""
    train, test = first_fold()
    predictions = predict_pairs(Factors.fit(train), test.users, test.items)
    inside = (predictions.low <= test.scores) & (test.scores <= predictions.high)
    assert 0.78 <= inside.mean() <= 0.82
    activity = np.diff(train.user_ptr)[test.users]
    tenths = np.searchsorted(np.quantile(activity, np.arange(1, 10) / 10), activity)
    for tenth in range(10):
        assert 0.76 <= inside[tenths == tenth].mean() <= 0.85
