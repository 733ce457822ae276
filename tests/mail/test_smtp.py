"""Mail through a real SMTP server: STARTTLS, TLS, signing in, time-outs; and who sends when there is none."""

from __future__ import annotations

import socket
import ssl
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from camflix.mail import Message, NullMailer, PrintingMailer, SmtpMailer, mailer_for
from camflix.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camflix.settings import Settings

LETTER = Message("zoe@example.org", "Bonsoir, Zoé", "À bientôt.\n")


@dataclass
class Inbox:
    """What a server took."""

    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 OK"


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"camflix", b"secret")
    return AuthResult(success=good, handled=False)


class TlsController(Controller):
    """A server that can speak TLS after STARTTLS and asks who sends."""

    def __init__(self, inbox: Inbox, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(inbox, hostname="127.0.0.1", port=free_port())

    def factory(self) -> SMTP:
        options: dict[str, Any] = {"tls_context": self._tls, "require_starttls": True}
        return SMTP(self.handler, authenticator=authenticate, auth_required=True, **options)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a key and certificate for localhost, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return folder / "both.pem"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(certificate: Path, inbox: Inbox) -> Iterator[TlsController]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    controller = TlsController(inbox, tls)
    controller.start()
    yield controller
    controller.stop()


def settings_for(port: int, **changes: Any) -> Settings:
    base = load_settings({"HOME": "/nonexistent"})
    facts: dict[str, Any] = {
        "email_host": "127.0.0.1",
        "email_port": port,
        "email_host_user": "camflix",
        "email_host_password": "secret",
        "default_from_email": "CamFlix <camflix@example.org>",
    }
    return replace(base, **(facts | changes))


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.with_name("cert.pem")))


def test_a_letter_arrives_over_starttls_with_its_accents(
    server: TlsController, certificate: Path, inbox: Inbox
) -> None:
    SmtpMailer(settings_for(server.port), trusting(certificate)).send(LETTER)
    (envelope,) = inbox.envelopes
    assert envelope.rcpt_tos == ["zoe@example.org"]
    assert isinstance(envelope.content, bytes)
    text = envelope.content.decode()
    assert "Auto-Submitted: auto-generated" in text
    assert "From: CamFlix <camflix@example.org>" in text
    assert "=?utf-8?" in text


def test_a_certificate_that_nobody_vouches_for_is_refused(server: TlsController, inbox: Inbox) -> None:
    with pytest.raises(OSError, match="certificate verify failed"):
        SmtpMailer(settings_for(server.port)).send(LETTER)
    assert inbox.envelopes == []


def test_a_wrong_password_is_an_error_and_nothing_is_sent(
    server: TlsController, certificate: Path, inbox: Inbox
) -> None:
    with pytest.raises(OSError, match="535"):
        SmtpMailer(settings_for(server.port, email_host_password="x"), trusting(certificate)).send(LETTER)
    assert inbox.envelopes == []


def test_a_server_that_offers_no_tls_is_not_spoken_to_in_the_clear(inbox: Inbox) -> None:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    with pytest.raises(OSError, match="STARTTLS"):
        SmtpMailer(settings_for(controller.port)).send(LETTER)
    SmtpMailer(settings_for(controller.port, email_use_tls=False, email_host_user="")).send(LETTER)
    controller.stop()
    assert len(inbox.envelopes) == 1


def test_a_server_that_says_nothing_is_given_up(certificate: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailer = SmtpMailer(settings_for(silent.getsockname()[1]), trusting(certificate), timeout=0.1)
        with pytest.raises(OSError, match="timed out"):
            mailer.send(LETTER)


def test_the_settings_choose_who_sends(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(mailer_for(settings_for(25)), SmtpMailer)
    assert isinstance(mailer_for(settings_for(25, email_host="")), NullMailer)
    printing = mailer_for(settings_for(25, email_host="", debug=True))
    assert isinstance(printing, PrintingMailer)
    printing.send(LETTER)
    assert "Zoé" in capsys.readouterr().err
