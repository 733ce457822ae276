"""The order of lists on data of every shape, and what is refused when a stored order model is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camflix.recommender.arrays import Ratings
from camflix.recommender.likely import Likely
from camflix.recommender.likely_fit import Settings
from tests.recommender.likely_worlds import community

NOTHING = np.zeros(0, dtype=np.int32)


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 9999),
    st.sampled_from([(30, 12), (3, 200), (200, 3), (1, 40), (40, 1), (30, 60), (120, 90)]),
    st.sampled_from([(50,), (0,), (0, 100), (20, 40, 60, 80, 100), tuple(range(10, 101, 10)), tuple(range(101))]),
    st.sampled_from([0.02, 0.3, 1.0]),
)
def test_data_of_any_shape_is_put_in_an_order(
    seed: int, shape: tuple[int, int], levels: tuple[int, ...], density: float
) -> None:
    """Tiny, narrow, constant scores, users and films of one rating: lists are whole, finite, and add up."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random(shape) < density)
    scores = rng.choice(np.array(levels, dtype=np.uint8), size=len(users))
    likely = Likely.fit(Ratings.from_triples(users.astype(np.int32), items.astype(np.int32), scores, *shape))
    for user in {0, shape[0] - 1}:
        person = likely.fitted_person(user)
        listed = likely.top_n(person, shape[1], exclude=NOTHING, min_evidence=0)
        assert sorted([*listed.items.tolist(), *person.items.tolist()]) == list(range(shape[1]))
        assert np.all(np.isfinite(listed.order_scores))
        assert np.all(np.diff(listed.order_scores) <= 0)
        for item, score in zip(listed.items[:3].tolist(), listed.order_scores[:3].tolist(), strict=True):
            assert sum(line.amount for line in likely.explain(person, item)) / 1000 == score


def test_a_damaged_order_model_is_refused() -> None:
    """Missing arrays, other types or shapes, numbers that are none: an error names the array, and C never sees it."""
    likely = Likely.fit_with(community(), settings=Settings(n_factors=32, n_iterations=2))
    arrays = dict(likely.arrays())
    for name, array in arrays.items():
        with pytest.raises(ValueError, match=f"lacks {name}"):
            Likely.from_arrays(likely.ratings, {other: a for other, a in arrays.items() if other != name})
        for bad in (array.astype(np.complex64), array[..., :-1], np.concatenate((array, array))):
            with pytest.raises(ValueError, match=r"must be|multiple|items"):
                Likely.from_arrays(likely.ratings, arrays | {name: bad})
        for value in (np.nan, np.inf):
            with pytest.raises(ValueError, match=f"{name} are damaged"):
                Likely.from_arrays(likely.ratings, arrays | {name: np.full_like(array, value)})
    for name in ("item_weights", "constants"):
        with pytest.raises(ValueError, match="positive"):
            Likely.from_arrays(likely.ratings, arrays | {name: -arrays[name]})
    with pytest.raises(ValueError, match="120 items"):
        Likely.from_arrays(community(n_items=90), arrays)
