"""Databases and disks that cannot serve: full, read-only, locked, of another version, no database at all."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from camflix.db import engine
from tests.cli.files import big_movielens, letterboxd, movielens
from tests.cli.running import (
    COMMAND,
    WITHOUT_ROOTS_RIGHTS,
    answer,
    assert_one_clear_line,
    environment,
    row_counts,
    run_process,
    start,
)
from tests.conftest import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Home

AS_EVERYBODY = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root passes through every permission here"
)
HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE movie SET n_ratings = 0")
print("locked", flush=True)
sys.stdin.read()
"""


def mounts_are_allowed() -> bool:
    done = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    return os.geteuid() == 0 and done.returncode == 0


ON_A_SMALL_DISK = pytest.mark.skipif(
    shutil.which("unshare") is None or not mounts_are_allowed(), reason="no disk can be mounted here"
)


def on_small_disk(size: str, *arguments: str, seed: Path | None = None, read_only: bool = False) -> Outcome:
    """Run a command whose data lies on a disk of its own, which goes away with it."""
    disk = os.environ["XDG_DATA_HOME"]
    steps = [f"mkdir -p '{disk}'", f"mount -t tmpfs -o size={size} camflix '{disk}'", f"mkdir '{disk}/camflix'"]
    if seed is not None:
        steps.append(f"cp '{seed}' '{disk}/camflix/camflix.db'")
    if read_only:
        steps.append(f"mount -o remount,ro '{disk}'")
    script = " && ".join([*steps, '"$@"; code=$?'])
    counted = (
        f"{sys.executable} -c 'import sys, tests.cli.running as r, pathlib; "
        f'print(r.row_counts(pathlib.Path("{disk}/camflix/camflix.db"))["rating"], file=sys.stderr)\''
    )
    done = subprocess.run(
        [
            "unshare",
            "-m",
            "sh",
            "-c",
            f"{script}; {counted if not read_only else 'true'}; exit $code",
            "sh",
            *COMMAND,
            *arguments,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        env=environment(),
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.long
@ON_A_SMALL_DISK
def test_a_full_disk_is_told_in_one_line_and_nothing_is_kept(tmp_path: Path) -> None:
    folder = big_movielens(tmp_path / "ml", 20_000)

    outcome = on_small_disk("700k", "import", "movielens", str(folder))

    line, n_ratings = outcome.err.splitlines()
    assert outcome.code == 1
    assert line.startswith("camflix: ")
    assert "camflix.db" in line
    assert n_ratings == "0"


@pytest.mark.long
@ON_A_SMALL_DISK
def test_a_disk_too_small_for_an_empty_database_is_told_too(tmp_path: Path) -> None:
    outcome = on_small_disk("60k", "ratings", read_only=False)

    assert outcome.code == 1
    assert outcome.err.splitlines()[0].startswith("camflix: ")


@pytest.mark.parametrize("command", ["ratings", "rate tmdb:348 95", "demo", "recommend", "db upgrade"])
@ON_A_SMALL_DISK
def test_a_read_only_disk_is_told_in_one_line(command: str, demo_database: Path) -> None:
    outcome = on_small_disk("60m", *command.split(), seed=demo_database, read_only=True)

    assert outcome.code in ({0, 1} if command in {"ratings", "recommend"} else {1})
    assert "Traceback" not in outcome.err
    if outcome.code:
        assert outcome.err.splitlines()[-1].startswith("camflix: ")
        assert "camflix.db" in outcome.err


@pytest.mark.long
def test_a_file_that_may_not_grow_is_a_disk_that_fails(home: Home, tmp_path: Path) -> None:
    folder = big_movielens(tmp_path / "ml", 20_000)
    answer("profile")
    before = row_counts(home.database)

    def may_not_grow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))

    process = start("import", "movielens", str(folder), preexec_fn=may_not_grow)
    out, err = process.communicate(timeout=60)

    assert_one_clear_line(Outcome(process.returncode, out, err))
    assert process.returncode == 1
    assert row_counts(home.database) == before


@AS_EVERYBODY
@pytest.mark.parametrize("command", ["rate tmdb:348 95", "demo", "import letterboxd ratings.csv", "undo --user demo"])
def test_a_read_only_database_is_told_in_one_line(command: str, demo: Home, tmp_path: Path) -> None:
    letterboxd(tmp_path / "ratings.csv")
    before = row_counts(demo.database)
    demo.database.chmod(0o444)
    demo.data.chmod(0o555)

    outcome = run_process(*command.split(), before=WITHOUT_ROOTS_RIGHTS, cwd=tmp_path)

    demo.data.chmod(0o755)
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1].startswith("camflix: ")
    assert str(demo.database) in outcome.err
    assert "Traceback" not in outcome.err
    assert row_counts(demo.database) == before


