"""Mails of the outbox: one way to send them, and one way to say how it went."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from cxmap.outbox.models import Message
from cxmap.outbox.registry import Delivered, Failed, Outcome


def message_id(message: Message) -> str:
    """Return the Message-ID of a mail: the same at every attempt, so that a mail server can tell a second copy."""
    host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0] or "cxmap"
    return f"<{message.delivery_id}@{host}>"


def mail_send(mail: EmailMessage) -> Outcome:
    """Hand a mail to the server."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return Failed(f"mail_recipient|{code}", code=code, permanent=code >= 500)
    except smtplib.SMTPResponseException as error:
        return Failed(f"mail_answered|{error.smtp_code}", code=max(error.smtp_code, 0))
    except (OSError, smtplib.SMTPException) as error:
        return Failed(f"mail_server|{type(error).__name__}")
    return Delivered()
