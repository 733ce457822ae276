"""How much may be asked in a stretch of time: kept in Redis or Valkey when one is named, in this process otherwise."""

from __future__ import annotations

import logging
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from limits import parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from camflix.errors import SettingsError, TooManyRequestsError

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.storage import Storage

_LOG = logging.getLogger("camflix.server")
_REDIS_SECONDS = 0.5
_PAUSE_SECONDS = 10.0


class RateLimits:
    """Counts requests by what they are counted by: an address, an account, a name that someone signs in with.

    When the store goes away, this process counts for itself until it is back.

    Args:
        cache_url: CACHE_URL; empty for this process's memory.
    """

    def __init__(self, cache_url: str = "") -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(_redis(cache_url)) if cache_url else None
        self._away_until = 0.0
        self._lock = threading.Lock()

    def hit(self, rate: str, *key: str) -> None:
        """Count one request; an empty rate counts nothing.

        Raises:
            TooManyRequestsError: there is no room for it.
        """
        if not rate:
            return
        limit = _parsed(rate)
        limiter = self._limiter()
        try:
            allowed = limiter.hit(limit, *key)
            reset = None if allowed else limiter.get_window_stats(limit, *key).reset_time
        except RedisError as error:
            self._go_alone(error)
            allowed = self._own.hit(limit, *key)
            reset = None if allowed else self._own.get_window_stats(limit, *key).reset_time
        if reset is not None:
            raise TooManyRequestsError(
                "Too many requests.",
                hint="Try again in {retry_after} seconds.",
                retry_after=max(1, int(reset - time.time()) + 1),
            )

    def close(self) -> None:
        """Give connections back."""
        if self._shared is not None:
            storage = self._shared.storage
            if isinstance(storage, RedisStorage):
                storage.storage.close()
                storage.storage.connection_pool.disconnect()

    def _limiter(self) -> MovingWindowRateLimiter:
        if self._shared is None or time.monotonic() < self._away_until:
            return self._own
        return self._shared

    def _go_alone(self, error: RedisError) -> None:
        with self._lock:
            self._away_until = time.monotonic() + _PAUSE_SECONDS
        _LOG.warning("the store of rate limits is away (%s); counting in this process", type(error).__name__)


@lru_cache(maxsize=64)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def _redis(url: str) -> Storage:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError(
            "CACHE_URL is not the address of a Redis or Valkey server.",
            hint="Write redis://host:6379/0 or unix:///run/redis.sock",
            field="cache_url",
        )
    address = url if not url.startswith("unix://") else f"redis+{url}"
    return RedisStorage(address, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)
