"""The server under load: 64 connections that read and rate, on SQLite and PostgreSQL, counted afterwards.

``python -m bench server``. Two runs each: *paced* (each connection asks every two seconds, as people do), whose 95th
percentiles are the bar, and *saturated* (each asks again at once), which tells the highest throughput. The load comes
from the same machine. Beside the times stands how much processor time the server took for a request, which does not
depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from bench.measure import MOVIELENS, ROOT, camflix, run_once
from camflix.bootstrap import CamFlix
from camflix.settings import load_settings
from tests.postgres import running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

N_CONNECTIONS = 64
SECONDS = float(os.environ.get("CAMFLIX_BENCH_SECONDS", "10"))
PAUSE_SECONDS = 2.0
BAR_MS = 50.0
KINDS = ("list", "movie", "recommend", "rate")
WEIGHTS = (35, 25, 10, 30)
KEY = "0123456789abcdef" * 4


@dataclass
class Load:
    """What 64 connections did: milliseconds by kind, and the ratings that were acknowledged."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    acknowledged: dict[tuple[int, int], int] = field(default_factory=dict)
    n_errors: int = 0


@dataclass(frozen=True)
class Person:
    """Someone who rates, with a token and films that they have not rated."""

    user_id: int
    token: str
    films: list[int]


