"""Accounts: signing up, confirming an address, signing in by it; several people at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix import operations
from camflix.client.local import LocalClient
from camflix.errors import NotAllowedError, NotFoundError
from camflix.mail import RecordingMailer
from camflix.models import User
from camflix.operations import inputs
from tests.client.account_conformance import code_in
from tests.passwords import PASSWORD

if TYPE_CHECKING:
    from camflix.client import Client
    from camflix.mail import Message
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
