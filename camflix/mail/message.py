"""A message as plain values; what it becomes on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one person, in their language."""

    to: str
    subject: str
    text: str

    def encoded(self, sender: str) -> EmailMessage:
        """Return it with its headers, as SMTP takes it."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        return message
