"""Accounts: signing up, confirming an address, signing in by it; several people at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from camflix import operations
from camflix.client.local import LocalClient
from camflix.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from camflix.mail import RecordingMailer
from camflix.models import User
from camflix.operations import inputs
from tests.client.account_conformance import code_in
from tests.passwords import CHEAP, PASSWORD
from tests.services.at_once import two_at_once

if TYPE_CHECKING:
    from camflix.client import Client
    from camflix.mail import Message
    from camflix.services.container import Services
    from tests.services.world import World


@pytest.fixture
def stranger(world: World) -> Client:
    """Return what speaks for people who have no account yet."""
    return LocalClient(world.camflix, None, "local")


def letters(world: World, address: str) -> list[Message]:
    """Return what came by mail to an address."""
    world.camflix.postman.wait()
    assert isinstance(world.camflix._mailer, RecordingMailer)
    return [message for message in world.camflix._mailer.sent if message.to == address]


def signed_up(world: World, stranger: Client, name: str, email: str, mailed_to: str | None = None) -> inputs.GiveCode:
    """Ask for an account; return the code that came by mail."""
    stranger.call(operations.sign_up, inputs.SignUp(name, email, PASSWORD, "en"))
    return inputs.GiveCode(code_in(letters(world, mailed_to or email)[-1]))


def user_row(world: World, name: str) -> dict[str, object]:
    return next(row for row in world.table(User) if row["username"] == name)


def test_an_account_disabled_before_its_address_was_confirmed_cannot_be_confirmed(
    world: World, stranger: Client
) -> None:
    code = signed_up(world, stranger, "spam", "spam@example.org")
    honest = signed_up(world, stranger, "zoe", "zoe@example.org")
    with world.camflix.transaction(writes=True) as services:
        assert not services.users.disable("spam").is_active
    with pytest.raises(NotFoundError):
        stranger.call(operations.confirm_email, code)
    assert (user_row(world, "spam")["is_active"], user_row(world, "spam")["email"]) == (False, None)
    with pytest.raises(NotAllowedError):
        stranger.call(operations.sign_in, inputs.SignIn("spam", PASSWORD))
    assert stranger.call(operations.confirm_email, honest).accepted


def test_who_signs_up_gets_no_name_that_looks_like_an_address(world: World, stranger: Client) -> None:
    with pytest.raises(InvalidInputError) as refused:
        stranger.call(operations.sign_up, inputs.SignUp("zoe@example.org", "eve@example.org", PASSWORD))
    assert refused.value.field == "username"
    assert world.table(User) == []


@pytest.mark.parametrize("source", ["pending", "local"])
def test_nobody_is_shut_out_by_an_account_named_like_their_address(world: World, stranger: Client, source: str) -> None:
    other: dict[str, Any] = {
        "password_hash": CHEAP.hash("another horse battery"),
        "source": source,
        "is_active": source == "local",
    }
    world.user("zoe@example.org", **other)
    world.user("zoe", email="Zoe@example.org", password_hash=CHEAP.hash(PASSWORD))
    world.user("ZOE@example.org", **other)
    assert stranger.call(operations.sign_in, inputs.SignIn("zoe@example.org", PASSWORD)).username == "zoe"


def test_a_name_with_an_at_sign_that_an_administrator_gave_signs_in_where_nobody_has_that_address(
    world: World, stranger: Client
) -> None:
    with world.camflix.transaction(writes=True) as services:
        services.users.add("zoe@work")
        services.accounts.set_password("zoe@work", CHEAP.hash(PASSWORD))
    world.user("eve@work", password_hash=CHEAP.hash(PASSWORD), source="pending", is_active=False)
    assert stranger.call(operations.sign_in, inputs.SignIn("zoe@work", PASSWORD)).username == "zoe@work"
    with pytest.raises(NotSignedInError):
        stranger.call(operations.sign_in, inputs.SignIn("eve@work", PASSWORD))


@pytest.mark.parametrize("typed", ["É@Exemple.fr", "é@exemple.fr", "E\u0301@EXEMPLE.fr"])
def test_an_address_is_found_whatever_capitals_and_accents_it_is_written_with(
    world: World, stranger: Client, typed: str
) -> None:
    stranger.call(operations.confirm_email, signed_up(world, stranger, "elo", "É@exemple.fr", "é@exemple.fr"))
    assert user_row(world, "elo")["email"] == "é@exemple.fr"
    assert stranger.call(operations.sign_in, inputs.SignIn(typed, PASSWORD)).username == "elo"
    stranger.call(operations.forgotten_password, inputs.ForgottenPassword(typed))
    assert "new password" in letters(world, "é@exemple.fr")[-1].subject
    stranger.call(operations.sign_up, inputs.SignUp("other", typed, PASSWORD, "en"))
    assert "you have an account already" in letters(world, "é@exemple.fr")[-1].subject
    with pytest.raises(ConflictError) as refused, world.camflix.transaction(writes=True) as services:
        services.users.add("third", email=typed)
    assert refused.value.field == "email"


def test_an_address_changed_to_another_is_found_as_well(world: World, stranger: Client) -> None:
    world.user("elo", email="old@example.org", password_hash=CHEAP.hash(PASSWORD), language="en")
    elo = LocalClient(world.camflix, "elo", "local")
    elo.call(operations.change_email, inputs.ChangeEmail(PASSWORD, "Élo@Exemple.fr"))
    code = inputs.GiveCode(code_in(letters(world, "élo@exemple.fr")[-1]))
    stranger.call(operations.confirm_email, code)
    assert user_row(world, "elo")["email"] == "élo@exemple.fr"
    assert stranger.call(operations.sign_in, inputs.SignIn("ÉLO@exemple.fr", PASSWORD)).username == "elo"


@pytest.mark.parametrize(("kept", "typed"), [("Zoe@Example.org", "zOE@example.ORG"), ("É@exemple.fr", "É@exemple.fr")])
def test_an_address_kept_with_its_capitals_in_earlier_days_is_still_found(
    world: World, stranger: Client, kept: str, typed: str
) -> None:
    world.user("zoe", email=kept, password_hash=CHEAP.hash(PASSWORD))
    assert stranger.call(operations.sign_in, inputs.SignIn(typed, PASSWORD)).username == "zoe"
    stranger.call(operations.forgotten_password, inputs.ForgottenPassword(typed))
    assert len(letters(world, kept)) == 1


def test_of_two_who_sign_up_with_one_name_at_one_moment_the_second_is_told_that_it_is_taken(world: World) -> None:
    def sign_up(services: Services) -> None:
        services.accounts.sign_up("zoe", "zoe@example.org", "hash", "en", "")

    assert two_at_once(world.camflix, sign_up, sign_up) == ["", "ConflictError"]
    assert len(world.table(User)) == 1
    assert len(letters(world, "zoe@example.org")) == 1


def test_of_two_users_added_with_one_address_at_one_moment_the_second_is_refused(world: World) -> None:
    assert two_at_once(
        world.camflix,
        lambda services: services.users.add("zoe", email="zoe@example.org"),
        lambda services: services.users.add("eve", email="Zoe@example.org"),
    ) == ["", "ConflictError"]
    assert [row["username"] for row in world.table(User)] == ["zoe"]


def test_of_two_who_confirm_one_address_at_one_moment_the_second_is_told_that_another_has_it(
    world: World, stranger: Client
) -> None:
    codes = [
        signed_up(world, stranger, name, email, "zoe@example.org").code
        for name, email in (("zoe", "zoe@example.org"), ("eve", "Zoe@Example.org"))
    ]
    assert two_at_once(
        world.camflix,
        lambda services: services.accounts.confirm(codes[0]),
        lambda services: services.accounts.confirm(codes[1]),
    ) == ["", "ConflictError"]
    assert [user_row(world, name)["source"] for name in ("zoe", "eve")] == ["local", "pending"]


def test_the_first_two_changes_in_bulk_at_one_moment_are_both_counted(world: World) -> None:
    def advance(services: Services) -> None:
        services.epochs.advance()

    assert two_at_once(world.camflix, advance, advance) == ["", ""]
    with world.camflix.transaction(writes=False) as services:
        assert services.epochs.current() == 2
