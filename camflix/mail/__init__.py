"""Messages and their sending: over SMTP, onto the terminal in DEBUG, or nowhere."""

from camflix.mail.message import Message
from camflix.mail.senders import Mailer, NullMailer, PrintingMailer, RecordingMailer, mailer_for
from camflix.mail.smtp import SmtpMailer

__all__ = ["Mailer", "Message", "NullMailer", "PrintingMailer", "RecordingMailer", "SmtpMailer", "mailer_for"]
