"""Bulk imports: MovieLens latest-small into SQLite and PostgreSQL; memory as the number of ratings grows."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
from pathlib import Path

from bench.measure import MOVIELENS, camflix, own_folders, run_once
from tests.postgres import running_postgres

_SIZES = (100_000, 400_000, 1_600_000)
_N_FILMS = 9_000


def main() -> None:
    """Print seconds and peak memory."""
    if MOVIELENS.is_dir():
        for run in range(3):
            with own_folders() as env:
                _report(f"latest-small into SQLite, run {run + 1}", MOVIELENS, env)
        for run in range(3):
            with running_postgres() as url, own_folders() as env:
                _report(f"latest-small into PostgreSQL, run {run + 1}", MOVIELENS, {**env, "DATABASE_URL": url})
    else:
        print(f"the MovieLens data set is not here: {MOVIELENS}")
    for n_ratings in _SIZES:
        with own_folders() as env, tempfile.TemporaryDirectory() as folder:
            _generate(Path(folder), n_ratings)
            elapsed, peak = run_once(camflix("import", "movielens", folder, "--json"), env)
            print(f"{n_ratings:>9,} generated ratings into SQLite: {elapsed:6.1f} s, peak {peak:5.0f} MB", flush=True)


def _report(name: str, source: Path, env: dict[str, str]) -> None:
    elapsed, peak = run_once(camflix("import", "movielens", str(source), "--json"), env)
    again = subprocess.run(
        camflix("import", "movielens", str(source), "--json"),
        env={**os.environ, **env},
        capture_output=True,
        check=True,
    )
    second = json.loads(again.stdout)
    print(
        f"{name}: whole process {elapsed:5.2f} s, peak {peak:4.0f} MB; again: created {second['created']}, "
        f"{second['seconds']:.2f} s",
        flush=True,
    )


def _generate(folder: Path, n_ratings: int) -> None:
    rng = random.Random(n_ratings)
    with (folder / "movies.csv").open("w") as films:
        films.write("movieId,title,genres\n")
        films.writelines(f"{i},Film {i} ({1930 + i % 90}),Drama\n" for i in range(1, _N_FILMS + 1))
    with (folder / "ratings.csv").open("w") as ratings:
        ratings.write("userId,movieId,rating,timestamp\n")
        for number in range(n_ratings):
            user, place = divmod(number, 165)
            film = 1 + (place * 54 + rng.randrange(54)) % _N_FILMS
            ratings.write(f"{user + 1},{film},{rng.randrange(1, 11) / 2},{1_000_000_000 + number}\n")
