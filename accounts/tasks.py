"""Delivering queued notices: each is claimed by one worker, and tried again when it fails."""

from __future__ import annotations

import smtplib
from typing import Any

import structlog
from celery import shared_task
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.utils.encoding import force_bytes

from accounts.clock import in_seconds
from accounts.mails import mail_of, mails_leave, queued_mails
from accounts.models import Notice, SignInCount
from accounts.models.notice import MailFailure

log = structlog.get_logger("accounts.mail")

# Seconds to the next try, the last one again and again until the mail is too old.
RETRIES = (60, 300, 900, 3_600)
# Seconds: what awaited somebody two days ago is said by newer mails and by the pages.
MAX_AGE = 2 * 86_400
BATCH = 100


@shared_task
def deliver_notices() -> int:
    """How many the mail server took. While it cannot be used, nothing is claimed, no try is spent.

    At least once: when a worker dies after the server took a mail and before that is written, the
    mail leaves again a minute later, with the same Message-ID.
    """
    if not mails_leave():
        return 0
    queued_mails().filter(created_at__lt=in_seconds(-MAX_AGE)).update(
        next_try_at=None, failure=MailFailure.EXPIRED
    )
    if not queued_mails().filter(next_try_at__lte=Now()).exists():
        return 0
    delivered = 0
    try:
        with get_connection() as connection:
            while delivered < BATCH and (notice := claim()) is not None:
                delivered += deliver(notice, connection)
    except OSError as error:
        log.error("mail server not usable", error=type(error).__name__, code=smtp_code(error))
    return delivered


@shared_task
def delete_sign_in_counts() -> int:
    """Those whose window has ended."""
    return SignInCount.objects.filter(ends_at__lt=Now()).delete()[0]


@transaction.atomic(durable=True)
def claim() -> Notice | None:
    """One due notice, with its next try already written down."""
    notice = (
        queued_mails()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("person", "account")
        .filter(next_try_at__lte=Now())
        .order_by("next_try_at", "pk")
        .first()
    )
    if notice is None:
        return None
    seconds = RETRIES[min(notice.tries, len(RETRIES) - 1)]
    notice.next_try_at = in_seconds(seconds) if notice.person.is_active else None
    notice.tries += 1
    notice.save(update_fields=["next_try_at", "tries"])
    return notice


def deliver(notice: Notice, connection: Any) -> bool:
    """Whether the server took it. Raises OSError when it will take no other either."""
    if not notice.person.is_active:
        return False
    mail = mail_of(notice)
    headers = {"Message-ID": mail.message_id}
    message = EmailMessage(
        mail.subject, mail.body, None, [mail.to], connection=connection, headers=headers
    )
    this_one = Notice.objects.filter(pk=notice.pk)
    try:
        if not message.send():
            return False
    except smtplib.SMTPSenderRefused:
        raise  # our own address: the setting is wrong, not this mail
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = smtp_code(error)
        log.warning("mail refused", notice=notice.pk, code=code)
        if code >= 500 and not is_about_us(error):
            this_one.update(next_try_at=None, failure=MailFailure.REFUSED, smtp_code=code)
        return False
    except ValueError as error:
        log.warning("mail cannot be written", notice=notice.pk, error=type(error).__name__)
        this_one.update(next_try_at=None, failure=MailFailure.REFUSED)
        return False
    this_one.update(sent_at=Now(), next_try_at=None)
    return True


def is_about_us(error: OSError) -> bool:
    """A no to who we are (RFC 4954's 530, RFC 3463's 5.7: relaying, authentication) is a setting to
    mend, and may change: it is no word on the mailbox.
    """
    answers: list[tuple[int, bytes]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, force_bytes(error.smtp_error))]
    return any(code in (530, 535, 538) or words.startswith(b"5.7.") for code, words in answers)


def smtp_code(error: OSError) -> int:
    """The server's code, or 0: its words are kept nowhere, they may hold an address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=0)
    return int(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else 0
