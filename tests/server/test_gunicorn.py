"""Real gunicorn with two workers: it answers, and one of them cleans up, another when that one is gone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from camflix.bootstrap import utc_now
from camflix.models import UserSession
from tests.server.live import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camflix.settings import Settings
    from tests.services.world import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
_WAIT_SECONDS = 30


@contextmanager
def gunicorn(settings: Settings, log: Path) -> Iterator[str]:
    """Run gunicorn over a database; yield its address."""
    env = {
        **os.environ,
        "DATABASE_URL": settings.resolved_database_url(),
        "SECRET_KEY": KEY,
        "HTTPS_ONLY": "false",
        "XDG_CACHE_HOME": str(settings.paths.cache.parent),
    }
    application = "camflix.server.wsgi:application(every_seconds=0.2, turn_seconds=0.2)"
    options = ["--workers", "2", "--threads", "2", "--bind", "127.0.0.1:0", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, application]
    with log.open("wb") as file, subprocess.Popen(command, env=env, stdout=file, stderr=file) as process:
        try:
            yield until(lambda: re.search(r"Listening at: (http://\S+)", log.read_text()))[1]
        finally:
            process.terminate()


def until(look: Callable[[], object]) -> object:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def expired_session(world: World, user_id: int) -> None:
    past = utc_now() - timedelta(days=1)
    with world.session() as session:
        hash_ = os.urandom(32).hex()
        session.add(
            UserSession(user_id=user_id, secret_hash=hash_, user_agent="", address="", created_at=past, expires_at=past)
        )


def n_sessions(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(UserSession)) or 0


@pytest.mark.long
def test_one_worker_of_gunicorn_cleans_up_and_another_takes_over_when_it_is_killed(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    user_id = world.user("ann")
    expired_session(world, user_id)
    lock = settings.paths.cache / "cleaning.lock"
    with gunicorn(settings, tmp_path / "gunicorn.log") as url:
        until(lambda: n_sessions(world) == 0)
        cleaner = int(lock.read_text())
        with urllib.request.urlopen(f"{url}/health/", timeout=10) as response:
            assert response.status == 200
        expired_session(world, user_id)
        until(lambda: n_sessions(world) == 0)
        assert int(lock.read_text()) == cleaner
        os.kill(cleaner, signal.SIGKILL)
        until(lambda: lock.read_text().strip() not in {"", str(cleaner)})
        expired_session(world, user_id)
        until(lambda: n_sessions(world) == 0)