@pytest.fixture
def locked(demo: Home) -> Iterator[Home]:
    """Yield places whose database another process is writing to, and will be for a while."""
    answer("profile")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(demo.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"
    yield demo
    process.communicate()


@pytest.mark.parametrize(
    "command", ["rate tmdb:348 95", "import letterboxd ratings.csv", "users add zoe", "db upgrade", "undo --user demo"]
)
def test_a_locked_database_is_told_in_one_line_and_nothing_is_kept(
    command: str, locked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    letterboxd(tmp_path / "ratings.csv")
    before = row_counts(locked.database)

    outcome = answer(*command.split())

    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert str(locked.database) in outcome.err
    assert row_counts(locked.database) == before


@pytest.mark.parametrize("command", ["ratings --user demo", "movies", "why tmdb:680 --user demo", "users list"])
def test_who_only_reads_need_not_wait_for_one_who_writes(command: str, locked: Home) -> None:
    assert answer(*command.split()).code == 0


def change(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)
    connection.close()


COMMANDS = ("ratings", "rate tmdb:348 95", "demo", "users list", "import movielens ml")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_older_database_is_left_alone_until_an_upgrade_is_asked_for(
    command: str, demo: Home, tmp_path: Path
) -> None:
    movielens(tmp_path / "ml")
    change(demo.database, "UPDATE alembic_version SET version_num = '0000'")
    before = row_counts(demo.database)

    outcome = answer(*command.split())

    assert outcome.code == 1
    assert "camflix db upgrade" in outcome.err
    assert str(demo.database) in outcome.err
    assert row_counts(demo.database) == before


@pytest.mark.parametrize("command", [*COMMANDS, "db upgrade"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
    ],
)
def test_a_newer_database_or_somebody_elses_is_left_alone(
    command: str, statement: str, demo: Home, tmp_path: Path
) -> None:
    movielens(tmp_path / "ml")
    change(demo.database, statement)
    before = row_counts(demo.database)

    outcome = answer(*command.split())

    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.splitlines()[-1].startswith("camflix: ")
    assert str(demo.database) in outcome.err
    assert "Traceback" not in outcome.err
    assert row_counts(demo.database) == before


def test_another_programs_database_gets_no_tables_of_ours(home: Home) -> None:
    home.data.mkdir(parents=True)
    change(home.database, "CREATE TABLE recipe (name TEXT)")

    assert answer("db", "upgrade").code == 1
    with sqlite3.connect(home.database) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]
    connection.close()


@pytest.mark.parametrize(
    "content",
    [b"hello, this is no database", bytes(range(256)) * 32, b"SQLite format 3\0" + b"x" * 5000],
    ids=["text", "bytes", "a good beginning"],
)
@pytest.mark.parametrize("command", ["ratings", "db upgrade"])
def test_a_file_that_is_no_database_is_named(command: str, content: bytes, home: Home) -> None:
    home.data.mkdir(parents=True)
    home.database.write_bytes(content)

    outcome = answer(*command.split())

    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert str(home.database) in outcome.err
    assert home.database.read_bytes() == content


def test_a_damaged_database_is_named(demo: Home) -> None:
    with demo.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (demo.database.stat().st_size - 4096))

    outcome = answer("ratings", "--user", "demo")

    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert str(demo.database) in outcome.err


@pytest.mark.parametrize(
    ("url", "code", "named"),
    [
        ("sqlite", 2, "DATABASE_URL"),
        ("mysql://zoe:swordfish@example.org/films", 2, "mysql"),
        ("postgresql://zoe:swordfish@127.0.0.1:port/films", 2, "DATABASE_URL"),
        ("postgresql://zoe:swordfish@127.0.0.1:1/films", 1, "127.0.0.1:1/films"),
        ("sqlite:////proc/nowhere/camflix.db", 1, "/proc/nowhere"),
        ("sqlite:////", 1, "/"),
    ],
)
def test_an_address_that_leads_to_no_database_is_told_without_its_password(
    url: str, code: int, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    outcome = answer("ratings")

    assert_one_clear_line(outcome)
    assert outcome.code == code
    assert named in outcome.err
    assert "swordfish" not in outcome.err


def test_a_postgresql_without_the_database_that_is_named_is_told(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgresql_url + "_that_is_not_there")

    outcome = answer("ratings")

    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert "_that_is_not_there" in outcome.err
