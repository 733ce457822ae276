"""Who may call what over HTTP: every operation by a stranger, by each kind of token, by a member, by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from camflix.client.wire import wire_request
from camflix.operations import OPERATIONS
from camflix.operations.declare import SCOPES
from tests.operations.examples import Things, body_of, make_things
from tests.passwords import CHEAP, PASSWORD

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from camflix.settings import Settings
    from tests.server.live import LiveServer
    from tests.services.world import World


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """Return one database: who may do what is decided before any is asked."""
    return f"sqlite:///{tmp_path / 'camflix.db'}"


@pytest.fixture
def things(world: World, settings: Settings) -> Things:
    """Return what Zoe has; Bob is another member, Boss administers."""
    _users, films = world.community(6, 14)
    for name in ("zoe", "bob", "boss"):
        facts = {"email": f"{name}@example.org", "password_hash": CHEAP.hash(PASSWORD), "is_admin": name == "boss"}
        world.rate_all(world.user(name, privacy="public", **facts), {film: 92 - film for film in films[:7]})
    for name in ("bob", "boss"):
        make_things(world.camflix, name, films)
    return make_things(world.camflix, "zoe", films)


def ask(live: LiveServer, name: str, things: Things, token: str | None) -> TestResponse:
    """Ask for an operation with a good body; nobody's cookies."""
    operation = OPERATIONS[name]
    request = wire_request(operation, msgspec.to_builtins(body_of(name, things)))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return live.server.app.test_client(use_cookies=False).open(
        request.path,
        method=request.method,
        query_string=request.query,
        data=request.json,
        content_type="application/json" if request.json else None,
        headers=headers,
    )


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_each_operation_is_for_those_whom_it_names_and_for_nobody_else(
    live: LiveServer, things: Things, name: str
) -> None:
    operation = OPERATIONS[name]
    is_open = operation.audience == "anyone"

    def refused(token: str | None) -> int | None:
        status = ask(live, name, things, token).status_code
        wrong_code = is_open and status in {401, 403}
        assert not wrong_code, status
        return status if status in {401, 403} else None

    assert refused(None) == (None if is_open else 401)
    if not (is_open and operation.writes):
        assert ask(live, name, things, "cfx_nonsense").status_code == 401
    for scope in SCOPES:
        enough = SCOPES.index(scope) >= SCOPES.index(operation.scope)
        member, admin = refused(live.token("zoe", scope)), refused(live.token("boss", scope))
        assert member == (None if is_open or (enough and operation.audience == "member") else 403), scope
        assert admin == (None if is_open or enough else 403), scope
        live.set_password("zoe")  # where the operation changed it
        with live.server.camflix.transaction(writes=True) as services:
            services.users.enable("zoe")


def test_a_disabled_user_s_token_is_good_no_more(live: LiveServer, things: Things) -> None:
    token = live.token("zoe")
    assert ask(live, "whoami", things, token).status_code == 200
    with live.server.camflix.transaction(writes=True) as services:
        services.users.disable("zoe")
    assert ask(live, "whoami", things, token).status_code == 401


def test_a_token_expires_and_its_secret_is_nowhere_in_the_database(
    live: LiveServer, things: Things, world: World
) -> None:
    token = live.token("zoe")
    with world.session() as session:
        everything = "\n".join(str(row) for row in session.connection().exec_driver_sql("SELECT * FROM api_token"))
    assert token not in everything
    assert token.removeprefix("cfx_") not in everything
    world.tick(days=29)
    assert ask(live, "whoami", things, token).status_code == 200
    world.tick(days=2)
    assert ask(live, "whoami", things, token).status_code == 401
    assert live.server.camflix.clean_up() >= 1


def test_one_cannot_see_or_revoke_the_tokens_and_sessions_of_another(live: LiveServer, things: Things) -> None:
    zoes = live.client("zoe")
    bobs = live.client("bob")
    from camflix import operations
    from camflix.errors import NotFoundError
    from camflix.operations import inputs

    token = zoes.call(operations.create_token, inputs.CreateToken("mine"))
    with pytest.raises(NotFoundError):
        bobs.call(operations.revoke_token, inputs.TokenRef(token.id))
    assert token.id not in {each.id for each in bobs.call(operations.list_tokens, inputs.Nothing()).tokens}
    zoes.close()
    bobs.close()
