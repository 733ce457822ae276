"""Generated ratings of the sizes of the MovieLens sets, kept in a file so that several processes measure the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from camflix.recommender.arrays import Ratings
from camflix.recommender.generator import generate
from camflix.recommender.kernels.neighbours import columns_of

ROOT = Path(__file__).resolve().parents[1]

SIZES = {
    "100k": (943, 1_682, 100_000, 20),
    "1m": (6_040, 3_706, 1_000_209, 20),
    "10m": (69_878, 10_677, 10_000_054, 10),
    "25m": (162_541, 59_047, 25_000_095, 10),
}
"""Users, films, ratings and step of the scale of the sets that are imitated."""


def save(size: str, file: Path) -> None:
    """Generate ratings of a size into ``file``, in a process of its own.

    Peak memory is handed on to the processes that one starts: what measures theirs must not have used much itself.
    """
    subprocess.run([sys.executable, "-m", "bench.generated", size, str(file.resolve())], check=True, cwd=ROOT)


def save_here(size: str, file: Path) -> None:
    """Generate ratings of a size into ``file``."""
    n_users, n_items, n_ratings, step = SIZES[size]
    ratings = generate(n_users, n_items, n_ratings, step=step)
    np.savez(file, n_items=np.array(n_items), user_ptr=ratings.user_ptr, items=ratings.items, scores=ratings.scores)


def load(file: Path) -> Ratings:
    """Return the ratings in ``file``, with no memory beside them."""
    with np.load(file) as arrays:
        n_items, rows = int(arrays["n_items"]), (arrays["user_ptr"], arrays["items"], arrays["scores"])
    return Ratings(len(rows[0]) - 1, n_items, *rows, *columns_of(n_items, *rows))


if __name__ == "__main__":
    save_here(sys.argv[1], Path(sys.argv[2]))
