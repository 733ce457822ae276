"""The factor model: how well it tells held-out scores, how fast it is fitted, beside Classic and Surprise's SVD++.

    python -m bench.bench_factors                             MovieLens latest-small, two folds, a minute
    python -m bench.bench_factors --data FOLDER ... --n-folds 5 --features
    python -m bench.bench_factors --generated 1m              time and memory on generated ratings

Folders hold a MovieLens set in any of its layouts (bench_likely). Folds are those of scikit-surprise's
KFold(5, shuffle, seed 0). Errors are in stars of five. "posterior" is the error of the mean of all sweeps, which the
served model is to come near; the ranges' shares are of all scores, and the least and greatest of ten classes of users'
activity. nDCG@10 is that of the list as it is served (Likely's order, varied, with its floor of evidence), over all who
gave a test film four stars or more. SVD++ (Koren 2008, scikit-surprise, its defaults) takes turns with ours on the
first fold.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.bench_likely import features_of, read_movielens
from bench.generated import SIZES, load, save
from bench.measure import MOVIELENS
from bench.peers import python_with_surprise
from camflix.recommender.arrays import Ratings
from camflix.recommender.classic import Classic
from camflix.recommender.evaluation import (
    EvaluationSettings,
    HeldOut,
    evaluate_ranking,
    k_folds,
    mae,
    predict_pairs,
    rmse,
)
from camflix.recommender.factors import Factors
from camflix.recommender.factors_fit import fast_settings, full_settings
from camflix.recommender.factors_posterior import posterior_means
from camflix.recommender.likely import Likely
from camflix.services.community import evidence_floor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from camflix.recommender.arrays import Features, Int32s, UInt8s
    from camflix.recommender.model import Model

STARS = 20
"""Points of 100 in a star of five."""

_SVDPP = """
import json, sys, time
from surprise import Dataset, Reader, SVDpp
reader = Reader(line_format="user item rating", sep=" ", rating_scale=(0.5, 5))
train = Dataset.load_from_file(sys.argv[1], reader).build_full_trainset()
test = [line.split() for line in open(sys.argv[2])]
for _ in sys.stdin:
    started = time.perf_counter()
    model = SVDpp(random_state=0).fit(train)
    seconds = time.perf_counter() - started
    squares = [(model.predict(u, i).est - float(r)) ** 2 for u, i, r in test]
    print(json.dumps({"seconds": seconds, "rmse": (sum(squares) / len(squares)) ** 0.5}), flush=True)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """What is fitted, and the pairs and scores it is compared with."""

    train: Ratings
    users: Int32s
    items: Int32s
    scores: UInt8s


@dataclass(slots=True)
class Found:
    """Of one engine, a number for each fold; shares of scores inside the ranges by class of activity."""

    rmse: list[float] = field(default_factory=list)
    mae: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    by_activity: list[list[float]] = field(default_factory=list)
    behind_posterior: list[float] = field(default_factory=list)


def main(words: Sequence[str] = ()) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", "--movielens", nargs="*", type=Path, default=[MOVIELENS], metavar="FOLDER")
    parser.add_argument("--n-folds", type=int, default=2, help="of five")
    parser.add_argument("--features", action="store_true", help="genres and release years too")
    parser.add_argument("--turns", type=int, default=1, help="of SVD++ and ours; 0: not")
    parser.add_argument("--generated", nargs="*", choices=SIZES, default=[])
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.child:
        measure_fit(arguments.child)
        return
    for folder in arguments.data:
        if not folder.is_dir():
            print(f"the MovieLens data set is not here: {folder}")
            continue
        folds, features = folds_of(folder, arguments.n_folds)
        print(f"\n{folder.name}, {arguments.n_folds} of 5 folds\n")
        known = features if arguments.features else None
        compare_engines(folds, known)
        measure_lists(folds, known)
        if arguments.turns:
            compare_with_svdpp(folds[0], arguments.turns)
    if arguments.generated:
        print(
            "\n| ratings | preset | rank | fit s | processor s | peak process MB |\n|---|---|---|---|---|---|",
            flush=True,
        )
    for size in arguments.generated:
        with tempfile.TemporaryDirectory() as temporary:
            file = Path(temporary) / f"{size}.npz"
            save(size, file)
            subprocess.run([sys.executable, "-m", "bench.bench_factors", "--child", str(file)], check=True)


def folds_of(folder: Path, n_folds: int) -> tuple[list[Fold], Features]:
    """Return some folds of a MovieLens set, and its films' genres and years."""
    users, items, scores, films = read_movielens(folder)
    n_users, n_items = int(users.max()) + 1, len(films)
    folds = [
        Fold(
            Ratings.from_triples(users[train], items[train], scores[train], n_users, n_items),
            users[test],
            items[test],
            scores[test],
        )
        for train, test in islice(k_folds(len(users), 5, 0), n_folds)
    ]
    return folds, features_of(films)


