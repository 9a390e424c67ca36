"""An owed notice as a mail, in the person's language; never with a text of a draft."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from accounts.links import absolute, password_link
from accounts.models import Notice
from accounts.models.notice import NoticeKind


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str


def mail_of(notice: Notice) -> Mail:
    """The link of a password notice is computed here, and kept nowhere."""
    person = notice.person
    is_password = notice.kind == NoticeKind.PASSWORD
    link = password_link(person) if is_password else absolute(notice.path)
    with translation.override(person.language):
        subject = str(NoticeKind(notice.kind).label)
        body = render_to_string(
            f"accounts/mail/{notice.kind}.txt",
            {"person": person, "account": notice.account, "link": link},
        )
    return Mail(to=person.email, subject=f"policetweets · {subject}", body=body)
