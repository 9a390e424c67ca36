"""What the clock does for drafts: the author hears that the hour comes near without approvals."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import audit
from accounts.clock import db_now
from accounts.models import AuditEntry
from accounts.models.notice import NoticeAct
from approvals.models import DraftState, Revision
from approvals.notices import notify_author

WARNED = "draft.author_warned"


@shared_task(name="approvals.tasks.warn_authors")
def warn_authors() -> int:
    """One warning for each revision whose time is near; the trail remembers it. Run at will."""
    now = db_now()
    soon = now + dt.timedelta(seconds=settings.DURATIONS.warn_author_before)
    already = AuditEntry.objects.filter(
        act=WARNED, draft_id=OuterRef("draft_id"), subject_id=OuterRef("pk")
    )
    due = Revision.objects.filter(
        ~Exists(already),
        closed_at=None,
        draft__state=DraftState.IN_REVIEW,
        requested_at__gt=now,
        requested_at__lte=soon,
    )
    return sum(_warn(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic(durable=True)
def _warn(revision_id: int) -> int:
    """Two workers at once warn once: the second waits for the row, then finds the trail."""
    revision = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("draft__account")
        .get(pk=revision_id)
    )
    draft = revision.draft
    warned = AuditEntry.objects.filter(
        act=WARNED, draft_id=draft.pk, subject_id=revision.pk
    ).exists()
    if warned or revision.closed_at is not None or draft.state != DraftState.IN_REVIEW:
        return 0
    audit.record(WARNED, actor=None, about=draft, subject=revision)
    notify_author(draft, NoticeAct.LACKS_APPROVALS)
    return 1
