"""Who may call what, and who sees whom: one row an operation; a new operation fails here until it has one."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from camflix.bootstrap import CamFlix
from camflix.errors import CamFlixError, NotFoundError
from camflix.mail import RecordingMailer
from camflix.operations import OPERATIONS, STRANGER, Context
from camflix.settings import load_settings
from tests.conftest import Clock
from tests.operations.examples import Things, body_of, make_things
from tests.passwords import CHEAP
from tests.postgres import new_database
from tests.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = "own"
"""Acts on what belongs to whoever calls, and on nothing else."""
CATALOGUE = "catalogue"
"""Tells of films, the same to all but for one's own marks."""
OTHERS = "others"
"""Tells of another user, as far as they let."""
ACCOUNT = "account"
"""Acts on accounts, by a password, a code or a role that is proven (tests/server/test_access.py)."""

TABLE: dict[str, tuple[str, str, str]] = {
    # operation: (scope, audience, what it touches)
    "add_to_list": ("rate", "member", OWN),
    "add_viewing": ("rate", "member", OWN),
    "answer_feed": ("rate", "member", OWN),
    "change_email": ("admin", "member", ACCOUNT),
    "change_password": ("admin", "member", ACCOUNT),
    "change_settings": ("rate", "member", OWN),
    "compare": ("read", "member", OTHERS),
    "confirm_email": ("admin", "anyone", ACCOUNT),
    "create_list": ("rate", "member", OWN),
    "create_token": ("admin", "member", ACCOUNT),
    "delete_account": ("admin", "member", ACCOUNT),
    "delete_list": ("rate", "member", OWN),
    "delete_note": ("rate", "member", OWN),
    "delete_viewing": ("rate", "member", OWN),
    "disable_user": ("admin", "admin", ACCOUNT),
    "edit_list": ("rate", "member", OWN),
    "edit_viewing": ("rate", "member", OWN),
    "enable_user": ("admin", "admin", ACCOUNT),
    "export_data": ("read", "member", OWN),
    "forgotten_password": ("admin", "anyone", ACCOUNT),
    "get_list": ("read", "anyone", OTHERS),
    "get_movie": ("read", "anyone", CATALOGUE),
    "get_settings": ("read", "member", OWN),
    "get_shared_list": ("read", "anyone", OTHERS),
    "hide": ("rate", "member", OWN),
    "list_diary": ("read", "member", OWN),
    "list_genres": ("read", "anyone", CATALOGUE),
    "list_hidden": ("read", "member", OWN),
    "list_lists": ("read", "anyone", OTHERS),
    "list_movies": ("read", "anyone", CATALOGUE),
    "list_notes": ("read", "member", OWN),
    "get_import": ("rate", "member", OWN),
    "start_import": ("rate", "member", OWN),
    "list_queue": ("read", "member", OWN),
    "list_ratings": ("read", "member", OWN),
    "list_sessions": ("admin", "member", ACCOUNT),
    "list_tokens": ("admin", "member", ACCOUNT),
    "list_users": ("admin", "admin", ACCOUNT),
    "list_watchlist": ("read", "member", OWN),
    "log_in": ("admin", "anyone", ACCOUNT),
    "move_in_list": ("rate", "member", OWN),
    "movie_window": ("read", "anyone", CATALOGUE),
    "offer_deletion": ("admin", "member", ACCOUNT),
    "pick": ("read", "member", OWN),
    "profile": ("read", "member", OWN),
    "public_profile": ("read", "anyone", OTHERS),
    "rate": ("rate", "member", OWN),
    "rating_feed": ("read", "member", OWN),
    "rating_history": ("read", "member", OWN),
    "recommend": ("read", "member", OWN),
    "remove_from_list": ("rate", "member", OWN),
    "rescale": ("rate", "member", OWN),
    "reset_password": ("admin", "anyone", ACCOUNT),
    "resolve_movie": ("read", "anyone", CATALOGUE),
    "revoke_session": ("admin", "member", ACCOUNT),
    "revoke_sessions": ("admin", "member", ACCOUNT),
    "revoke_token": ("admin", "member", ACCOUNT),
    "save_note": ("rate", "member", OWN),
    "share_list": ("rate", "member", OWN),
    "sign_in": ("admin", "anyone", ACCOUNT),
    "sign_out": ("read", "member", ACCOUNT),
    "sign_up": ("admin", "anyone", ACCOUNT),
    "stats": ("read", "member", OWN),
    "similar": ("read", "member", OWN),
    "together": ("read", "member", OWN),
    "twins": ("read", "member", OWN),
    "undo": ("rate", "member", OWN),
    "unhide": ("rate", "member", OWN),
    "unrate": ("rate", "member", OWN),
    "unshare_list": ("rate", "member", OWN),
    "unwatch": ("rate", "member", OWN),
    "watch": ("rate", "member", OWN),
    "why_listed": ("read", "member", OWN),
    "whoami": ("read", "member", ACCOUNT),
    "why": ("read", "member", OWN),
    "year_in_review": ("read", "member", OWN),
}
SECRETS = ("in the rain by zoe", "zoe@example.org")
"""What nobody but Zoe may ever see: her note, her address."""


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert {name: (o.scope, o.audience) for name, o in OPERATIONS.items()} == {
        name: (scope, audience) for name, (scope, audience, _touches) in TABLE.items()
    }


