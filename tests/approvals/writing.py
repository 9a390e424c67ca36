"""Shortcuts of the tests about drafts: what an author types, a draft as far along as needed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.actions.reviews import approve
from approvals.models import Draft, Revision

TEXT = "Cambriolages : fermez vos volets en partant. #Prévention"


def one_part(text: str = TEXT) -> list[dict]:
    return [{"text": text, "images": []}]


def content(text: str = TEXT, **more) -> Content:
    return Content(one_part(text), **more)


def a_draft(author, account, text: str = TEXT, **more) -> Draft:
    return begin_draft(actor=author, account=account, content=content(text, **more))


def a_revision(author, account, text: str = TEXT, **more) -> Revision:
    draft = a_draft(author, account, text, **more)
    return submit_draft(actor=author, draft_id=draft.pk, version=draft.version)


def signed(revision: Revision, *people) -> Draft:
    for person in people:
        approve(actor=person, revision_id=revision.pk, digest=revision.digest)
    return Draft.objects.get(pk=revision.draft_id)


def typed(draft: Draft, text: str | list[str] = TEXT, **fields) -> dict:
    """What the composer's form posts."""
    texts = [text] if isinstance(text, str) else text
    return {
        "version": draft.version,
        "text": texts,
        "origin": [str(i) for i in range(len(texts))],
        "category": draft.category,
        "reply_settings": draft.reply_settings,
        "when": "approved",
        **fields,
    }


def in_hours(hours: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=hours)
