"""What accounts are told by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.services.letters import LetterRequest
from tests.passwords import CHEAP, PASSWORD

if TYPE_CHECKING:
    from tests.services.world import World


def test_a_letter_asked_for_with_a_password_that_is_another_by_now_is_not_written(world: World) -> None:
    proven = CHEAP.hash(PASSWORD)
    zoe = world.user("zoe", email="zoe@example.org", password_hash=proven)
    request = LetterRequest("change_email", "thief@example.org", zoe, proven_hash=proven)
    with world.camflix.transaction(writes=True) as services:
        assert services.letters.write(request) is not None
        services.accounts.set_password("zoe", CHEAP.hash("another horse battery"))
        assert services.letters.write(request) is None