def compare_engines(folds: list[Fold], features: Features | None) -> None:
    """Print errors, ranges and times of the engines."""
    n_ratings = folds[0].train.n_ratings
    engines: dict[str, Callable[[Ratings], Model]] = {
        "classic": Classic.fit,
        "factors, fast": lambda train: Factors.fit(train, features, settings=fast_settings(n_ratings)),
        "factors, full": lambda train: Factors.fit(train, features),
    }
    print("| engine | RMSE | MAE | served less posterior | in the range | least and most of ten | fit s |")
    print("|---|---|---|---|---|---|---|")
    for name, fit in engines.items():
        settings = {"factors, fast": fast_settings, "factors, full": full_settings}.get(name)
        found = Found()
        for fold in folds:
            measure_fold(fit, fold, found)
            if settings:
                means = partial(posterior_means, fold.train, fold.users, fold.items, features)
                full = means(settings=settings(n_ratings)) - fold.scores
                found.behind_posterior.append(found.rmse[-1] - rmse(full) / STARS)
        tenths = np.mean(found.by_activity, axis=0)
        behind = f"{np.mean(found.behind_posterior):+.4f}" if found.behind_posterior else "-"
        print(
            f"| {name} | {np.mean(found.rmse):.4f} | {np.mean(found.mae):.4f} | {behind} | {np.mean(found.inside):.3f} "
            f"| {tenths.min():.3f} - {tenths.max():.3f} | {statistics.median(found.seconds):.2f} |",
            flush=True,
        )


def measure_fold(fit: Callable[[Ratings], Model], fold: Fold, found: Found) -> None:
    """Add what one engine does on one fold."""
    started = time.perf_counter()
    model = fit(fold.train)
    found.seconds.append(time.perf_counter() - started)
    predictions = predict_pairs(model, fold.users, fold.items)
    errors = predictions.estimates - fold.scores
    inside = (predictions.low <= fold.scores) & (fold.scores <= predictions.high)
    activity = np.argsort(np.diff(fold.train.user_ptr)[fold.users], kind="stable")
    found.rmse.append(rmse(errors) / STARS)
    found.mae.append(mae(errors) / STARS)
    found.inside.append(float(inside.mean()))
    found.by_activity.append([float(inside[part].mean()) for part in np.array_split(activity, 10)])


def measure_lists(folds: list[Fold], features: Features | None) -> None:
    """Print how good the served lists are."""
    found = []
    for fold in folds:
        settings = EvaluationSettings(min_evidence=evidence_floor(fold.train.n_users))
        test = HeldOut(fold.users, fold.items, fold.scores.astype(np.float64))
        model = Factors.fit(fold.train, features, settings=fast_settings(fold.train.n_ratings))
        found.append(evaluate_ranking(model, test, settings, Likely.fit(fold.train, features)).ndcg)
    by_fold = ", ".join(f"{one:.3f}" for one in found)
    print(f"\nnDCG@10 of the served list: {np.mean(found):.3f} (by fold: {by_fold})", flush=True)


def compare_with_svdpp(fold: Fold, turns: int) -> None:
    """Print seconds of fits that take turns, and how many times faster ours is."""
    python = python_with_surprise()
    if python is None:
        return
    ours: list[float] = []
    theirs: list[float] = []
    error = float("nan")
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("train", "test")]
        np.savetxt(files[0], stars(fold.train.row_users(), fold.train.items, fold.train.scores), fmt="%g")
        np.savetxt(files[1], stars(fold.users, fold.items, fold.scores), fmt="%g")
        command = [str(python), "-c", _SVDPP, *map(str, files)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
            assert peer.stdin is not None
            assert peer.stdout is not None
            for _ in range(turns):
                started = time.perf_counter()
                Factors.fit(fold.train)
                ours.append(time.perf_counter() - started)
                peer.stdin.write("\n")
                peer.stdin.flush()
                answer = json.loads(peer.stdout.readline())
                theirs.append(answer["seconds"])
                error = answer["rmse"]
            peer.stdin.close()
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"\nSurprise SVD++: RMSE {error:.4f} on the first fold, fit {statistics.median(theirs):.1f} s; ")
    print(f"factors, full: {statistics.median(ours):.2f} s, {ratio:.0f} times faster ({turns} turns, medians)")


def stars(users: Int32s, items: Int32s, scores: UInt8s) -> np.ndarray:
    """Return a table of users, items and stars."""
    return np.stack((users, items, scores / STARS), axis=1)


def measure_fit(file: Path) -> None:
    """Print a line for each preset on the ratings in ``file``."""
    ratings = load(file)
    for name, preset in (("fast", fast_settings), ("full", full_settings)):
        settings = preset(ratings.n_ratings)
        started, processor = time.perf_counter(), time.process_time()
        Factors.fit(ratings, settings=settings)
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {ratings.n_ratings:,} | {name} | {settings.rank} | {seconds:.1f} | {processor:.1f} | {peak:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
