"""Mail: a notice in the person's language, taken by the mail server or not; and what failed."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import force_bytes

from accounts.channels.base import Answer, Result, Send, Way
from accounts.clock import in_seconds
from accounts.models import Delivery, Notice, Person
from accounts.models.notice import BY_MAIL_ALONE, Channel, DeliveryFailure, NoticeKind
from accounts.notice_text import subject_of
from accounts.password_links import absolute, password_link

log = structlog.get_logger("accounts.mail")


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str
    message_id: str


def mail_of(notice: Notice) -> Mail:
    """The link of a password notice is computed here, and kept nowhere."""
    person = notice.person
    is_password = notice.kind == NoticeKind.PASSWORD
    link = password_link(person) if is_password else absolute(notice.path)
    template = notice.kind if notice.kind in BY_MAIL_ALONE else "notice"
    with translation.override(person.language):
        subject = subject_of(notice)
        body = render_to_string(
            f"accounts/mail/{template}.txt", {"person": person, "link": link, "subject": subject}
        )
    # The same at each try: a mailbox that gets it twice can tell.
    host = urlsplit(settings.PUBLIC_URL).hostname
    return Mail(
        to=person.email,
        subject=f"policetweets · {subject}",
        body=body,
        message_id=f"<notice.{notice.pk}.{notice.created_at:%Y%m%d%H%M%S%f}@{host}>",
    )


def mails_leave() -> bool:
    """Without a mail server they stay queued: none is written down as sent."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


@contextmanager
def open_connection() -> Iterator[Send]:
    with get_connection() as connection:
        yield lambda delivery: send(delivery, connection)


# What awaited somebody two days ago is said by newer mails and by the pages.
WAY = Way(is_usable=mails_leave, open=open_connection, max_age=2 * 86_400)


def send(delivery: Delivery, connection: Any) -> Answer:
    """Whether the server took it. Raises OSError when it will take no other either."""
    mail = mail_of(delivery.notice)
    headers = {"Message-ID": mail.message_id}
    message = EmailMessage(
        mail.subject, mail.body, None, [mail.to], connection=connection, headers=headers
    )
    try:
        return Answer(Result.TAKEN if message.send() else Result.LATER)
    except smtplib.SMTPSenderRefused:
        raise  # our own address: the setting is wrong, not this mail
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = smtp_code(error)
        for_good = code >= 500 and not is_about_us(error)
        return Answer(Result.REFUSED if for_good else Result.LATER, code)
    except ValueError as error:
        log.warning("mail cannot be written", error=type(error).__name__)
        return Answer(Result.REFUSED)


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


def count_late_mails() -> int:
    """How many have waited for the mail server for more than an hour."""
    if not mails_leave():
        return 0
    waiting = Delivery.objects.filter(channel=Channel.MAIL, next_try_at__isnull=False)
    return waiting.filter(notice__created_at__lt=in_seconds(-3_600)).count()


def with_mail_failure(people: QuerySet[Person]) -> QuerySet[Any]:
    """With `mail_failure`: why the newest mail to each that is done with did not leave, or ""."""
    done = Delivery.objects.filter(
        ~Q(failure=DeliveryFailure.REPLACED),
        person=OuterRef("pk"),
        channel=Channel.MAIL,
        next_try_at=None,
    )
    return people.annotate(mail_failure=Subquery(done.order_by("-pk").values("failure")[:1]))


def mail_failures() -> list[Person]:
    """The people whose newest mail did not leave, ten at most: the list of people shows all."""
    active = with_mail_failure(Person.objects.filter(ended_at=None))
    return list(active.exclude(mail_failure=None).exclude(mail_failure="").order_by("name")[:10])
