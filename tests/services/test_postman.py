"""The postman: one letter that cannot be written keeps none of the others from going out."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from camflix.mail import SmtpMailer
from camflix.services.letters import LetterRequest
from camflix.services.postman import Postman
from tests.mail.test_smtp import Inbox, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.bootstrap import CamFlix

_WAIT_SECONDS = 10


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def postman(camflix: CamFlix, inbox: Inbox) -> Iterator[Postman]:
    """Yield a postman with a mail server of the test's own."""
    server: Any = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    mail = {"email_host": "127.0.0.1", "email_port": server.port, "email_use_tls": False, "email_host_user": ""}
    opened = Postman(camflix, SmtpMailer(replace(camflix.settings, **mail)), pauses=())
    yield opened
    opened.close()
    server.stop()


@pytest.mark.parametrize("odd", ["a@[b.c", "‹@=,(\\.é", "a@b..c"])
def test_a_letter_to_an_address_that_no_header_takes_is_logged_and_the_next_one_goes_out(
    postman: Postman, inbox: Inbox, caplog: pytest.LogCaptureFixture, odd: str
) -> None:
    for address in (odd, "zoe@example.org"):
        postman.post(LetterRequest("deleted", address))
    until = time.monotonic() + _WAIT_SECONDS
    while not inbox.envelopes:
        assert time.monotonic() < until, "no letter came"
        time.sleep(0.01)
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [["zoe@example.org"]]
    assert [record.getMessage() for record in caplog.records if record.name == "camflix.mail"] == [
        "a letter (deleted) could not be written or sent"
    ]
