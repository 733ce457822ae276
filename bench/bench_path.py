"""From a new rating to a new list, in the engine, without a refit: milliseconds of some hundred people.

    python -m bench.bench_path                   100k and 1M generated ratings
    python -m bench.bench_path --sizes 10m 25m   larger ones: a minute, some gigabytes

Each person rates one film more and changes one score; then each engine takes them from their ratings to what is asked.
One thread. What factors and order learnt is made up (their serving takes the same time whatever the numbers are), of
the size that a fit to so many ratings leaves.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.generated import SIZES, load, save
from camflix.recommender.baseline import fit_baseline
from camflix.recommender.classic import Classic
from camflix.recommender.factors import Factors
from camflix.recommender.factors_fit import full_settings
from camflix.recommender.factors_smoother import LANES
from camflix.recommender.interval import Interval
from camflix.recommender.likely import Likely
from camflix.recommender.likely_fit import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from camflix.recommender.arrays import Float32s, Int32s, Ratings, UInt8s

N_PEOPLE = 300
N_NEIGHBOURS = 50
MIN_EVIDENCE = 5
NOTHING = np.zeros(0, dtype=np.int32)


def main(words: Sequence[str] = ()) -> None:
    """Measure and print; each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["100k", "1m"])
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.child:
        measure(arguments.child)
        return
    print("| ratings | from a new rating to ... | median ms | p95 | max |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            file = Path(folder) / f"{size}.npz"
            save(size, file)
            subprocess.run([sys.executable, "-m", "bench.bench_path", "--child", str(file)], check=True)


def measure(file: Path) -> None:
    """Print one line for each path on the ratings in ``file``."""
    ratings = load(file)
    people = list(changed_people(ratings))
    for name, path in paths(ratings).items():
        path(*people[0])
        milliseconds = [timed(path, *person) for person in people]
        median, late = np.quantile(milliseconds, (0.5, 0.95))
        print(f"| {file.stem} | {name} | {median:.2f} | {late:.2f} | {max(milliseconds):.2f} |", flush=True)


def paths(ratings: Ratings) -> dict[str, Callable[[Int32s, UInt8s, int], object]]:
    """Return what is measured, by name."""
    classic, factors, likely = classic_of(ratings), factors_of(ratings), likely_of(ratings)

    def whole(items: Int32s, scores: UInt8s, user: int) -> object:
        person = classic.person(items, scores, user)
        classic.neighbours(person, N_NEIGHBOURS)
        return classic.top_n(person, 10, exclude=NOTHING, min_evidence=MIN_EVIDENCE)

    def by_factors(items: Int32s, scores: UInt8s, user: int) -> object:
        return factors.top_n(factors.person(items, scores, user), 10, exclude=NOTHING, min_evidence=MIN_EVIDENCE)

    def by_order(items: Int32s, scores: UInt8s, user: int) -> object:
        return likely.top_n(likely.person(items, scores, user), 10, exclude=NOTHING, min_evidence=MIN_EVIDENCE)

    def as_if_unrated(model: Classic | Factors) -> Callable[[Int32s, UInt8s, int], object]:
        return lambda items, scores, user: model.predict(model.person(items[1:], scores[1:], user), items[:1])

    return {
        "neighbour row, whole catalogue, top 10 (classic)": whole,
        "of it, the neighbour row": lambda *person: classic.neighbours(classic.person(*person), N_NEIGHBOURS),
        "fold-in (factors)": factors.person,
        "fold-in, whole catalogue, top 10 (factors)": by_factors,
        "fold-in, whole catalogue, top 10 (likely)": by_order,
        "one rated film as if it were not (classic)": as_if_unrated(classic),
        "one rated film as if it were not (factors)": as_if_unrated(factors),
    }


def timed(path: Callable[[Int32s, UInt8s, int], object], items: Int32s, scores: UInt8s, user: int) -> float:
    """Return how many milliseconds a path takes."""
    started = time.perf_counter()
    path(items, scores, user)
    return 1000 * (time.perf_counter() - started)


def changed_people(ratings: Ratings) -> Iterator[tuple[Int32s, UInt8s, int]]:
    """Yield people drawn by chance, one score changed and one film more."""
    rng = np.random.default_rng(0)
    for user in rng.integers(ratings.n_users, size=N_PEOPLE).tolist():
        items, scores = ratings.of_user(user)
        scores = scores.copy()
        scores[rng.integers(len(scores))] = 100
        new = int(rng.choice(np.setdiff1d(rng.integers(ratings.n_items, size=50), items)))
        place = int(np.searchsorted(items, new))
        yield np.insert(items, place, new).astype(np.int32), np.insert(scores, place, 80).astype(np.uint8), user


def classic_of(ratings: Ratings) -> Classic:
    """Return the neighbour model, its ranges not measured: that takes a second fit."""
    baseline = fit_baseline(ratings, n_sweeps=3)
    return Classic(ratings, baseline, Interval.of_normal(baseline, ratings, baseline.residuals(ratings)))


def factors_of(ratings: Ratings) -> Factors:
    """Return a factor model of the size of the accurate preset."""
    rng = np.random.default_rng(1)
    chosen = full_settings(ratings.n_ratings)
    shape = (chosen.n_samples // LANES, chosen.rank + 1, LANES)
    # Memory is to be touched once, not drawn: the numbers repeat.
    some = rng.integers(-20_000, 20_000, size=(1024, *shape), dtype=np.int16)
    vectors = some[rng.integers(1024, size=ratings.n_items)]
    arrays = {
        "item_vectors": vectors,
        "item_presence": vectors,
        "vector_units": np.full(shape, 1e-5),
        "presence_units": np.full(shape, 1e-6),
        "prior_means": np.zeros(shape),
        "prior_precisions": np.full(shape, 20.0),
        "levels": np.zeros((shape[0], LANES)),
        "item_precisions": np.ones(ratings.n_items, dtype=np.float32),
        "item_variances": np.ones(ratings.n_items, dtype=np.float32),
        "user_precisions": np.ones(ratings.n_users, dtype=np.float32),
        "user_variances": np.ones(ratings.n_users, dtype=np.float32),
        "scale": np.array([70.0, 20.0, 0.0, 100.0]),
    }
    return Factors.from_arrays(ratings, arrays)


def likely_of(ratings: Ratings) -> Likely:
    """Return an order model with the usual number of factors."""
    n_factors = Settings().factors_for(ratings)
    vectors: Float32s = np.random.default_rng(2).normal(0, 0.1, (ratings.n_items, n_factors)).astype(np.float32)
    gram = 0.1 * vectors[:5000].T.astype(np.float64) @ vectors[:5000]
    arrays: dict[str, np.ndarray] = {
        "vectors": vectors,
        "gram": gram,
        "item_weights": np.ones(ratings.n_items, dtype=np.float32),
        "constants": np.array([100.0, 0.02]),
    }
    return Likely.from_arrays(ratings, arrays)


if __name__ == "__main__":
    main(sys.argv[1:])