@pytest.fixture
def world(camflix: CamFlix, clock: Clock) -> World:
    """Return a world without the check of its end: databases here are emptied anyway."""
    return World(camflix, clock)


@pytest.fixture
def things(world: World) -> Things:
    """Return what Zoe has, who is private, in a community where Bob has things too."""
    return made_things(world)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Things]]:
    """Yield the same, of a database of each kind, made once: for tests that leave Zoe's things as they are."""
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'camflix.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(new_database(os.environ["CAMFLIX_TEST_PG_URL"]))
        settings = load_settings({"HOME": str(folder), "DATABASE_URL": url})
        clock = Clock()
        camflix = CamFlix(settings, "fr", clock, mailer=RecordingMailer(), passwords=CHEAP)
        stack.callback(camflix.close)
        world = World(camflix, clock)
        yield world, made_things(world)


def made_things(world: World) -> Things:
    """Make a community, what Bob has in it, and what Zoe has; return the last."""
    _users, films = world.community(8, 14)
    for name in ("zoe", "bob"):
        user = world.user(name, privacy="private", email=f"{name}@example.org")
        world.bulk([(user, film, 92 - 11 * position) for position, film in enumerate(films[:7])])
    make_things(world.camflix, "bob", films)
    with world.camflix.transaction(writes=True) as services:
        services.fitting.refit()
    return make_things(world.camflix, "zoe", films)


def call(world: World, name: str, reader: str | None, body: Any, *, is_admin: bool = False) -> str:
    """Return what an operation answers a reader, as JSON, or the code of its refusal; nothing is kept."""
    operation = OPERATIONS[name]
    with world.camflix.transaction(writes=False) as services:
        user_id = STRANGER if reader is None else services.users.id_of(reader)
    try:
        proof = operation.prepare(world.camflix, user_id, body) if operation.prepare else None
        with world.camflix.transaction(writes=operation.writes) as services:
            context = Context(services, user_id, reader or "", is_admin=is_admin, proof=proof)
            answer = msgspec.json.encode(operation.function(context, body)).decode()
    except CamFlixError as error:
        return error.code
    return answer


def privacy_of_zoe(world: World, privacy: str, *, lists: bool = True) -> None:
    with world.camflix.transaction(writes=True) as services:
        zoe = services.users.id_of("zoe")
        services.settings.change(zoe, privacy=privacy)
        for each in services.lists.page("zoe", zoe, is_admin=False).lists:
            services.lists.edit(zoe, each.id, None, None, None, lists)


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if row[2] == OWN))
def test_what_acts_on_ones_own_tells_another_nothing_of_zoe_and_leaves_her_things_alone(
    shared: tuple[World, Things], name: str
) -> None:
    world, things = shared
    before = export(world, "zoe")
    answer = call(world, name, "bob", body_of(name, things))
    assert not any(secret in answer for secret in (*SECRETS, '"zoe"'))
    assert export(world, "zoe") == before


