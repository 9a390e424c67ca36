"""Shortcuts of the tests about drafts: what an author types, a draft as far along as needed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.actions.reviews import approve, record_view
from approvals.categories import fields_of
from approvals.checklist import items_of
from approvals.message import Message
from approvals.models import Category, Draft, Revision

TEXT = "Cambriolages : fermez vos volets en partant. #Prévention"


FIELDS_FILLED = {
    "agreement_by": "Mme Le Goff, vice-procureure",
    "agreement_on": "2026-01-10",
    "agreement_scope": "Les faits, sans nom.",
    "reference": "Parquet 2026/0417",
    "contact": "17",
    "removal_on": "2030-01-10",
    "removal_by": "1",
    "ends_at": "2030-01-10T18:00:00+01:00",
}


def content(text: str = TEXT, **more) -> Content:
    category = more.setdefault("category", Category.ADVICE)
    more.setdefault("fields", fields_of(category, FIELDS_FILLED))
    return Content((Message(text),), **more)


def a_draft(author, account, text: str = TEXT, **more) -> Draft:
    return begin_draft(actor=author, account=account, content=content(text, **more))


def a_revision(author, account, text: str = TEXT, **more) -> Revision:
    draft = a_draft(author, account, text, **more)
    return submit_draft(actor=author, draft_id=draft.pk, version=draft.version)


def as_read(reader, revision: Revision) -> dict:
    """Whose verdict it is, and what it signs, once the text was before their eyes."""
    record_view(actor=reader, revision=revision)
    return {"actor": reader, "revision_id": revision.pk, "digest": revision.digest}


def agree(actor, revision: Revision) -> Revision:
    """Reads it, ticks every point and approves."""
    return approve(**as_read(actor, revision), ticked=points(revision))


def points(revision: Revision) -> list[str]:
    """The ids of its checklist."""
    return [item.id for item in items_of(revision)]


def verdict_form(reader, revision: Revision, **more) -> dict:
    """What the page of this revision, once read and every point ticked, posts with a verdict."""
    signs = as_read(reader, revision)
    form = {"revision": signs["revision_id"], "digest": signs["digest"]}
    return form | {"ticked": points(revision), **more}


def signed(revision: Revision, *people) -> Draft:
    for person in people:
        agree(person, revision)
    return Draft.objects.get(pk=revision.draft_id)


def typed(draft: Draft, text: str | list[str] = TEXT, **fields) -> dict:
    """What the composer's form posts."""
    texts = [text] if isinstance(text, str) else text
    return {
        "version": draft.version,
        "text": texts,
        "origin": [str(i) for i in range(len(texts))],
        "category": draft.category or Category.ADVICE,
        "reply_settings": draft.reply_settings,
        "when": "approved",
        **({"in_reply": "on"} if draft.in_reply else {}),
        **fields,
    }


def in_hours(hours: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=hours)
