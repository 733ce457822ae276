"""The real ratings of ml-latest-small, where the project's shared folder, or $CAMFLIX_MOVIELENS, has them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from camflix.recommender.arrays import Ratings
from camflix.recommender.evaluation import HeldOut, k_folds

FOLDER = Path(
    os.environ.get("CAMFLIX_MOVIELENS") or Path(__file__).parents[2].parent / "shared" / "data" / "ml-latest-small"
)

needs_movielens = pytest.mark.skipif(
    not (FOLDER / "ratings.csv").is_file(), reason=f"MovieLens ml-latest-small is not in {FOLDER}."
)


@cache
def first_fold() -> tuple[Ratings, HeldOut]:
    """Return the training and test ratings of the first of five folds (scikit-surprise's KFold, seed 0)."""
    table = np.loadtxt(FOLDER / "ratings.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2))
    users = np.unique(table[:, 0], return_inverse=True)[1].astype(np.int32)
    items = np.unique(table[:, 1], return_inverse=True)[1].astype(np.int32)
    scores = table[:, 2] * 20
    train, test = next(k_folds(len(table), 5, 0))
    ratings = Ratings.from_triples(
        users[train], items[train], scores[train].astype(np.uint8), int(users.max()) + 1, int(items.max()) + 1
    )
    return ratings, HeldOut(users[test], items[test], scores[test])
