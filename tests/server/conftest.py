"""A server over each database, and the world of the services' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.live import LiveServer, live_server
from tests.services.conftest import postgresql_url, shared_postgresql_url, world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camflix.settings import Settings
    from tests.conftest import Clock

__all__ = ["live", "postgresql_url", "shared_postgresql_url", "world"]


@pytest.fixture
def live(settings: Settings, clock: Clock, tmp_path: Path) -> Iterator[LiveServer]:
    """Yield a server that listens, over each database."""
    with live_server(settings, clock, tmp_path / "client") as opened:
        yield opened
