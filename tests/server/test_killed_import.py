"""A data set that an administrator sends, and a server killed while it takes it: nothing half done, and once more."""

from __future__ import annotations

import io
import signal
import time
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import func, select

from camflix.bootstrap import CamFlix
from camflix.models import Movie, Rating, RatingChange, User
from tests.server.process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.settings import Settings

N_FILMS, N_USERS = 500, 600
N_RATINGS = 60_000
_WAIT_SECONDS = 60


def data_set() -> bytes:
    """Return a MovieLens data set as a ZIP: each person rates 100 films, one after the other."""
    films = "".join(f"{number},Film {number} ({1930 + number % 90}),Drama\n" for number in range(1, N_FILMS + 1))
    ratings = "".join(
        f"{1 + number // 100},{1 + number * 7 % N_FILMS},{1 + number % 9 / 2},{10**9 + number}\n"
        for number in range(N_RATINGS)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml/movies.csv", f"movieId,title,genres\n{films}")
        archive.writestr("ml/ratings.csv", f"userId,movieId,rating,timestamp\n{ratings}")
    return packed.getvalue()


@pytest.fixture
def http(settings: Settings) -> Iterator[httpx.Client]:
    """Yield what speaks for an administrator to a server that is not there yet."""
    camflix = CamFlix(settings, "fr")
    with camflix.transaction(writes=True) as services:
        user = services.users.add("root")
        services.accounts.set_admin("root", is_admin=True)
        token = services.tokens.create(user.id, "test", "admin", 9).secret
    camflix.close()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    with httpx.Client(headers=headers, timeout=_WAIT_SECONDS) as client:
        yield client


def sent(http: httpx.Client) -> dict[str, Any]:
    answer = http.post("/api/imports/", params={"source": "movielens", "name": "ml.zip"}, content=data_set())
    assert answer.status_code == 202
    return dict(answer.json())


def when(http: httpx.Client, job: dict[str, Any], *states: str, n_rows: int = 0) -> dict[str, Any]:
    """Return an import once it is in one of these states, and so far."""
    until = time.monotonic() + _WAIT_SECONDS
    while job["state"] not in states or job["n_rows_read"] < n_rows:
        assert time.monotonic() < until, job
        time.sleep(0.01)
        job = http.get(f"/api/imports/{job['id']}/").json()
    return job


def counted(settings: Settings) -> tuple[int | None, ...]:
    """Return how many films, people, ratings and changes there are."""
    camflix = CamFlix(settings, "fr")
    with camflix.transaction(writes=False) as services:
        session = services.users._session
        counts = [session.scalar(select(func.count()).select_from(m)) for m in (Movie, User, Rating, RatingChange)]
    camflix.close()
    return tuple(counts)


@pytest.mark.long
def test_a_server_killed_during_an_import_has_saved_nothing_of_it_and_takes_it_once_more(
    settings: Settings, http: httpx.Client
) -> None:
    server = ServerProcess(settings.database_url)
    http.base_url = httpx.URL(server.url)
    server.start()
    job = when(http, sent(http), "running", n_rows=1)
    server.end(signal.SIGKILL)
    assert counted(settings) == (0, 1, 0, 0)

    server.start()
    assert http.get(f"/api/imports/{job['id']}/").json()["state"] == "interrupted"
    done = when(http, sent(http), "done", "failed")
    assert (done["state"], done["report"]["created"], done["report"]["films_created"]) == ("done", N_RATINGS, N_FILMS)
    assert server.end(signal.SIGTERM) == 0
    assert counted(settings) == (N_FILMS, N_USERS + 1, N_RATINGS, N_RATINGS)