def export(world: World, username: str) -> str:
    with world.camflix.transaction(writes=False) as services:
        return services.export.document(services.users.id_of(username), "json").content


@pytest.mark.parametrize(
    "name", sorted(name for name, row in TABLE.items() if row[1] == "anyone" and row[2] == CATALOGUE)
)
@pytest.mark.parametrize("reader", [None, "bob"])
def test_the_catalogue_is_open_to_all_and_tells_no_secret(
    shared: tuple[World, Things], name: str, reader: str | None
) -> None:
    world, things = shared
    answer = call(world, name, reader, body_of(name, things))
    assert answer.startswith("{")
    assert "zoe" not in answer


@pytest.mark.parametrize(
    ("privacy", "seen_by"),
    [
        ("public", {"stranger", "member", "owner", "admin"}),
        ("members", {"member", "owner", "admin"}),
        ("private", {"owner", "admin"}),
    ],
)
@pytest.mark.parametrize("name", ["public_profile", "list_lists", "get_list"])
def test_a_user_is_seen_by_those_whom_they_let(
    world: World, things: Things, name: str, privacy: str, seen_by: set[str]
) -> None:
    privacy_of_zoe(world, privacy)
    readers = {"stranger": (None, False), "member": ("bob", False), "owner": ("zoe", False), "admin": ("bob", True)}
    answers = {
        role: call(world, name, reader, body_of(name, things), is_admin=is_admin)
        for role, (reader, is_admin) in readers.items()
    }
    assert {role for role, answer in answers.items() if answer.startswith("{")} == seen_by
    assert {answer for role, answer in answers.items() if role not in seen_by} <= {NotFoundError.code}
    assert not any(secret in answer for answer in answers.values() for secret in SECRETS)


def test_a_list_that_is_not_public_is_for_its_owner_and_for_administrators(world: World, things: Things) -> None:
    privacy_of_zoe(world, "public", lists=False)
    body = body_of("get_list", things)
    assert call(world, "get_list", "bob", body) == call(world, "get_list", None, body) == "not_found"
    assert "Rainy days" not in call(world, "list_lists", "bob", body_of("list_lists", things))
    assert "Rainy days" in call(world, "get_list", "zoe", body)
    assert "Rainy days" in call(world, "get_list", "bob", body, is_admin=True)


def test_a_secret_link_opens_a_list_for_all_until_it_is_taken_away(world: World, things: Things) -> None:
    body = body_of("get_shared_list", things)
    answer = call(world, "get_shared_list", None, body)
    assert "Rainy days" in answer
    assert things.token not in answer
    call(world, "unshare_list", "zoe", body_of("unshare_list", things))
    assert call(world, "get_shared_list", None, body) == "not_found"


def test_a_disabled_user_is_seen_by_nobody_but_administrators(world: World, things: Things) -> None:
    privacy_of_zoe(world, "public")
    with world.camflix.transaction(writes=True) as services:
        services.users.disable("zoe")
    for name in ("public_profile", "get_list", "get_shared_list"):
        assert call(world, name, "bob", body_of(name, things)) == "not_found"


def test_what_a_private_user_rated_shows_in_no_count(world: World, things: Things) -> None:
    answer = call(world, "get_movie", None, body_of("get_movie", things))
    n_before = msgspec.json.decode(answer)["community"]["n"]
    privacy_of_zoe(world, "public")
    answer = call(world, "get_movie", None, body_of("get_movie", things))
    assert msgspec.json.decode(answer)["community"]["n"] == n_before + 1
    assert msgspec.json.decode(answer)["movie"]["n_ratings"] == n_before + 1
