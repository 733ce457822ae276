"""Files sent to be imported over HTTP, as anyone with curl would; what is refused, and what a killed server leaves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from camflix.operations.import_inputs import MAX_FILE_BYTES
from camflix.services import engine
from camflix.services.file_lock import locked
from tests.client.import_conformance import HEADER, ROWS
from tests.server.live import LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.services.world import World

CSV = (HEADER + "".join(ROWS)).encode()
_WAIT_SECONDS = 20


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'camflix.db'}"


@pytest.fixture
def live(settings: Settings, clock: Clock, tmp_path: Path, world: World) -> Iterator[LiveServer]:
    """Yield a server with Ann, and a film that her file names."""
    world.user("ann")
    world.film("Alien", 1979)
    with live_server(settings, clock, tmp_path / "unused") as opened:
        yield opened


@pytest.fixture
def http(live: LiveServer) -> Iterator[httpx.Client]:
    """Yield what speaks for Ann."""
    headers = {"Authorization": f"Bearer {live.token('ann', 'rate')}", "Content-Type": "application/octet-stream"}
    with httpx.Client(base_url=live.url, headers=headers) as client:
        yield client


def send(http: httpx.Client, content: bytes, **query: str) -> httpx.Response:
    return http.post("/api/imports/", params={"source": "letterboxd", "name": "ratings.csv", **query}, content=content)


def ended(http: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """Return an import when it has ended."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while job["state"] in {"waiting", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        job = http.get(f"/api/imports/{job['id']}/").json()
    return job


def folder_of(live: LiveServer) -> Path:
    """Return where Ann's files are kept."""
    (own,) = (live.server.camflix.settings.paths.state / "imports").iterdir()
    return own


def test_a_file_may_be_the_whole_body_and_is_kept_for_nobody_else_and_no_longer_than_needed(
    live: LiveServer, http: httpx.Client
) -> None:
    answer = send(http, CSV)
    assert answer.status_code == 202
    job = ended(http, answer.json())
    assert (job["state"], job["n_rows_read"], job["report"]["created"]) == ("done", 3, 1)
    kept = folder_of(live) / job["id"]
    assert kept.stat().st_mode & 0o077 == 0
    assert not (kept / "ratings.csv").exists()


@pytest.mark.parametrize(
    ("query", "content", "status", "field"),
    [
        ({}, b"", 422, "content"),
        ({"source": "imdb"}, CSV, 422, "source"),
        ({"trial": "perhaps"}, CSV, 422, "trial"),
        ({"colour": "red"}, CSV, 422, None),
        ({"source": "movielens"}, CSV, 403, None),
        ({}, b"\x89PNG\r\n\x1a\n\0\0", 422, None),
        ({}, bytes(MAX_FILE_BYTES + 1), 422, "content"),
        ({}, bytes(2 * MAX_FILE_BYTES), 413, None),
    ],
    ids=["empty", "format", "flag", "field", "for administrators", "picture", "one byte too long", "twice too long"],
)
def test_what_cannot_be_taken_is_refused_at_once(
    http: httpx.Client, query: dict[str, str], content: bytes, status: int, field: str | None
) -> None:
    answer = send(http, content, **query)
    assert answer.status_code == status
    if status != 413 and field:
        assert answer.json()["field"] == field
        assert answer.json()["detail"]


def test_large_bodies_are_taken_where_files_are_and_nowhere_else(live: LiveServer, http: httpx.Client) -> None:
    content = bytes(2 << 20)
    assert http.post("/api/ratings/", content=content).status_code == 413
    assert httpx.post(f"{live.url}/api/imports/?source=letterboxd", content=content).status_code == 413
    assert send(http, content).status_code == 422


def test_what_was_imported_is_learnt_however_many_ratings_there_are(
    live: LiveServer, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_MOST_WAITED_FOR", -1)
    camflix = live.server.camflix
    camflix.refresh_engine()
    ended(http, send(http, CSV).json())
    camflix.import_worker.close()
    with camflix.transaction(writes=False) as services:
        assert not services.engine.is_stale()


def test_of_two_imports_at_once_the_second_is_refused(live: LiveServer, http: httpx.Client) -> None:
    ended(http, send(http, CSV).json())
    with locked(folder_of(live) / "lock", patience=_WAIT_SECONDS) as is_mine:
        assert is_mine
        answer = send(http, CSV)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert ended(http, send(http, CSV).json())["state"] == "done"


def test_a_file_that_comes_twice_with_one_key_is_imported_once(live: LiveServer, http: httpx.Client) -> None:
    http.headers["Idempotency-Key"] = "the-key"
    first, again = send(http, CSV).json(), send(http, CSV).json()
    assert first == again
    assert ended(http, first)["report"]["created"] == 1
    assert send(http, CSV).json() == first
    # It was looked at each time, and kept once.
    assert sorted(path.name for path in folder_of(live).iterdir()) == sorted([first["id"], "lock"])


def test_an_import_whose_server_was_killed_is_told_as_interrupted_and_may_be_sent_again(
    live: LiveServer, http: httpx.Client
) -> None:
    job = ended(http, send(http, CSV, trial="true").json())
    status = folder_of(live) / job["id"] / "status.json"
    status.write_text(status.read_text().replace('"done"', '"running"'))
    assert http.get(f"/api/imports/{job['id']}/").json()["state"] == "interrupted"
    assert ended(http, send(http, CSV).json())["report"]["created"] == 1


def test_what_fails_is_told_in_the_reader_s_language_without_a_place_of_this_machine(http: httpx.Client) -> None:
    http.headers["Accept-Language"] = "fr"
    job = ended(http, send(http, HEADER.encode()).json())
    assert job["state"] == "failed"
    assert "ratings.csv" in job["error"]
    assert "/" not in job["error"]
    assert "note" in job["error"]


def test_what_is_kept_goes_after_a_day_and_with_the_account(
    live: LiveServer, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ended(http, send(http, CSV).json())
    assert live.server.camflix.clean_up() == 0
    now = time.time()
    monkeypatch.setattr("camflix.services.import_jobs.time.time", lambda: now + 25 * 3600)
    assert live.server.camflix.clean_up() == 1
    assert http.get(f"/api/imports/{job['id']}/").status_code == 404
