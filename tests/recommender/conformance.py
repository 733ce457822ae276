"""What every recommendation model must do; a model's test class inherits it and names the model."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camflix.recommender.model import Model, Part, Person, Predictions, Reason
from tests.recommender.strategies import community, rating_matrices, ratings_of, row

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int32s, Int64s, Ratings

NOBODY = np.zeros(0, dtype=np.int32)
ALONE = {(0, item): score for item, score in enumerate((90, 80, 60, 40, 20, 75))}


class ModelConformance:
    """Inherit as ``class TestClassicConformance(ModelConformance): model_class = Classic``."""

    model_class: ClassVar[type[Model]]
    n_random_matrices: ClassVar[int] = 25
    """How many random matrices the model is fitted on; fewer for a model that takes long."""

    def order_values(self, model: Model, person: Person, items: Int32s) -> Float64s:
        """Return what the model orders its lists by; overridden by a model that states another order."""
        return model.predict(person, items).estimates

    @pytest.fixture(scope="class")
    def model(self) -> Model:
        """Return the model fitted on a community with noise rows."""
        return self.model_class.fit(community(), seed=3)

    def test_every_estimate_is_finite_and_inside_its_range(self, model: Model) -> None:
        """NaN and infinity never leave the engine, whoever asks."""
        for user in range(model.ratings.n_users):
            check_sane(model.predict(model.fitted_person(user), all_items(model)))

    def test_a_prediction_is_the_total_of_its_receipt_to_the_digit(self, model: Model) -> None:
        """The number in the list and the sum of the lines are one number, and so are range, reason and evidence."""
        rng = np.random.default_rng(5)
        for user in range(0, model.ratings.n_users, 3):
            person = model.fitted_person(user)
            predictions = model.predict(person, all_items(model))
            for item in rng.permutation(model.ratings.n_items)[:25].tolist():
                receipt = model.explain(person, item)
                assert predictions.estimates[item] == receipt.total / 1000
                assert (predictions.low[item], predictions.high[item]) == (receipt.low, receipt.high)
                assert predictions.reasons[item] == receipt.reason
                assert predictions.n_evidence[item] == receipt.n_evidence

    def test_the_lines_of_a_receipt_add_up_to_its_total(self, model: Model) -> None:
        """In whole thousandths, with every line shown."""
        for user in range(0, model.ratings.n_users, 7):
            person = model.fitted_person(user)
            for item in range(0, model.ratings.n_items, 5):
                receipt = model.explain(person, item)
                assert sum(line.amount for line in receipt.lines) == receipt.total
                assert receipt.item == item
                assert receipt.engine == model.name
                assert [line.part for line in receipt.lines].count(Part.MEAN) == 1

    def test_the_same_ratings_give_the_same_model_to_the_bit(self, model: Model) -> None:
        """Two fits with one seed differ in nothing."""
        again = self.model_class.fit(community(), seed=3)
        assert_same_arrays(model, again)
        person, same_person = model.fitted_person(4), again.fitted_person(4)
        assert_same(model.predict(person, all_items(model)), again.predict(same_person, all_items(model)))

    def test_an_item_is_predicted_alone_as_among_all_others(self, model: Model) -> None:
        """In any order, and twice if it is asked for twice."""
        person = model.fitted_person(2)
        everything = model.predict(person, all_items(model))
        shuffled = np.random.default_rng(1).permutation(all_items(model)).astype(np.int32)
        assert_same(model.predict(person, shuffled), everything.take(shuffled.astype(np.int64)))
        for item in (0, 7, model.ratings.n_items - 1):
            twice = np.array([item, item], dtype=np.int32)
            assert_same(model.predict(person, twice), everything.take(twice.astype(np.int64)))

    def test_no_items_give_no_predictions(self, model: Model) -> None:
        """An empty question has an empty answer."""
        assert len(model.predict(model.fitted_person(0), NOBODY).estimates) == 0

    def test_a_list_never_shows_what_was_rated_or_excluded(self, model: Model) -> None:
        """Not even when it gets shorter for it."""
        for user in range(model.ratings.n_users):
            person = model.fitted_person(user)
            exclude = np.arange(0, model.ratings.n_items, 3, dtype=np.int32)[::-1]
            listed = model.top_n(person, model.ratings.n_items, exclude=exclude, min_evidence=0).items
            assert set(listed.tolist()) == set(range(model.ratings.n_items)) - {*person.items, *exclude}

    def test_a_list_keeps_the_evidence_floor(self, model: Model) -> None:
        """Whatever has less behind it is left out; nothing else is."""
        person = model.fitted_person(1)
        everything = model.top_n(person, model.ratings.n_items, exclude=NOBODY, min_evidence=0)
        for floor in (1, 3, 10, 10_000):
            listed = model.top_n(person, model.ratings.n_items, exclude=NOBODY, min_evidence=floor)
            assert listed.items.tolist() == everything.items[everything.n_evidence >= floor].tolist()

    def test_a_list_is_in_the_stated_order_and_nothing_better_is_left_out(self, model: Model) -> None:
        """Greatest value first, ties by index."""
        for user in (0, 5, 9, model.ratings.n_users - 1):
            person = model.fitted_person(user)
            unrated = np.setdiff1d(all_items(model), person.items).astype(np.int32)
            expected = unrated[np.lexsort((unrated, -self.order_values(model, person, unrated)))][:10]
            listed = model.top_n(person, 10, exclude=NOBODY, min_evidence=0)
            assert listed.items.tolist() == expected.tolist()

    def test_a_list_is_the_same_twice_and_shows_the_predictions(self, model: Model) -> None:
        """The list's numbers are the film page's."""
        person = model.fitted_person(3)
        listed = model.top_n(person, 10, exclude=NOBODY, min_evidence=2)
        assert_same(listed, model.top_n(model.fitted_person(3), 10, exclude=NOBODY, min_evidence=2))
        assert_same(listed, model.predict(person, listed.items))

    def test_a_list_of_none_is_empty(self, model: Model) -> None:
        """Asking for none, or for a catalogue that is excluded, is no error."""
        person = model.fitted_person(3)
        assert len(model.top_n(person, 0, exclude=NOBODY, min_evidence=0).items) == 0
        assert len(model.top_n(person, 5, exclude=all_items(model), min_evidence=0).items) == 0

    def test_unchanged_ratings_predict_as_the_fitted_row(self, model: Model) -> None:
        """Folding in what was already there changes nothing."""
        for user in (0, 6, 11):
            items, scores = model.ratings.of_user(user)
            folded_in = model.person(items.copy(), scores.copy(), user)
            expected = model.predict(model.fitted_person(user), all_items(model))
            assert_same(model.predict(folded_in, all_items(model)), expected)

    def test_a_changed_rating_moves_predictions(self, model: Model) -> None:
        """At once, without a refit."""
        items, scores = model.ratings.of_user(4)
        changed = scores.copy()
        changed[0] = 0 if scores[0] >= 50 else 100
        before = model.predict(model.fitted_person(4), all_items(model))
        after = model.predict(model.person(items, changed, 4), all_items(model))
        assert np.any(before.estimates != after.estimates)

    def test_one_more_rating_moves_predictions(self, model: Model) -> None:
        """A new film counts as much as a changed score."""
        items, scores = model.ratings.of_user(4)
        before = model.predict(model.fitted_person(4), all_items(model))
        after = model.predict(model.person(items[:-1], scores[:-1], 4), all_items(model))
        assert np.any(before.estimates != after.estimates)

    def test_stored_arrays_give_the_same_model_back(self, model: Model) -> None:
        """What a host reads from the database predicts as the host that learnt it."""
        restored = self.model_class.from_arrays(model.ratings, dict(model.arrays()))
        assert_same_arrays(model, restored)
        for user in (0, 8, model.ratings.n_users - 1):
            expected = model.predict(model.fitted_person(user), all_items(model))
            assert_same(restored.predict(restored.fitted_person(user), all_items(model)), expected)

    def test_a_person_without_ratings_gets_a_best_guess_that_is_not_shown(self, model: Model) -> None:
        """Estimates, but the reason says that too little is known."""
        person = model.person(*row({}))
        predictions = model.predict(person, all_items(model))
        check_sane(predictions)
        assert set(predictions.reasons.tolist()) == {Reason.TOO_FEW_RATINGS}
        check_sane(model.top_n(person, 5, exclude=NOBODY, min_evidence=0))
        assert len(model.neighbours(person, 5).users) == 0
        model.explain(person, 0)

    def test_a_person_with_one_rating_is_told_that_it_is_too_few(self, model: Model) -> None:
        """The guess still follows their one rating."""
        predictions = model.predict(model.person(*row({0: 100})), all_items(model))
        check_sane(predictions)
        assert set(predictions.reasons.tolist()) == {Reason.TOO_FEW_RATINGS}

    def test_an_item_that_nobody_rated_has_its_reason(self, model: Model) -> None:
        """It has a best guess, no evidence, and a place on no list with a floor."""
        unrated = model.ratings.n_items - 1
        predictions = model.predict(model.fitted_person(0), np.array([unrated], dtype=np.int32))
        check_sane(predictions)
        assert predictions.reasons[0] == Reason.FILM_UNRATED
        assert predictions.n_evidence[0] == 0

    def test_a_community_of_one_has_no_neighbours_and_no_crash(self) -> None:
        """Day one: the only ratings are the person's own."""
        model = self.model_class.fit(ratings_of(ALONE, n_users=1, n_items=8))
        person = model.fitted_person(0)
        predictions = model.predict(person, all_items(model))
        check_sane(predictions)
        assert not np.any(predictions.reasons == Reason.KNOWN)
        assert len(model.neighbours(person, 10).users) == 0
        assert len(model.top_n(person, 10, exclude=NOBODY, min_evidence=1).items) == 0
        for item in range(8):
            assert model.explain(person, item).total == round(predictions.estimates[item] * 1000)

    def test_a_community_without_ratings_can_be_asked(self) -> None:
        """Before day one."""
        model = self.model_class.fit(ratings_of({}, n_users=2, n_items=3))
        check_sane(model.predict(model.fitted_person(0), all_items(model)))
        check_sane(model.predict(model.person(*row({0: 70, 2: 10})), all_items(model)))

    def test_neighbours_come_best_first_without_the_person(self, model: Model) -> None:
        """No more than asked for, ties by index, similarity and taste distance within their bounds."""
        for user in range(0, model.ratings.n_users, 5):
            found = model.neighbours(model.fitted_person(user), 7)
            assert len(found.users) <= 7
            assert user not in found.users
            keys = list(zip((-found.similarity).tolist(), found.users.tolist(), strict=True))
            assert keys == sorted(keys)
            assert np.all(np.abs(found.similarity) <= 1)
            told = found.taste_distance[~np.isnan(found.taste_distance)]
            assert np.all((told >= 0) & (told <= 100))
            assert np.all(found.n_common >= 3)

    def test_any_matrix_is_predicted_and_explained(self) -> None:
        """Ties, empty rows, empty columns, no variance: whatever Hypothesis finds."""
        limits = settings(
            max_examples=self.n_random_matrices, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        cases = limits(given(ratings=rating_matrices(), data=st.data())(check_matrix))
        cases(self.model_class)


def check_matrix(model_class: type[Model], ratings: Ratings, data: st.DataObject) -> None:
    """Fit a model on any ratings and check what must hold of one of its users."""
    model = model_class.fit(ratings)
    person = model.fitted_person(data.draw(st.integers(0, ratings.n_users - 1), label="user"))
    predictions = model.predict(person, all_items(model))
    check_sane(predictions)
    for item in range(ratings.n_items):
        receipt = model.explain(person, item)
        assert receipt.total / 1000 == predictions.estimates[item]
        assert receipt.total == sum(line.amount for line in receipt.lines)
    listed = model.top_n(person, 3, exclude=NOBODY, min_evidence=1)
    assert not set(listed.items.tolist()) & set(person.items.tolist())
    assert np.all(listed.n_evidence >= 1)


def all_items(model: Model) -> Int32s:
    """Return every item of a model."""
    return np.arange(model.ratings.n_items, dtype=np.int32)


def check_sane(predictions: Predictions) -> None:
    """Check what must hold of any prediction: finite, on the scale, inside its range, whole thousandths."""
    low, estimates, high = predictions.low, predictions.estimates, predictions.high
    assert np.all(np.isfinite(low) & np.isfinite(estimates) & np.isfinite(high))
    assert np.all((low >= 0) & (low <= estimates) & (estimates <= high) & (high <= 100))
    assert np.array_equal(estimates, np.rint(estimates * 1000) / 1000)
    assert set(predictions.reasons.tolist()) <= set(Reason)
    assert np.all(predictions.n_evidence >= 0)


def assert_same(first: Predictions, second: Predictions) -> None:
    """Check that two predictions are equal to the bit."""
    for field in fields(Predictions):
        assert np.array_equal(getattr(first, field.name), getattr(second, field.name)), field.name


def assert_same_arrays(first: Model, second: Model) -> None:
    """Check that two models learnt the same to the bit."""
    ours: dict[str, Int64s] = dict(first.arrays())
    theirs: dict[str, Int64s] = dict(second.arrays())
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert np.array_equal(array, theirs[name]), name
