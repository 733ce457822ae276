"""All pairs of users, on generated ratings: time, memory, and ratio to scikit-surprise.

    python bench/bench_neighbours.py                        100k and 1M ratings, seconds
    python bench/bench_neighbours.py --sizes 10m 25m        minutes

Each engine runs in a process of its own, so that peak memory is its own; the two take turns on one machine, and medians
of their turns are compared. In a turn an engine runs again and again for A_TURN seconds, once at least, and the median
counts: what takes milliseconds is not measured by one run, which begins with memory and processor as the other left
them. That first run stands beside it. Processor seconds are what can still be compared when others use the machine.

scikit-surprise is installed into an environment of its own (peers.py).
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

from bench.generated import SIZES, load, save  # noqa: E402 - found by the line above
from bench.peers import python_with_surprise  # noqa: E402

K, DAMPING, MIN_COMMON = 50, 25.0, 3
A_TURN = 0.3
N_TURNS = {"100k": 5, "1m": 3, "10m": 1, "25m": 1}


def main(words: Sequence[str] = ()) -> None:
    """Measure and print."""
    arguments = parsed_arguments(words)
    if arguments.child:
        serve(CHILDREN[arguments.child](arguments.data, arguments.threads))
        return
    print(
        "| ratings | all pairs | seconds | times faster | processor s | times less | a turn's first run: s | peak MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            data = Path(folder) / f"{size}.npz"
            save(size, data)
            compare(size, data, python_with_surprise() if SIZES[size][2] < arguments.peer_up_to else None)


def parsed_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["100k", "1m"])
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
    if peer is not None:
        runners["Surprise pearson"] = start("surprise", data, "1", python=str(peer))
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in runners}
    for _ in range(N_TURNS[size]):
        for name, runner in runners.items():
            answers[name].append(ask(runner))
    for runner in runners.values():
        runner.communicate()
    medians = {
        measure: {name: statistics.median(answer[measure] for answer in given) for name, given in answers.items()}
        for measure in ("seconds", "processor_seconds", "first")
    }
    for name, given in answers.items():
        cells = [size, name]
        for of in (medians["seconds"], medians["processor_seconds"]):
            theirs = of.get("Surprise pearson")
            cells += [f"{of[name]:.4f}", f"{theirs / of[name]:.0f}" if theirs else "-"]
        cells += [f"{medians['first'][name]:.4f}", f"{given[-1]['peak_mb']:.0f}"]
        print("|", " | ".join(cells), "|", flush=True)


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


def serve(run: Callable[[], object]) -> None:
    """Answer each line on its input with what a turn of ``run`` takes, and the peak memory of this process."""
    for _ in sys.stdin:
        seconds: list[float] = []
        processor_seconds: list[float] = []
        end = time.perf_counter() + A_TURN
        while not seconds or time.perf_counter() < end:
            started, processor_started = time.perf_counter(), time.process_time()
            run()
            seconds.append(time.perf_counter() - started)
            processor_seconds.append(time.process_time() - processor_started)
        answer = {
            "seconds": statistics.median(seconds),
            "processor_seconds": statistics.median(processor_seconds),
            "first": seconds[0],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(answer), flush=True)


def ours(data: Path, threads: str) -> Callable[[], object]:
    """All pairs by our kernel."""
    from camflix.recommender.kernels.neighbours import top_k  # noqa: PLC0415

    ratings = load(data)

    return lambda: top_k(ratings, K, damping=DAMPING, min_common=MIN_COMMON, n_threads=int(threads))


def surprise(data: Path, _threads: str) -> Callable[[], object]:
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

    return lambda: similarities.pearson(ratings.n_users, ratings.ir, MIN_COMMON)


CHILDREN = {"ours": ours, "surprise": surprise}

if __name__ == "__main__":
    main(sys.argv[1:])
