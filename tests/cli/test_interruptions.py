"""An import that is stopped in the middle: by a key, or by force. Nothing of it is there, and the next one works."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from tests.cli.files import big_movielens
from tests.cli.running import environment, row_counts, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.conftest import Outcome

N_RATINGS = 40_000
_LONGEST_WAIT_SECONDS = 60


def wait_until_written(database_url: str) -> None:
    """Return when another process has written much to the database that it has not committed yet."""
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        if _n_bytes_uncommitted(database_url) > 600_000:
            return
        time.sleep(0.01)
    pytest.fail("the import was over before it could be stopped, or it never began")


def _n_bytes_uncommitted(database_url: str) -> int:
    if database_url.startswith("sqlite"):
        journal = Path(database_url.removeprefix("sqlite:///") + "-wal")
        return journal.stat().st_size if journal.exists() else 0
    engine = create_engine(database_url)
    with engine.connect() as connection:
        # Rows that a running transaction has written are in the table's file already, and in nobody's sight.
        size = connection.execute(text("SELECT pg_relation_size('rating')")).scalar_one()
    engine.dispose()
    return int(size)


@pytest.fixture
def running_import(database_url: str, tmp_path: Path) -> subprocess.Popen[str]:
    """Return an import that has written much and committed nothing."""
    start("profile", env=environment(DATABASE_URL=database_url)).communicate(timeout=60)
    folder = big_movielens(tmp_path / "ml", N_RATINGS)
    process = start("import", "movielens", str(folder), "--json", env=environment(DATABASE_URL=database_url))
    wait_until_written(database_url)
    return process


@pytest.mark.long
def test_an_import_stopped_by_a_key_leaves_nothing_behind_and_says_so(
    running_import: subprocess.Popen[str], database_url: str
) -> None:
    running_import.send_signal(signal.SIGINT)
    out, err = running_import.communicate(timeout=60)

    assert (running_import.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert what_is_there(database_url) == {"user_account": 1}


@pytest.mark.long
def test_an_import_that_is_killed_leaves_nothing_behind_and_the_next_one_brings_in_everything(
    running_import: subprocess.Popen[str], database_url: str, tmp_path: Path, run_camflix: Callable[..., Outcome]
) -> None:
    running_import.kill()
    running_import.communicate(timeout=60)
    left_behind = what_is_there(database_url)

    next_import = run_camflix("import", "movielens", str(tmp_path / "ml"), "--json", env={"DATABASE_URL": database_url})

    report = json.loads(next_import.out)
    assert left_behind == {"user_account": 1}
    assert (report["rows"], report["created"], report["films_created"]) == (N_RATINGS, N_RATINGS, 1000)
    assert what_is_there(database_url)["rating"] == N_RATINGS


def what_is_there(database_url: str) -> dict[str, int]:
    """Return how many rows there are, of the tables that hold any."""
    return {table: n for table, n in row_counts(database_url).items() if n}
