"""The order of the default list: how good, how fast, how large.

    python bench/bench_likely.py --movielens FOLDER [FOLDER ...]     nDCG@10 beside simpler orders, minutes
    python bench/bench_likely.py --generated 1m 25m                  time and memory on generated ratings
    python bench/bench_likely.py --movielens FOLDER --n-folds 5 --diversity

A MovieLens folder holds ratings.csv and movies.csv (the "latest" sets), or u.data and u.item (100k), or ratings.dat and
movies.dat (1m). Folds are those of scikit-surprise's KFold(5, shuffle, seed 0). Relevant is a test rating of 4 stars or
more; every film that was rated in training, and not by this user, is a candidate; the mean is over the users who have
anything relevant, and the error beside it one standard error.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import time
from abc import abstractmethod
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.generated import SIZES  # noqa: E402 - found by the line above
from camflix.recommender.arrays import Features, Ratings  # noqa: E402
from camflix.recommender.diversity import diversify  # noqa: E402
from camflix.recommender.features import item_features  # noqa: E402
from camflix.recommender.generator import generate  # noqa: E402
from camflix.recommender.likely import Likely, OrderedItems, Orderer  # noqa: E402
from camflix.recommender.likely_fit import Settings  # noqa: E402
from camflix.recommender.likely_sampling import Split  # noqa: E402
from camflix.recommender.likely_tuning import tuned, users_ndcg  # noqa: E402
from camflix.recommender.model import Person  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from camflix.recommender.arrays import Float32s, Float64s, Int32s, UInt8s

NOTHING = np.zeros(0, dtype=np.int32)


def main(words: Sequence[str] = ()) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--movielens", nargs="*", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--n-folds", type=int, default=2, help="of five")
    parser.add_argument("--diversity", action="store_true", help="what a varied list costs")
    parser.add_argument("--generated", nargs="*", choices=SIZES, default=[])
    parser.add_argument("--child", choices=SIZES, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.child:
        measure_growth(arguments.child)
        return
    for folder in arguments.movielens:
        compare_orders(folder, arguments.n_folds, with_diversity=arguments.diversity)
    if arguments.generated:
        print("| ratings | tuning s | fit s | processor s | peak process MB | fold-in ms | new list ms median / p95 |")
        print("|---|---|---|---|---|---|---|")
    for size in arguments.generated:
        # A process each, so that peak memory is its own.
        subprocess.run([sys.executable, __file__, "--child", size], check=True)


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What a MovieLens set tells of a film."""

    year: int
    genres: tuple[str, ...]


class DenseOrderer(Orderer):
    """A simpler order whose scores of everybody fit in memory; what Likely is compared with."""

    def __init__(self, ratings: Ratings, scores: Float32s) -> None:
        self._ratings = ratings
        self._scores = scores

    @classmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the orderer of ``ratings``; features and seed don't enter."""
        del features, seed
        graded = np.zeros((ratings.n_users, ratings.n_items), dtype=np.float32)
        stars = np.interp(np.arange(101), (20, 40, 60, 80, 100), (0.2, 0.2, 0.5, 1.0, 1.3)).astype(np.float32)
        graded[ratings.row_users(), ratings.items] = stars[ratings.scores]
        return cls(ratings, cls.scores_of(graded))

    @classmethod
    @abstractmethod
    def scores_of(cls, graded: Float32s) -> Float32s:
        """Return everybody's scores of everything; float32 ``[n_users, n_items]``, as ``graded``, 0 where unrated."""

    @property
    def ratings(self) -> Ratings:
        """The ratings it was fitted on."""
        return self._ratings

    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> Person:
        """Return the person, who must be one of those fitted."""
        return Person(items, scores, user)

    def order_scores(self, person: Person) -> Float32s:
        """Return the row of that user."""
        scores: Float32s = self._scores[person.user]
        return scores

    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> OrderedItems:
        """Return the greatest of the row."""
        evidence = np.diff(self._ratings.item_ptr)
        values = np.where(evidence >= min_evidence, self.order_scores(person), -np.inf)
        values[person.items] = -np.inf
        values[exclude] = -np.inf
        best = np.argsort(-values, kind="stable")[:n].astype(np.int32)
        return OrderedItems(best, values[best].astype(np.float64), evidence[best].astype(np.int32))


class Popularity(DenseOrderer):
    """The films that most people rated."""

    name = "popularity"

    @classmethod
    def scores_of(cls, graded: Float32s) -> Float32s:
        """Return the same row for everybody."""
        counts = (graded > 0).sum(axis=0).astype(np.float32)
        return np.broadcast_to(counts, graded.shape)


