"""A queued notice as a mail, in the person's language; never with a text of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.clock import in_seconds
from accounts.models import Notice, Person
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.password_links import absolute, password_link
from accounts.timefmt import PARIS, format_date, format_hour


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
    with translation.override(person.language):
        subject = subject_of(notice)
        body = render_to_string(
            f"accounts/mail/{notice.kind}.txt",
            {"person": person, "account": notice.account, "link": link, "subject": subject},
        )
    # The same at each try: a mailbox that gets it twice can tell.
    host = urlsplit(settings.PUBLIC_URL).hostname
    return Mail(
        to=person.email,
        subject=f"policetweets · {subject}",
        body=body,
        message_id=f"<notice.{notice.pk}.{notice.created_at:%Y%m%d%H%M%S%f}@{host}>",
    )


def subject_of(notice: Notice) -> str:
    """« À relire avant 18 h : @pnationale44, urgent »: the act, until when, the account; the day
    too when it is another than that of the act.
    """
    words = str(NoticeAct(notice.act).label if notice.act else NoticeKind(notice.kind).label)
    if notice.until is not None:
        zone = notice.account.zone if notice.account is not None else PARIS
        limit, told = notice.until.astimezone(zone), notice.created_at.astimezone(zone)
        hour = format_hour(limit)
        if limit.date() != told.date():
            hour = _("%(day)s à %(hour)s") % {"day": format_date(limit, "j F"), "hour": hour}
            words = _("%(act)s avant le %(moment)s") % {"act": words, "moment": hour}
        else:
            words = _("%(act)s avant %(moment)s") % {"act": words, "moment": hour}
    if not notice.act:
        return words
    if notice.account is not None:
        words = _("%(act)s : @%(handle)s") % {"act": words, "handle": notice.account.handle}
    return _("%(subject)s, urgent") % {"subject": words} if notice.urgent else words


def mails_leave() -> bool:
    """Without a mail server they stay queued: none is written down as sent."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def queued_mails() -> QuerySet[Notice]:
    return Notice.objects.filter(sent_at=None, next_try_at__isnull=False)


def count_late_mails() -> int:
    """How many have waited for the mail server for more than an hour."""
    if not mails_leave():
        return 0
    return queued_mails().filter(created_at__lt=in_seconds(-3_600)).count()


def with_mail_failure(people: QuerySet[Person]) -> QuerySet[Any]:
    """With `mail_failure`: why the newest mail to each that is done with did not leave, or ""."""
    done = Notice.objects.filter(Q(sent_at__isnull=False) | ~Q(failure=""), person=OuterRef("pk"))
    return people.annotate(mail_failure=Subquery(done.order_by("-pk").values("failure")[:1]))


def mail_failures() -> list[Person]:
    """The people whose newest mail did not leave, ten at most: the list of people shows all."""
    active = with_mail_failure(Person.objects.filter(ended_at=None))
    return list(active.exclude(mail_failure=None).exclude(mail_failure="").order_by("name")[:10])
