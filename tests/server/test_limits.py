"""How much may be asked: per address, per account, per name; in Redis when there, in the process otherwise."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from camflix.errors import SettingsError, TooManyRequestsError
from camflix.server.limits import RateLimits
from tests.passwords import CHEAP, PASSWORD
from tests.redis import running_redis
from tests.server.live import live_server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.services.world import World

Redis = tuple[str, "subprocess.Popen[bytes]"]


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """Yield a real server, its folder's name short enough for a socket."""
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as started:
        yield started


def hit(limits: RateLimits, times: int, *key: str, rate: str = "3 per minute") -> int:
    """Return how many of so many requests were allowed."""
    allowed = 0
    for _ in range(times):
        refusal = None
        try:
            limits.hit(rate, *key)
        except TooManyRequestsError as error:
            refusal = error
        allowed += refusal is None
        assert refusal is None or 1 <= refusal.retry_after <= 62
    return allowed


def test_so_many_are_allowed_and_others_are_counted_by_themselves() -> None:
    limits = RateLimits()
    assert hit(limits, 5, "account", "1") == 3
    assert hit(limits, 2, "account", "2") == 2
    assert hit(limits, 9, "account", "3", rate="") == 9
    limits.close()


def test_processes_that_share_a_redis_count_together(redis_server: Redis) -> None:
    url, _process = redis_server
    one, two = RateLimits(url), RateLimits(url)
    assert hit(one, 2, "account", "1") + hit(two, 3, "account", "1") == 3
    one.close()
    two.close()


def test_when_redis_goes_away_the_process_counts_for_itself(redis_server: Redis) -> None:
    url, process = redis_server
    limits = RateLimits(url)
    assert hit(limits, 3, "account", "1") == 3
    process.kill()
    process.wait()
    assert hit(limits, 5, "account", "1") == 3
    limits.close()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError) as raised:
        RateLimits("http://films.example.org")
    assert raised.value.field == "cache_url"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestOverHttp:
    """What a client sees."""

    def test_an_account_gets_429_with_retry_after_and_another_goes_on(
        self, settings: Settings, clock: Clock, tmp_path: Path, world: World
    ) -> None:
        world.user("zoe")
        world.user("bob")
        with live_server(settings, clock, tmp_path, rate_limit="3 per minute") as live:
            browser = live.server.app.test_client()
            zoe = {"Authorization": f"Bearer {live.token('zoe')}"}
            bob = {"Authorization": f"Bearer {live.token('bob')}"}
            codes = [browser.get("/api/account/", headers=zoe).status_code for _ in range(4)]
            assert codes == [200, 200, 200, 429]
            answer = browser.get("/api/account/", headers=zoe)
            assert 1 <= int(answer.headers["Retry-After"]) <= 62
            assert answer.json["code"] == "too_many_requests"
            assert browser.get("/api/account/", headers=bob).status_code == 200

    def test_guessing_passwords_and_tokens_is_slowed_down(
        self, settings: Settings, clock: Clock, tmp_path: Path, world: World
    ) -> None:
        world.user("zoe", password_hash=CHEAP.hash(PASSWORD))
        with live_server(settings, clock, tmp_path, rate_limit_anonymous="50 per minute") as live:
            browser = live.server.app.test_client()

            def guess(number: int, address: str) -> int:
                body = {"login": "zoe", "password": f"guess {number}"}
                return browser.post("/api/session/", json=body, environ_base={"REMOTE_ADDR": address}).status_code

            # From one address ten a minute; from many, ten for the name they are after.
            assert [guess(number, "192.0.2.1") for number in range(12)] == [401] * 10 + [429] * 2
            assert guess(13, "192.0.2.2") == 429
            headers = {"Authorization": "Bearer cfx_wrong"}
            codes = [
                browser.get("/api/account/", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.3"}).status_code
                for _ in range(52)
            ]
            assert codes == [401] * 50 + [429] * 2