class ItemCosine(DenseOrderer):
    """Sum over own films of grade * cosine squared, of the 50 nearest of each film, damped by 10."""

    name = "item cosine"

    @classmethod
    def scores_of(cls, graded: Float32s) -> Float32s:
        """Return everybody's scores."""
        lengths = np.sqrt((graded**2).sum(axis=0))
        similarity = (graded.T @ graded) / (lengths[:, None] * lengths + 10)
        np.fill_diagonal(similarity, 0)
        nearest = min(50, len(lengths) - 1)
        floors = np.partition(similarity, len(lengths) - nearest, axis=0)[len(lengths) - nearest]
        scores: Float32s = graded @ np.where(similarity >= floors, similarity**2, 0)
        return scores


class Ease(DenseOrderer):
    """EASE (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019) on graded ratings."""

    name = "EASE"
    ridge: ClassVar[float] = 200.0

    @classmethod
    def scores_of(cls, graded: Float32s) -> Float32s:
        """Return everybody's scores; the inverse is of the smaller of users * users and items * items."""
        if len(graded) < graded.shape[1]:
            gram = (graded @ graded.T).astype(np.float64)
            inner = np.linalg.inv(gram + cls.ridge * np.eye(len(gram))).astype(np.float32) @ graded
            diagonal = (1 - np.einsum("ij,ij->j", graded, inner)) / cls.ridge
            products = (graded - gram.astype(np.float32) @ inner) / cls.ridge
        else:
            gram = (graded.T @ graded).astype(np.float64)
            inverse = np.linalg.inv(gram + cls.ridge * np.eye(len(gram))).astype(np.float32)
            diagonal, products = np.diagonal(inverse), graded @ inverse
        scores: Float32s = graded - products / diagonal
        return scores


class LightEase(Ease):
    """EASE with half the ridge."""

    ridge = 100.0


class HeavyEase(Ease):
    """EASE with twice the ridge."""

    ridge = 400.0


def compare_orders(folder: Path, n_folds: int, *, with_diversity: bool) -> None:
    """Print nDCG@10 of every order on some folds of one MovieLens set."""
    users, items, scores, films = read_movielens(folder)
    features = features_of(films)
    variants: dict[str, Callable[[Ratings], Orderer]] = {
        "popularity": Popularity.fit,
        "item cosine, graded": ItemCosine.fit,
        "EASE, graded, ridge 100": LightEase.fit,
        "EASE, graded, ridge 200": Ease.fit,
        "EASE, graded, ridge 400": HeavyEase.fit,
        "Likely, defaults": Likely.fit_with,
        "Likely, as served (tuned)": Likely.fit,
        "Likely, defaults, genres and years": lambda train: Likely.fit_with(train, features),
        "Likely, as served, genres and years": lambda train: Likely.fit(train, features),
    }
    found: dict[str, list[Float64s]] = {name: [] for name in variants}
    seconds = dict.fromkeys(variants, 0.0)
    for train, test in islice(k_folds(len(users)), n_folds):
        split = Split(
            *(Ratings.from_triples(users[k], items[k], scores[k], users.max() + 1, len(films)) for k in (train, test))
        )
        for name, fit in variants.items():
            started = time.perf_counter()
            orderer = fit(split.train)
            seconds[name] += (time.perf_counter() - started) / n_folds
            found[name].append(users_ndcg(orderer, split, most_cells=10**12))
            if with_diversity and isinstance(orderer, Likely):
                found.setdefault(f"{name}, varied", []).append(users_ndcg(Varied(orderer), split, most_cells=10**12))
    print(f"\n{folder.name}: {len(users)} ratings, {n_folds} of 5 folds\n")
    print("| order | nDCG@10 | against EASE 200, per user | fit s |\n|---|---|---|---|")
    peer = np.concatenate(found["EASE, graded, ridge 200"])
    for name, parts in found.items():
        own = np.concatenate(parts)
        gain = own - peer
        against = f"{gain.mean():+.4f} ± {gain.std() / len(gain) ** 0.5:.4f}"
        print(f"| {name} | {own.mean():.4f} | {against} | {seconds.get(name, float('nan')):.1f} |")