async def connection(port: int, person: Person, load: Load, until: float, pause: float, seed: int) -> None:
    """Ask one thing after another over one connection."""
    rng = random.Random(seed)
    await asyncio.sleep(rng.random() * pause)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        kind = rng.choices(KINDS, WEIGHTS)[0]
        film, score = (person.films.pop(), rng.randint(0, 100)) if kind == "rate" else (rng.choice(person.films), 0)
        began = time.perf_counter()
        writer.write(request(kind, person.token, film, score))
        status = await answer(reader)
        elapsed = time.perf_counter() - began
        load.milliseconds[kind].append(1000 * elapsed)
        if status not in {200, 201}:
            load.n_errors += 1
        elif kind == "rate":
            load.acknowledged[person.user_id, film] = score
        if pause:
            await asyncio.sleep(max(0.0, pause * rng.uniform(0.5, 1.5) - elapsed))
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def request(kind: str, token: str, film: int, score: int) -> bytes:
    """Return the bytes of a request."""
    method, path, body = {
        "list": ("GET", f"/api/movies/?limit=20&sort={'title' if film % 2 else 'ratings'}", b""),
        "movie": ("GET", f"/api/movies/{film}/", b""),
        "recommend": ("GET", "/api/recommendations/", b""),
        "rate": ("POST", "/api/ratings/", json.dumps({"movie_id": film, "score": score}).encode()),
    }[kind]
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines.append(f"Idempotency-Key: {film}-{random.getrandbits(64)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head[9:12])


def run(port: int, people: list[Person], pause: float) -> tuple[Load, float]:
    """Let all connections ask for some seconds; return what they did, and how long it took."""
    load = Load()

    async def everyone() -> None:
        until = time.perf_counter() + SECONDS
        tasks = [connection(port, person, load, until, pause, seed) for seed, person in enumerate(people)]
        await asyncio.gather(*tasks)

    began = time.perf_counter()
    asyncio.run(everyone())
    return load, time.perf_counter() - began


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(name: str, load: Load, seconds: float, processor: float) -> None:
    """Print a run: how long it took, and how much processor time of the server's."""
    n = sum(map(len, load.milliseconds.values()))
    print(
        f"{name}: {N_CONNECTIONS} connections, {n / seconds:.0f} requests a second, {load.n_errors} errors, "
        f"{1000 * processor / n:.1f} ms of processor time a request"
    )
    for kind, values in load.milliseconds.items():
        if len(values) > 1:
            cuts = statistics.quantiles(values, n=100)
            verdict = "within the bar" if cuts[94] < BAR_MS else "OVER THE BAR"
            times = f"p50 {cuts[49]:7.1f}  p95 {cuts[94]:7.1f}  p99 {cuts[98]:7.1f} ms  n {len(values)}"
            print(f"  {kind:10} {times}  {'' if name.endswith('saturated') else verdict}")


def verify(url: str, loads: list[Load], n_before: tuple[int, int]) -> None:
    """Count in the database what was acknowledged: each rating once, with its score and one change."""
    acknowledged = {pair: score for load in loads for pair, score in load.acknowledged.items()}
    engine = create_engine(url)
    with engine.connect() as connected:
        rows = {
            (user, film): score
            for user, film, score in connected.execute(text("SELECT user_id, movie_id, score FROM rating"))
        }
        n_changes = connected.execute(text("SELECT count(*) FROM rating_change")).scalar_one()
    engine.dispose()
    wrong = [pair for pair, score in acknowledged.items() if rows.get(pair) != score]
    n_new, n_changed = len(rows) - n_before[0], n_changes - n_before[1]
    good = not wrong and n_new == n_changed == len(acknowledged)
    verdict = "all there once" if good else "WRONG"
    print(f"  {len(acknowledged)} ratings acknowledged, {n_new} new rows, {n_changed} changes: {verdict}")
    if not good:
        sys.exit(1)


def people_of(url: str, env: Mapping[str, str]) -> tuple[list[Person], tuple[int, int]]:
    """Return 64 raters of the data set with tokens and films to rate, and how many rows there are."""
    opened = CamFlix(load_settings({**env, "HOME": "/nonexistent", "DATABASE_URL": url}), "en")
    with opened.transaction(writes=True) as services:
        session = services.users._session  # noqa: SLF001 - measured from inside
        films = list(session.scalars(text("SELECT id FROM movie ORDER BY n_ratings DESC LIMIT 4000")))
        ids = list(session.scalars(text("SELECT id FROM user_account WHERE username LIKE 'ml-%' ORDER BY id")))
        people = []
        for number, user_id in enumerate(ids[:N_CONNECTIONS]):
            rated = set(session.scalars(text("SELECT movie_id FROM rating WHERE user_id = :id"), {"id": user_id}))
            mine = [film for film in films if film not in rated]
            random.Random(number).shuffle(mine)
            people.append(Person(user_id, services.tokens.create(user_id, "bench", "rate", 9).secret, mine))
        counts = (
            session.execute(text("SELECT count(*) FROM rating")).scalar_one(),
            session.execute(text("SELECT count(*) FROM rating_change")).scalar_one(),
        )
    opened.close()
    return people, counts


@contextmanager
def server(env: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Start ``camflix serve``; yield its port and its process."""
    command = [*camflix("serve", "--port", "0")]
    process = subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stderr is not None
    found = re.search(rb":(\d+)/", process.stderr.readline())
    assert found is not None
    # Read to its end: a server under load warns of its queue at every request, and would wait at a full pipe.
    reader = threading.Thread(target=process.stderr.read)
    reader.start()
    try:
        yield int(found[1]), process.pid
    finally:
        process.terminate()
        process.wait()
        reader.join()
        process.stderr.close()


def measure(name: str, url: str, folder: str) -> None:
    """Measure one database."""
    env = {f"XDG_{kind}_HOME": f"{folder}/{kind.lower()}" for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    env |= {"DATABASE_URL": url, "SECRET_KEY": KEY, "HTTPS_ONLY": "false", "RATE_LIMIT": "0", "LANGUAGE_CODE": "en"}
    run_once(camflix("import", "movielens", str(MOVIELENS), "--json"), env)
    people, before = people_of(url, env)
    with server(env) as (port, pid):
        warm = Load()
        until = time.perf_counter() + 3
        asyncio.run(connection(port, Person(0, people[0].token, people[0].films), warm, until, 0.01, 1))
        loads = [warm]
        for user_id, film in list(warm.acknowledged):
            warm.acknowledged[people[0].user_id, film] = warm.acknowledged.pop((user_id, film))
        for kind, pause in (("paced", PAUSE_SECONDS), ("saturated", 0.0)):
            before_run = processor_seconds(pid)
            load, seconds = run(port, people, pause)
            report(f"{name}, {kind}", load, seconds, processor_seconds(pid) - before_run)
            loads.append(load)
    verify(url.replace("postgresql://", "postgresql+psycopg://"), loads, before)


def main() -> None:
    """Print the measurements."""
    if not MOVIELENS.is_dir():
        print(f"the MovieLens data set is not here: {MOVIELENS}")
        return
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/camflix.db", folder)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as admin_url:
        admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
        database = f"camflix_bench_{os.getpid()}"
        with admin.connect() as connected:
            connected.execute(text(f"CREATE DATABASE {database}"))
        measure("PostgreSQL", admin_url.rsplit("/", 1)[0] + f"/{database}", folder)
        with admin.connect() as connected:
            connected.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
        admin.dispose()
