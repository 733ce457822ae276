"""The world that tests of services act in, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.world import World, assert_sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.bootstrap import CamFlix
    from tests.conftest import Clock


@pytest.fixture
def world(camflix: CamFlix, clock: Clock) -> Iterator[World]:
    """Yield a world; at the end of each test it must be sound."""
    made = World(camflix, clock)
    yield made
    with made.session() as session:
        assert_sound(session)
