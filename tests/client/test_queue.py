"""Writes kept on disk: in order, through kill -9, through torn lines, through full disks; none lost, none twice."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.client.queue import QueuedWrite, WriteQueue
from camflix.errors import StorageError

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def write(number: int) -> QueuedWrite:
    return QueuedWrite(f"key-{number}", "rate", {"movie_id": number, "score": 50}, NOW)


@pytest.fixture
def queue(tmp_path: Path) -> WriteQueue:
    return WriteQueue(tmp_path / "queue")


def test_what_is_kept_comes_back_in_its_order(queue: WriteQueue, tmp_path: Path) -> None:
    assert queue.is_empty()
    assert queue.waiting() == []
    for number in range(5):
        queue.append(write(number))
    again = WriteQueue(tmp_path / "queue")
    assert again.waiting() == [write(number) for number in range(5)]
    again.keep_only([write(4)])
    assert queue.waiting() == [write(4)]
    queue.keep_only([])
    assert again.is_empty()


def test_nobody_else_may_read_it(queue: WriteQueue, tmp_path: Path) -> None:
    queue.append(write(1))
    assert (tmp_path / "queue" / "queue.jsonl").stat().st_mode & 0o077 == 0


@given(cut=st.integers(0, 400), n=st.integers(1, 4))
def test_wherever_a_line_was_torn_the_whole_ones_before_it_are_there_and_the_next_is_whole(cut: int, n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        queue = WriteQueue(Path(folder))
        for number in range(n):
            queue.append(write(number))
        file = Path(folder) / "queue.jsonl"
        data = file.read_bytes()
        file.write_bytes(data[: min(cut, len(data))])
        n_whole = data[:cut].count(b"\n")
        assert queue.waiting() == [write(number) for number in range(n_whole)]
        queue.append(write(99))
        assert queue.waiting() == [*(write(number) for number in range(n_whole)), write(99)]


def test_threads_and_processes_that_write_together_lose_nothing(queue: WriteQueue, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from camflix.client.queue import QueuedWrite, WriteQueue\n"
        "q = WriteQueue(Path(sys.argv[1]))\n"
        "for n in range(50): q.append(QueuedWrite(f'p-{n}', 'rate', {}, datetime(2026, 11, 23, tzinfo=UTC)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "queue")], env=environment)

    def some(first: int) -> None:
        for number in range(20):
            queue.append(write(first + number))

    threads = [threading.Thread(target=some, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert process.wait() == 0
    keys = [each.key for each in queue.waiting()]
    assert len(keys) == len(set(keys)) == 90
    assert [key for key in keys if key.startswith("p-")] == [f"p-{number}" for number in range(50)]


def test_what_was_promised_survives_a_kill(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from camflix.client.queue import QueuedWrite, WriteQueue\n"
        "q = WriteQueue(Path(sys.argv[1]))\n"
        "n = 0\n"
        "while True:\n"
        "    q.append(QueuedWrite(str(n), 'rate', {}, datetime(2026, 11, 23, tzinfo=UTC)))\n"
        "    print(n, flush=True)\n"
        "    n += 1\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(30):
        last = int(process.stdout.readline())
    process.kill()
    rest = process.stdout.read().split()
    process.stdout.close()
    process.wait()
    promised = max([last, *map(int, rest)])
    kept = [int(each.key) for each in WriteQueue(tmp_path).waiting()]
    assert kept == list(range(len(kept)))
    assert len(kept) >= promised + 1


def test_where_nothing_can_be_kept_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be kept"):
        WriteQueue(tmp_path / "file" / "queue").append(write(1))