class Varied(Orderer):
    """An order whose lists are varied afterwards."""

    name = "varied"

    def __init__(self, likely: Likely) -> None:
        self._likely = likely

    @classmethod
    def fit(cls, ratings: Ratings, features: Features | None = None, *, seed: int = 0) -> Self:
        """Return the varied Likely of ``ratings``."""
        return cls(Likely.fit(ratings, features, seed=seed))

    @property
    def ratings(self) -> Ratings:
        """Those of Likely."""
        return self._likely.ratings

    def person(self, items: Int32s, scores: UInt8s, user: int = -1) -> Person:
        """Return Likely's person."""
        return self._likely.person(items, scores, user)

    def order_scores(self, person: Person) -> Float32s:
        """Return Likely's order scores."""
        return self._likely.order_scores(person)

    def top_n(self, person: Person, n: int, *, exclude: Int32s, min_evidence: int) -> OrderedItems:
        """Return a varied list from 200 candidates."""
        found = self._likely.top_n(person, 200, exclude=exclude, min_evidence=min_evidence)
        kept = diversify(found.order_scores, self._likely.item_vectors[found.items], n)
        return OrderedItems(found.items[kept], found.order_scores[kept], found.n_evidence[kept])


def k_folds(n: int, n_splits: int = 5, seed: int = 0) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield (train, test) as scikit-surprise's KFold."""
    indices = np.arange(n)
    np.random.RandomState(seed).shuffle(indices)
    for test in np.array_split(indices, n_splits):
        yield np.setdiff1d(indices, test, assume_unique=True), test


def read_movielens(folder: Path) -> tuple[Int32s, Int32s, UInt8s, list[Film]]:
    """Return users, items and scores of every rating in the file's order, and the films by item."""
    table, names = read_tables(folder)
    users = np.unique(table[:, 0], return_inverse=True)[1].astype(np.int32)
    ids, items = np.unique(table[:, 1], return_inverse=True)
    films = [names.get(int(movie_id), Film(0, ())) for movie_id in ids]
    return users, items.astype(np.int32), np.rint(table[:, 2] * 20).astype(np.uint8), films


def read_tables(folder: Path) -> tuple[Float64s, dict[int, Film]]:
    """Return the ratings (user, film, stars) and the films of whichever layout the folder has."""
    if (folder / "ratings.csv").exists():
        table = np.loadtxt(folder / "ratings.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2))
        lines = (folder / "movies.csv").read_text(encoding="utf-8").splitlines()[1:]
        rows = [(line.split(",", 1)[0], line, line.rsplit(",", 1)[1].split("|")) for line in lines]
    elif (folder / "ratings.dat").exists():
        text = (folder / "ratings.dat").read_text(encoding="latin-1").replace("::", " ")
        table = np.array([line.split()[:3] for line in text.splitlines()], dtype=np.float64)
        lines = (folder / "movies.dat").read_text(encoding="latin-1").splitlines()
        rows = [(line.split("::")[0], line, line.split("::")[2].split("|")) for line in lines]
    else:
        table = np.loadtxt(folder / "u.data", usecols=(0, 1, 2))
        lines = (folder / "u.item").read_text(encoding="latin-1").splitlines()
        rows = [
            (line.split("|")[0], line, [str(k) for k, flag in enumerate(line.split("|")[5:]) if flag == "1"])
            for line in lines
        ]
    years = [re.search(r"\((\d{4})\)", line) for _, line, _ in rows]
    films = {
        int(movie_id): Film(int(year[1]) if year else 0, tuple(genres))
        for (movie_id, _, genres), year in zip(rows, years, strict=True)
    }
    return table, films


def features_of(films: list[Film]) -> Features:
    """Return genres and release years of films as the engine's features."""
    return item_features([film.year or None for film in films], [film.genres for film in films])


def measure_growth(size: str) -> None:
    """Print one line: time and memory of a fit on generated ratings, time of one person's new list."""
    *shape, step = SIZES[size]
    ratings = generate(*shape, seed=1, step=step)
    started, cpu = time.perf_counter(), time.process_time()
    settings = tuned(ratings)
    after_tuning = time.perf_counter()
    likely = Likely.fit_with(ratings, settings=Settings(0, settings.unknown_weight, settings.ridge_scale))
    fitted, cpu = time.perf_counter(), time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fold_ins, lists = [], []
    for user in np.random.default_rng(0).integers(0, ratings.n_users, 300).tolist():
        items, scores = ratings.of_user(user)
        begun = time.perf_counter()
        person = likely.person(items, scores)
        folded_in = time.perf_counter()
        likely.top_n(person, 10, exclude=NOTHING, min_evidence=5)
        fold_ins.append(folded_in - begun)
        lists.append(time.perf_counter() - begun)
    median, late = np.quantile(lists, (0.5, 0.95)) * 1000
    print(
        f"| {ratings.n_ratings:,} | {after_tuning - started:.1f} | {fitted - after_tuning:.1f} | {cpu:.0f} "
        f"| {peak:.0f} | {np.median(fold_ins) * 1000:.2f} | {median:.2f} / {late:.2f} |"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
