"""What every client must do with accounts: the same verbs, results and errors, wherever CamFlix runs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from camflix import __version__, operations
from camflix.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from camflix.models import User
from camflix.operations import inputs
from tests.passwords import CHEAP, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.client import Client
    from camflix.mail import Message
    from tests.services.world import World

    MakeClient = Callable[[str], Client]
    Mailbox = Callable[[str], list[Message]]

NEW = "another horse battery"


def code_in(message: Message) -> str:
    """Return the code of a letter."""
    found = re.search(r": ([\w-]{40,})$", message.text, re.MULTILINE)
    assert found, message.text
    return found[1]


class AccountConformance:
    """Every operation on accounts by every client. ``mailbox(address)`` waits for the post and shows what came."""

    @pytest.fixture
    def zoe(self, world: World) -> int:
        """Add ``zoe``, who has an address and a password; ``noise`` has others."""
        world.user("noise", email="noise@example.org", password_hash=CHEAP.hash("noise noise noise"))
        return world.user("zoe", email="zoe@example.org", password_hash=CHEAP.hash(PASSWORD))

    def test_sign_up(self, make_client: MakeClient, mailbox: Mailbox, zoe: int) -> None:
        client = make_client("zoe")
        for name, email in (("ann", "ann@example.org"), ("eve", "Zoe@Example.org")):
            assert client.call(operations.sign_up, inputs.SignUp(name, email, PASSWORD)).accepted
        with pytest.raises(NotAllowedError):
            client.call(operations.sign_in, inputs.SignIn("ann", PASSWORD))
        (letter,) = mailbox("ann@example.org")
        assert client.call(operations.confirm_email, inputs.GiveCode(code_in(letter))).accepted
        assert client.call(operations.sign_in, inputs.SignIn("ANN@example.org", PASSWORD)).username == "ann"
        # Who has the address already is told so there, and nobody else is.
        (letter,) = mailbox("zoe@example.org")
        assert "40" not in letter.text
        assert "zoe" in letter.text

    @pytest.mark.parametrize(
        ("name", "email", "password", "field"),
        [
            ("ann", "ann", PASSWORD, "email"),
            ("ann", "ann@example.org", "short", "password"),
            ("ann", "ann@example.org", "ann@example.org", "password"),
            ("ann", "ann@example.org", "aaaaaaaaaaaaaaa", "password"),
            ("a nn", "ann@example.org", PASSWORD, "username"),
        ],
    )
    def test_sign_up_names_what_is_wrong(
        self, make_client: MakeClient, zoe: int, name: str, email: str, password: str, field: str
    ) -> None:
        with pytest.raises(InvalidInputError) as raised:
            make_client("zoe").call(operations.sign_up, inputs.SignUp(name, email, password))
        assert raised.value.field == field

    def test_sign_up_refuses_a_name_that_is_taken(self, make_client: MakeClient, zoe: int) -> None:
        with pytest.raises(ConflictError):
            make_client("zoe").call(operations.sign_up, inputs.SignUp("zoe", "new@example.org", PASSWORD))

    def test_confirm_email(self, make_client: MakeClient, mailbox: Mailbox, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.sign_up, inputs.SignUp("ann", "ann@example.org", PASSWORD))
        code = inputs.GiveCode(code_in(mailbox("ann@example.org")[0]))
        assert client.call(operations.confirm_email, code).accepted
        for wrong in (code, inputs.GiveCode("nonsense")):
            with pytest.raises(NotFoundError) as raised:
                client.call(operations.confirm_email, wrong)
            assert raised.value.field == "code"

    def test_sign_in(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        for login in ("zoe", "zoe@example.org"):
            account = client.call(operations.sign_in, inputs.SignIn(login, PASSWORD))
            assert (account.username, account.is_admin) == ("zoe", False)
        refusals = set()
        for login, password in (("zoe", "wrong wrong wrong"), ("nobody", PASSWORD), ("nobody@example.org", PASSWORD)):
            with pytest.raises(NotSignedInError) as raised:
                client.call(operations.sign_in, inputs.SignIn(login, password))
            refusals.add(str(raised.value))
        assert len(refusals) == 1

    def test_log_in(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        token = client.call(operations.log_in, inputs.LogIn("zoe", PASSWORD, "laptop", "read", 7))
        assert (token.username, token.name, token.scope) == ("zoe", "laptop", "read")
        assert token.secret.startswith("cfx_")
        with pytest.raises(NotSignedInError):
            client.call(operations.log_in, inputs.LogIn("zoe", PASSWORD + "x", "laptop"))

    def test_sign_out(self, make_client: MakeClient, zoe: int) -> None:
        assert make_client("zoe").call(operations.sign_out, inputs.Nothing()).n_sessions == 0

    def test_whoami(self, make_client: MakeClient, zoe: int) -> None:
        account = make_client("zoe").call(operations.whoami, inputs.Nothing())
        assert (account.username, account.email, account.scope) == ("zoe", "zoe@example.org", "admin")
        assert account.version == __version__

    def test_forgotten_password(self, make_client: MakeClient, mailbox: Mailbox, zoe: int) -> None:
        client = make_client("zoe")
        answers = [
            client.call(operations.forgotten_password, inputs.ForgottenPassword(email))
            for email in ("zoe@example.org", "nobody@example.org")
        ]
        assert answers[0] == answers[1]
        assert len(mailbox("zoe@example.org")) == 1
        assert mailbox("nobody@example.org") == []

    def test_reset_password(self, make_client: MakeClient, mailbox: Mailbox, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        client.call(operations.forgotten_password, inputs.ForgottenPassword("zoe@example.org"))
        code = code_in(mailbox("zoe@example.org")[0])
        with pytest.raises(InvalidInputError):
            client.call(operations.reset_password, inputs.ResetPassword(code, "short"))
        assert client.call(operations.reset_password, inputs.ResetPassword(code, NEW)).n_sessions == 1
        assert client.call(operations.sign_in, inputs.SignIn("zoe", NEW)).username == "zoe"
        with pytest.raises(NotFoundError):
            client.call(operations.reset_password, inputs.ResetPassword(code, PASSWORD))
        with pytest.raises(NotSignedInError):
            client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        assert len(mailbox("zoe@example.org")) == 2

    def test_change_password(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        with pytest.raises(NotSignedInError):
            client.call(operations.change_password, inputs.ChangePassword(NEW, NEW))
        assert client.call(operations.change_password, inputs.ChangePassword(PASSWORD, NEW)).n_sessions == 1
        assert client.call(operations.sign_in, inputs.SignIn("zoe", NEW)).username == "zoe"

    def test_change_email(self, make_client: MakeClient, mailbox: Mailbox, zoe: int) -> None:
        client = make_client("zoe")
        for email in ("new@example.org", "noise@example.org"):
            assert client.call(operations.change_email, inputs.ChangeEmail(PASSWORD, email)).accepted
        client.call(operations.confirm_email, inputs.GiveCode(code_in(mailbox("new@example.org")[0])))
        assert client.call(operations.whoami, inputs.Nothing()).email == "new@example.org"
        assert len(mailbox("zoe@example.org")) == 1
        with pytest.raises(NotSignedInError):
            client.call(operations.change_email, inputs.ChangeEmail(NEW, "eve@example.org"))

    def test_a_new_password_ends_the_codes_that_whoever_knew_the_old_one_asked_for(
        self, make_client: MakeClient, mailbox: Mailbox, zoe: int
    ) -> None:
        client = make_client("zoe")
        client.call(operations.change_email, inputs.ChangeEmail(PASSWORD, "thief@example.org"))
        client.call(operations.forgotten_password, inputs.ForgottenPassword("zoe@example.org"))
        offer = client.call(operations.offer_deletion, inputs.ProvePassword(PASSWORD))
        new_address = code_in(mailbox("thief@example.org")[0])
        new_password = code_in(mailbox("zoe@example.org")[0])
        client.call(operations.change_password, inputs.ChangePassword(PASSWORD, NEW))
        with pytest.raises(NotFoundError):
            client.call(operations.confirm_email, inputs.GiveCode(new_address))
        with pytest.raises(NotFoundError):
            client.call(operations.reset_password, inputs.ResetPassword(new_password, PASSWORD))
        with pytest.raises(NotFoundError):
            client.call(operations.delete_account, inputs.GiveCode(offer.code))
        assert client.call(operations.whoami, inputs.Nothing()).email == "zoe@example.org"

    def test_a_new_address_ends_the_code_for_a_new_password_that_was_mailed_to_the_old_one(
        self, make_client: MakeClient, mailbox: Mailbox, zoe: int
    ) -> None:
        client = make_client("zoe")
        client.call(operations.forgotten_password, inputs.ForgottenPassword("zoe@example.org"))
        client.call(operations.change_email, inputs.ChangeEmail(PASSWORD, "new@example.org"))
        new_password = code_in(mailbox("zoe@example.org")[0])
        client.call(operations.confirm_email, inputs.GiveCode(code_in(mailbox("new@example.org")[0])))
        with pytest.raises(NotFoundError):
            client.call(operations.reset_password, inputs.ResetPassword(new_password, NEW))

    def test_offer_deletion(self, make_client: MakeClient, world: World, zoe: int) -> None:
        world.rate(zoe, world.film("Heat"), 90)
        offer = make_client("zoe").call(operations.offer_deletion, inputs.ProvePassword(PASSWORD))
        data = json.loads(offer.data.content)
        assert [rated["score"] for rated in data["ratings"]] == [90]
        assert data["user"]["email"] == "zoe@example.org"
        with pytest.raises(NotSignedInError):
            make_client("zoe").call(operations.offer_deletion, inputs.ProvePassword(NEW))

    def test_delete_account(self, make_client: MakeClient, mailbox: Mailbox, world: World, zoe: int) -> None:
        film = world.film("Heat")
        other = world.user("other")
        with world.session() as session:
            session.execute(update(User).values(privacy="public"))
        world.rate(zoe, film, 90)
        world.rate(other, film, 50)
        client = make_client("zoe")
        with pytest.raises(NotFoundError):
            client.call(operations.delete_account, inputs.GiveCode("nonsense"))
        offer = client.call(operations.offer_deletion, inputs.ProvePassword(PASSWORD))
        gone = client.call(operations.delete_account, inputs.GiveCode(offer.code))
        assert (gone.username, gone.n_ratings) == ("zoe", 1)
        assert make_client("other").call(operations.get_movie, inputs.MovieRef(film)).movie.n_ratings == 1
        assert len(mailbox("zoe@example.org")) == 1
        with pytest.raises((NotFoundError, NotSignedInError)):
            client.call(operations.whoami, inputs.Nothing())

    def test_create_token(self, make_client: MakeClient, zoe: int) -> None:
        token = make_client("zoe").call(operations.create_token, inputs.CreateToken("script", "rate", 30))
        assert (token.name, token.scope, token.username) == ("script", "rate", "zoe")

    def test_list_tokens(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.create_token, inputs.CreateToken("script"))
        newest = client.call(operations.list_tokens, inputs.Nothing()).tokens[0]
        assert (newest.name, newest.scope, newest.is_current) == ("script", "read", False)

    def test_revoke_token(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        token = client.call(operations.create_token, inputs.CreateToken("script"))
        assert client.call(operations.revoke_token, inputs.TokenRef(token.id)).n_tokens == 1
        with pytest.raises(NotFoundError):
            client.call(operations.revoke_token, inputs.TokenRef(token.id))

    def test_list_sessions(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        assert len(client.call(operations.list_sessions, inputs.Nothing()).sessions) == 1

    def test_revoke_session(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        session = client.call(operations.list_sessions, inputs.Nothing()).sessions[0]
        assert client.call(operations.revoke_session, inputs.SessionRef(session.id)).n_sessions == 1
        with pytest.raises(NotFoundError):
            client.call(operations.revoke_session, inputs.SessionRef(session.id))

    def test_revoke_sessions(self, make_client: MakeClient, zoe: int) -> None:
        client = make_client("zoe")
        for _ in range(3):
            client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        assert client.call(operations.revoke_sessions, inputs.Nothing()).n_sessions == 3

    def test_list_users(self, make_client: MakeClient, world: World, zoe: int) -> None:
        world.user("boss", is_admin=True)
        first = make_client("boss").call(operations.list_users, inputs.ListUsers(2))
        assert [user.username for user in first.users] == ["boss", "noise"]
        rest = make_client("boss").call(operations.list_users, inputs.ListUsers(2, first.next_cursor))
        assert ([user.username for user in rest.users], rest.next_cursor) == (["zoe"], None)
        with pytest.raises(NotAllowedError):
            make_client("zoe").call(operations.list_users, inputs.ListUsers())

    def test_disable_user(self, make_client: MakeClient, world: World, zoe: int) -> None:
        world.user("boss", is_admin=True)
        client = make_client("zoe")
        client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        assert not make_client("boss").call(operations.disable_user, inputs.UserRef("zoe")).is_active
        with pytest.raises(NotAllowedError):
            client.call(operations.sign_in, inputs.SignIn("zoe", PASSWORD))
        with pytest.raises(NotFoundError):
            make_client("boss").call(operations.disable_user, inputs.UserRef("nobody"))

    def test_enable_user(self, make_client: MakeClient, world: World, zoe: int) -> None:
        world.user("boss", is_admin=True)
        boss = make_client("boss")
        boss.call(operations.disable_user, inputs.UserRef("zoe"))
        assert boss.call(operations.enable_user, inputs.UserRef("zoe")).is_active
        with pytest.raises(NotFoundError):
            boss.call(operations.enable_user, inputs.UserRef("nobody"))
