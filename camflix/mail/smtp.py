"""Sending over SMTP: STARTTLS or TLS from the start, certificates checked, time-outs on every step."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.mail.message import Message
    from camflix.settings import Settings

_TLS_PORT = 465
TIMEOUT_SECONDS = 15.0


class SmtpMailer:
    """Sends through the server that the settings name.

    With EMAIL_USE_TLS, port 465 speaks TLS from its first byte and every other port by STARTTLS; a server that offers
    none is refused rather than spoken to in the clear.

    Args:
        settings: EMAIL_HOST and its sisters.
        tls: what certificates are checked against; the system's by default.
        timeout: seconds that each step may take.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        self._settings = settings
        self._tls = tls
        self._timeout = timeout

    def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            OSError: the server cannot be reached or refuses it (smtplib's errors are of this kind).
        """
        settings = self._settings
        sender = settings.default_from_email or settings.email_host_user or f"camflix@{settings.email_host}"
        with self._connected() as server:
            if settings.email_host_user:
                server.login(settings.email_host_user, settings.email_host_password)
            server.send_message(message.encoded(sender))

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        host, port = settings.email_host, settings.email_port
        if not settings.email_use_tls:
            with smtplib.SMTP(host, port, timeout=self._timeout) as server:
                yield server
            return
        tls = self._tls or ssl.create_default_context()
        if port == _TLS_PORT:
            with smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=tls) as server:
                yield server
            return
        with smtplib.SMTP(host, port, timeout=self._timeout) as server:
            server.starttls(context=tls)
            yield server
