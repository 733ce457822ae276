"""Who sends: SMTP, the terminal (DEBUG), nobody; and one that remembers, for tests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from camflix.mail.smtp import SmtpMailer

if TYPE_CHECKING:
    from camflix.mail.message import Message
    from camflix.settings import Settings


class Mailer(Protocol):
    """Sends messages."""

    def send(self, message: Message) -> None:
        """Send one message; OSError when it cannot be sent."""
        ...


class NullMailer:
    """Sends nothing: no mail server is set."""

    def send(self, message: Message) -> None:
        """Drop it."""


class PrintingMailer:
    """Prints messages on standard error, for DEBUG."""

    def send(self, message: Message) -> None:
        """Print it."""
        lines = (f"To: {message.to}", f"Subject: {message.subject}", "", message.text, "")
        sys.stderr.write("\n".join(lines))
        sys.stderr.flush()


class RecordingMailer:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Remember it."""
        self.sent.append(message)


def mailer_for(settings: Settings) -> Mailer:
    """Return the sender that the settings ask for."""
    if settings.email_host:
        return SmtpMailer(settings)
    return PrintingMailer() if settings.debug else NullMailer()
