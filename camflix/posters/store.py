"""A poster by its path at TMDB: from the disk, else from the network, else none."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camflix.posters.cache import PosterCache
    from camflix.posters.pictures import Picture

MAX_POSTER_BYTES = 1024 * 1024
_TIMEOUT_SECONDS = 5.0
_PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 60.0
# The path comes from a server that may be anybody's: nothing in it may lead elsewhere.
_PATH = re.compile(r"/[A-Za-z0-9_-]{1,100}\.(?:jpe?g|png|webp)")


class PosterStore:
    """Posters, for a thread that may wait.

    Args:
        cache: where they are kept.
        base: what their paths are put behind; nothing is fetched, only what is on disk is shown, when it is empty.
        patience: seconds for a whole poster, however slowly it drips.
    """

    def __init__(self, cache: PosterCache, base: str, patience: float = _PATIENCE_SECONDS) -> None:
        self._cache = cache
        self._base = base.rstrip("/")
        self._patience = patience
        self._failed_at: dict[str, float] = {}

    def picture(self, path: str) -> Picture | None:
        """Return a poster, None when there is none to be had now."""
        from camflix.posters.pictures import decoded  # noqa: PLC0415 - Pillow comes with the first poster

        if not _PATH.fullmatch(path):
            return None
        url = self._base + path
        content = self._cache.get(url)
        if content is not None:
            picture = decoded(content)
            if picture is not None:
                return picture
            self._cache.forget(url)
        if not self._base or time.monotonic() - self._failed_at.get(url, float("-inf")) < _RETRY_SECONDS:
            return None
        content = self._fetched(url)
        picture = None if content is None else decoded(content)
        if content is None or picture is None:
            self._failed_at[url] = time.monotonic()
            return None
        self._cache.put(url, content)
        return picture

    def _fetched(self, url: str) -> bytes | None:
        import httpx  # noqa: PLC0415 - not for posters that are on disk

        deadline = time.monotonic() + self._patience
        content = bytearray()
        try:
            # As it comes over the wire: pictures are compressed already, and what swells in unpacking is refused.
            headers = {"Accept-Encoding": "identity"}
            with httpx.stream("GET", url, headers=headers, timeout=_TIMEOUT_SECONDS) as response:
                if response.status_code != httpx.codes.OK:
                    return None
                for chunk in response.iter_raw():
                    content += chunk
                    if len(content) > MAX_POSTER_BYTES or time.monotonic() > deadline:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError):
            # The last two: the environment names a proxy that is none, or of a kind that needs another package.
            return None
        return bytes(content)
