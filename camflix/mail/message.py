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
        """Return it with its headers, as SMTP takes it.

        Raises:
            ValueError: a header cannot say this address, and would name another (or the parser stumbles over it, with
                errors of many kinds).
        """
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.to
        if [address.addr_spec for address in message["To"].addresses] != [self.to]:
            msg = "the address stands in no header as it is"
            raise ValueError(msg)
        message["Subject"] = self.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        return message
