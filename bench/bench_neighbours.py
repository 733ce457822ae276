"""All pairs of users and one person's path, on generated ratings: time, memory, and ratio to scikit-surprise.

    python bench/bench_neighbours.py                        100k and 1M ratings, seconds
    python bench/bench_neighbours.py --sizes 10m 25m        minutes
    python bench/bench_neighbours.py --peer PYTHON          an interpreter that has scikit-surprise

Each engine runs in a process of its own, so that peak memory is its own; the two take turns on one machine, and medians
of their turns are compared. Processor seconds are what can still be compared when others use the machine.

scikit-surprise is looked for in bench/.venv-peers (python -m venv bench/.venv-peers;
bench/.venv-peers/bin/pip install scikit-surprise).
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZES = {
    "100k": (943, 1_682, 100_000, 20),
    "1m": (6_040, 3_706, 1_000_209, 20),
    "10m": (69_878, 10_677, 10_000_054, 10),
    "25m": (162_541, 59_047, 25_000_095, 10),
}
"""Users, films, ratings and step of the scale of the MovieLens sets, which the generated ones imitate."""

K, DAMPING, MIN_COMMON = 50, 25.0, 3
N_TURNS = {"100k": 5, "1m": 3, "10m": 1, "25m": 1}
N_PEOPLE = 300


def main(words: Sequence[str] = ()) -> None:
    """Measure and print."""
    arguments = parsed_arguments(words)
    if arguments.child:
        serve(CHILDREN[arguments.child](arguments.data, arguments.threads))
        return
    print(
        "| ratings | all pairs | seconds (median) | times faster | processor seconds | times less | peak process MB |"
    )
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            data = Path(folder) / f"{size}.npz"
            ask_once("generate", data, size)
            compare(size, data, arguments.peer if SIZES[size][2] < arguments.peer_up_to else None)
        print(f"\n| ratings | one person, ms of {N_PEOPLE} people | median | p95 | max |\n|---|---|---|---|---|")
        for size in arguments.sizes:
            for path, (median, p95, most) in ask_once("person", Path(folder) / f"{size}.npz")["paths"].items():
                print(f"| {size} | {path} | {median:.2f} | {p95:.2f} | {most:.2f} |", flush=True)


def parsed_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["100k", "1m"])
    parser.add_argument("--peer", type=Path, default=ROOT / "bench" / ".venv-peers" / "bin" / "python")
    parser.add_argument("--peer-up-to", type=int, default=2_000_000, help="ratings; above, it takes too much memory")
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def compare(size: str, data: Path, peer: Path | None) -> None:
    """Let all take turns on one data set; print one line each."""
    runners = {f"CamFlix, {n} threads": start("ours", data, str(n)) for n in (1, 2)} if size in {"100k", "1m"} else {}
    if not runners:
        runners = {"CamFlix, 2 threads": start("ours", data, "2")}
    if peer is not None and peer.exists():
        runners["Surprise pearson"] = start("surprise", data, "1", python=str(peer))
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in runners}
    for _ in range(N_TURNS[size]):
        for name, runner in runners.items():
            answers[name].append(ask(runner))
    for runner in runners.values():
        runner.communicate()
    medians = {
        measure: {name: statistics.median(answer[measure] for answer in given) for name, given in answers.items()}
        for measure in ("seconds", "processor_seconds")
    }
    for name, given in answers.items():
        cells = [size, name]
        for of in medians.values():
            theirs = of.get("Surprise pearson")
            cells += [f"{of[name]:.4f}", f"{theirs / of[name]:.0f}" if theirs else "-"]
        print("|", " | ".join([*cells, f"{given[-1]['peak_mb']:.0f}"]), "|", flush=True)


# What runs in a process of its own: it answers each line on its input with a line of JSON.


def start(child: str, data: Path, threads: str, *, python: str = sys.executable) -> subprocess.Popen[str]:
    """Start a child that holds one data set."""
    command = [python, __file__, "--child", child, "--data", str(data), "--threads", threads]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(runner: subprocess.Popen[str]) -> dict[str, Any]:
    """Let a child run once; return its answer."""
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write("\n")
    runner.stdin.flush()
    line = runner.stdout.readline()
    if not line:
        msg = f"{runner.args!r} ended with {runner.wait()}"
        raise ChildProcessError(msg)
    answer: dict[str, Any] = json.loads(line)
    return answer


def ask_once(child: str, data: Path, argument: str = "") -> dict[str, Any]:
    """Start a child, let it run once, and end it."""
    runner = start(child, data, argument)
    answer = ask(runner)
    runner.communicate()
    return answer


def serve(run: Callable[[], dict[str, Any]]) -> None:
    """Answer each line with what ``run`` returns, its time and the peak memory of this process."""
    for _ in sys.stdin:
        started, processor_started = time.perf_counter(), time.process_time()
        answer = run()
        answer["seconds"] = time.perf_counter() - started
        answer["processor_seconds"] = time.process_time() - processor_started
        answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(answer), flush=True)


def generated(data: Path, size: str) -> Callable[[], dict[str, Any]]:
    """Generate ratings of a size into a file."""
    from camflix.recommender.generator import generate  # noqa: PLC0415 - children import what they need

    def run() -> dict[str, Any]:
        n_users, n_items, n_ratings, step = SIZES[size]
        ratings = generate(n_users, n_items, n_ratings, step=step)
        rows = (ratings.user_ptr, ratings.items, ratings.scores)
        np.savez(data, n_items=np.array(n_items), user_ptr=rows[0], items=rows[1], scores=rows[2])
        return {}

    return run


def loaded(data: Path) -> Any:
    """Return the ratings in a file as Ratings, with no memory beside them."""
    from camflix.recommender.arrays import Ratings  # noqa: PLC0415
    from camflix.recommender.kernels.neighbours import columns_of  # noqa: PLC0415

    with np.load(data) as file:
        n_items, rows = int(file["n_items"]), (file["user_ptr"], file["items"], file["scores"])
    return Ratings(len(rows[0]) - 1, n_items, *rows, *columns_of(n_items, *rows))


def ours(data: Path, threads: str) -> Callable[[], dict[str, Any]]:
    """All pairs by our kernel."""
    from camflix.recommender.kernels.neighbours import top_k  # noqa: PLC0415

    ratings = loaded(data)

    def run() -> dict[str, Any]:
        top_k(ratings, K, damping=DAMPING, min_common=MIN_COMMON, n_threads=int(threads))
        return {}

    return run


def surprise(data: Path, _threads: str) -> Callable[[], dict[str, Any]]:
    """All pairs by scikit-surprise, which gives the whole matrix and no list of the nearest.

    Its time depends on the order in which it read the ratings. They are read as in the sets imitated: in random order
    like ml-100k's u.data, or user by user like ml-1m's ratings.dat.
    """
    from surprise import Dataset, Reader, similarities  # type: ignore[import-not-found]  # noqa: PLC0415

    with np.load(data) as file:
        users = np.repeat(np.arange(len(file["user_ptr"]) - 1), np.diff(file["user_ptr"]))
        triples = np.stack((users, file["items"], file["scores"]), axis=1)
    if data.stem == "100k":
        triples = np.random.default_rng(0).permutation(triples)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as text:
        np.savetxt(text, triples, fmt="%d")
        text.flush()
        reader = Reader(line_format="user item rating", sep=" ", rating_scale=(0, 100))
        ratings = Dataset.load_from_file(text.name, reader).build_full_trainset()

    def run() -> dict[str, Any]:
        similarities.pearson(ratings.n_users, ratings.ir, MIN_COMMON)
        return {}

    return run


def person(data: Path, _threads: str) -> Callable[[], dict[str, Any]]:
    """Take random people from their ratings to their ten best films, by several paths."""
    from camflix.recommender.kernels.everybody import Everybody, nearest  # noqa: PLC0415

    ratings = loaded(data)
    everybody = Everybody(ratings)
    means = np.array(
        [scores.mean() if len(scores) else 0 for scores in np.split(ratings.scores, ratings.user_ptr[1:-1])]
    )
    less_means = np.rint((ratings.scores - means[ratings.row_users()]) * 16).astype(np.int16)
    residuals = everybody.residuals(less_means)

    def best(ranking: Any, items: Any, n_nearest: int | None) -> Any:
        sums = everybody.votes(ranking, residuals, k=40, n_nearest=n_nearest)
        estimates = np.where(sums.n_votes >= 3, sums.numerators / np.maximum(sums.totals, 1), -np.inf)
        estimates[items] = -np.inf
        return np.argpartition(-estimates, 10)[:10]

    def by_scores(user: int, items: Any, scores: Any) -> Any:
        similarity, _ = everybody.pearson_row(items, scores, damping=DAMPING, min_common=MIN_COMMON)
        chosen = nearest(similarity, 300, without=user)
        weights = np.zeros(ratings.n_users, dtype=np.int32)
        weights[chosen] = np.rint(similarity[chosen] * 65536)
        return best(everybody.ranking(weights), items, 300)

    def by_residuals(user: int, items: Any, n_nearest: int | None) -> Any:
        own = residuals.by_user[ratings.user_ptr[user] : ratings.user_ptr[user + 1]]
        weights, _ = everybody.residual_weights(residuals, items, own, damping=50.0, min_common=MIN_COMMON)
        weights[user] = 0
        return best(everybody.ranking(weights), items, n_nearest)

    def pearson_only(_user: int, items: Any, scores: Any) -> Any:
        return everybody.pearson_row(items, scores, damping=DAMPING, min_common=MIN_COMMON)

    paths = {
        "Pearson row": pearson_only,
        "Pearson row, 300 nearest, catalogue, top 10": by_scores,
        "residual row, 300 nearest, catalogue, top 10": lambda user, items, _: by_residuals(user, items, 300),
        "residual row, 40 nearest raters of each film, top 10": lambda user, items, _: by_residuals(user, items, None),
    }

    def run() -> dict[str, Any]:
        users = np.random.default_rng(0).integers(ratings.n_users, size=N_PEOPLE).tolist()
        times = {name: np.array([timed(path, user) for user in users]) * 1e3 for name, path in paths.items()}
        return {
            "paths": {
                name: (float(np.median(ms)), float(np.quantile(ms, 0.95)), float(ms.max()))
                for name, ms in times.items()
            }
        }

    def timed(path: Callable[[int, Any, Any], Any], user: int) -> float:
        items, scores = ratings.of_user(user)
        started = time.perf_counter()
        path(user, items, scores)
        return time.perf_counter() - started

    return run


CHILDREN = {"generate": generated, "ours": ours, "surprise": surprise, "person": person}

if __name__ == "__main__":
    main(sys.argv[1:])
