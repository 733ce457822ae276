"""The engine's bars: all pairs, one person's path, the factor model, the order model; ``--big`` for 10M and 25M too.

python -m bench engine          some minutes
python -m bench engine --big    half an hour, 3 GB
"""

from __future__ import annotations

import sys

from bench import bench_factors, bench_likely, bench_neighbours, bench_path
from bench.measure import MOVIELENS

SMALL, BIG = ["100k", "1m"], ["10m", "25m"]


def main() -> None:
    """Print the tables."""
    big = "--big" in sys.argv
    sizes = SMALL + BIG * big
    print("## All pairs of users, the 50 nearest of each\n", flush=True)
    bench_neighbours.main(["--sizes", *sizes])
    print("\n## From a new rating to a new list\n", flush=True)
    bench_path.main(["--sizes", *sizes])
    print("\n## Factors", flush=True)
    bench_factors.main(["--n-folds", "5" if big else "2", "--generated", "1m"])
    print("\n## The order of lists\n", flush=True)
    bench_likely.main(["--generated", "1m", *BIG[1:] * big, *(["--movielens", str(MOVIELENS)] * MOVIELENS.is_dir())])
