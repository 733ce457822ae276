"""Who may call what over HTTP: every operation by a stranger, by each kind of token, by members and administrators."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import select

from camflix import operations
from camflix.client.wire import wire_request
from camflix.errors import NotFoundError
from camflix.models import Movie, Privacy
from camflix.operations import OPERATIONS, inputs
from camflix.operations.declare import SCOPES
from camflix.settings import load_settings
from tests.conftest import Clock
from tests.operations.examples import Things, body_of, make_things
from tests.passwords import CHEAP, PASSWORD
from tests.server.live import LiveServer, live_server
from tests.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Yield one server for all of these: who may do what is decided before any database is asked."""
    folder, clock = tmp_path_factory.mktemp("access"), Clock()
    wanted = load_settings({"HOME": str(folder), "DATABASE_URL": f"sqlite:///{folder}/camflix.db"})
    with live_server(wanted, clock, folder) as opened:
        World(opened.server.camflix, clock).community(6, 14)
        yield opened


@pytest.fixture
def world(live: LiveServer) -> World:
    """Return the world of that server."""
    return World(live.server.camflix, live.clock)


@pytest.fixture
def things(world: World) -> Things:
    """Return what a new Zoe has; a new Boss administers."""
    with world.session() as session:
        films = list(session.scalars(select(Movie.id).order_by(Movie.id)))
    number = uuid.uuid4().hex[:8]
    for name in (f"zoe{number}", f"boss{number}"):
        facts: dict[str, Any] = {
            "email": f"{name}@example.org",
            "password_hash": CHEAP.hash(PASSWORD),
            "is_admin": name[0] == "b",
        }
        user = world.user(name, **facts)
        world.bulk([(user, film, 90 - 10 * place) for place, film in enumerate(films[:2])])
        world.rate(user, films[0], 77)
    make_things(world.camflix, f"boss{number}", films)
    return make_things(world.camflix, f"zoe{number}", films)


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
    boss = things.username.replace("zoe", "boss")
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
        member, admin = refused(live.token(things.username, scope)), refused(live.token(boss, scope))
        assert member == (None if is_open or (enough and operation.audience == "member") else 403), scope
        assert admin == (None if is_open or enough else 403), scope
        live.set_password(things.username)  # where the operation changed it
        with live.server.camflix.transaction(writes=True) as services:
            services.users.enable(things.username)


def test_a_token_for_reading_does_not_show_an_administrator_what_is_private(
    live: LiveServer, things: Things, world: World
) -> None:
    boss, hidden = things.username.replace("zoe", "boss"), f"private-{things.username}"
    world.user(hidden, privacy=Privacy.PRIVATE)

    def status(scope: str) -> int:
        headers = {"Authorization": f"Bearer {live.token(boss, scope)}"}
        return live.server.app.test_client().get(f"/api/users/{hidden}/", headers=headers).status_code

    assert [status(scope) for scope in SCOPES] == [404, 404, 200]


def test_a_disabled_user_s_token_is_good_no_more(live: LiveServer, things: Things) -> None:
    token = live.token(things.username)
    assert ask(live, "whoami", things, token).status_code == 200
    with live.server.camflix.transaction(writes=True) as services:
        services.users.disable(things.username)
    assert ask(live, "whoami", things, token).status_code == 401


def test_a_token_expires_and_its_secret_is_nowhere_in_the_database(
    live: LiveServer, things: Things, world: World
) -> None:
    token = live.token(things.username)
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
    zoes = live.client(things.username)
    bobs = live.client(things.username.replace("zoe", "boss"))
    token = zoes.call(operations.create_token, inputs.CreateToken("mine"))
    with pytest.raises(NotFoundError):
        bobs.call(operations.revoke_token, inputs.TokenRef(token.id))
    assert token.id not in {each.id for each in bobs.call(operations.list_tokens, inputs.Nothing()).tokens}
    zoes.close()
    bobs.close()
