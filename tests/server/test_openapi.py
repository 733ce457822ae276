"""The OpenAPI document holds: whatever a client sends by it, or against it, is answered as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from camflix.operations import OPERATIONS
from camflix.settings import load_settings
from tests.conftest import Clock
from tests.operations.examples import make_things
from tests.passwords import CHEAP, PASSWORD
from tests.server.live import live_server
from tests.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.live import LiveServer

N_EXAMPLES = 8
N_EXAMPLES_OF_NOBODY = 4
N_EXAMPLES_IN_THE_SAMPLE = 2
# What a schema cannot say: whether a cursor, a code or a password is one that was given out.
SEMANTIC = {"positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "422"]}}
# Each test says who asks; whether a request without a token is refused test_access.py asks.
GENERATION = {"deterministic": True, "with-security-parameters": False}
NAMES = sorted(OPERATIONS)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Yield a server with a community, and Zoe who administers it and has one of each thing."""
    folder, clock = tmp_path_factory.mktemp("openapi"), Clock()
    wanted = load_settings({"HOME": str(folder), "DATABASE_URL": f"sqlite:///{folder}/camflix.db"})
    with live_server(wanted, clock, folder) as live:
        world = World(live.server.camflix, clock)
        _users, films = world.community(8, 14)
        zoe = world.user("zoe", email="zoe@example.org", password_hash=CHEAP.hash(PASSWORD), is_admin=True)
        world.rate_all(zoe, {film: 90 - 9 * position for position, film in enumerate(films[:6])})
        make_things(live.server.camflix, "zoe", films)
        yield live


@pytest.fixture(scope="module")
def schema(opened: LiveServer) -> Any:
    """Return the document of that server."""
    config = SchemathesisConfig.from_dict({"checks": SEMANTIC, "generation": GENERATION})
    return schemathesis.openapi.from_wsgi("/api/openapi.json", opened.server.app, config=config)


def fresh_token(live: LiveServer) -> str:
    """Return a token that no example before has revoked."""
    with live.server.camflix.transaction(writes=True) as services:
        user_id = services.users.id_of("zoe")
        services.tokens.revoke_all(user_id)
        return services.tokens.create(user_id, "test", "admin", 30).secret


@pytest.mark.whole
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_as_the_document_says(
    opened: LiveServer, schema: Any, pytestconfig: pytest.Config, name: str, *, signed_in: bool
) -> None:
    operation = schema.find_operation_by_id(name)
    strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )

    n_examples = N_EXAMPLES if signed_in else N_EXAMPLES_OF_NOBODY

    @settings(
        max_examples=N_EXAMPLES_IN_THE_SAMPLE if pytestconfig.getoption("sample") else n_examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def check(case: Any) -> None:
        headers = {"Authorization": f"Bearer {fresh_token(opened)}"} if signed_in else {}
        case.call_and_validate(headers=headers)

    check()
