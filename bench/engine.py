"""The engine's bars, each beside what is measured: all pairs, one person's path, factors, classic, the order of lists.

    python -m bench engine                    some minutes
    python -m bench engine --big              10 and 25 million ratings too: half an hour, 3 GB
    python -m bench engine --data FOLDER ...  instead of MovieLens latest-small: ml-100k, ml-1m, as they are published

One part alone, each under three minutes but the last:

    python -m bench.bench_neighbours --sizes 10m          (25m)
    python -m bench.bench_path --sizes 1m                 (25m)
    python -m bench.bench_rate --on sqlite                (postgresql)
    python -m bench.bench_factors --data ml-100k --n-folds 5 --features --turns 0
    python -m bench.bench_factors --data --generated 1m
    python -m bench.bench_likely --generated 25m
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bench import bench_factors, bench_likely, bench_neighbours, bench_path, bench_rate
from bench.measure import MOVIELENS

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL, BIG = ["100k", "1m"], ["10m", "25m"]

PAIRS = """Bars, 2 cores, times faster than Surprise's pearson with two threads (one): 100 k 50 (30), 1 M 70 (45); 10 M
in 18 s and 300 MB, 25 M in 85 s and 500 MB."""
PATH = """Bars, neighbour row, catalogue and ten best, median / 95 %: 1 M 1 / 2 ms, 25 M 5 / 12 ms; fold-in of factors
under 1 ms; a new list of the order model at 25 M 3 ms."""
RATE = "Bar, rate and recommend, a million ratings: 50 / 100 ms; better still 20."
ACCURACY = """Bars, RMSE / MAE. factors: latest-small .8155 / .623, fit 2.5 s, ten times faster than SVD++; ml-100k
.8725 / .684 with features in 2 s, .8755 without; fast preset .880 in .5 s of one core; ml-1m (a fold) .8215 in 20 s.
classic: ml-100k .921 / .7225. Served less posterior at most .0015. In the 80 % range .78 to .82, in each tenth .77 to
.84. nDCG@10 of the list: ml-100k .395, ml-1m .392."""
ORDER = "Bars at 25 M ratings and 59,000 films: 90 s, 1.5 GB; one new list 3 ms."


def main(words: Sequence[str] = ()) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--data", nargs="*", type=Path, default=[MOVIELENS], metavar="FOLDER")
    arguments = parser.parse_args(words)
    sizes = SMALL + BIG * arguments.big
    _head("All pairs of users, the 50 nearest of each", PAIRS)
    bench_neighbours.main(["--sizes", *sizes])
    _head("From a new rating to a new list", PATH)
    bench_path.main(["--sizes", *sizes])
    _head("The same through the database", RATE)
    bench_rate.main(["--size", "1m"])
    _head("Predictions", ACCURACY)
    folders = list(map(str, arguments.data))
    n_folds = "5" if arguments.big else "2"
    bench_factors.main(["--data", *folders, "--n-folds", n_folds, "--features"])
    bench_factors.main(["--data", *folders, "--n-folds", n_folds, "--turns", "0", "--generated", "1m"])
    _head("The order of lists", ORDER)
    found = [folder for folder in folders if Path(folder).is_dir()]
    bench_likely.main(["--generated", "1m", *BIG[1:] * arguments.big, *(["--movielens", *found] if found else [])])


def _head(title: str, bars: str) -> None:
    print(f"\n## {title}\n\n{bars}\n", flush=True)
