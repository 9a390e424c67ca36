"""What the clock does for drafts: reminds who is awaited, escalates, warns the author, and deletes
the bytes of purged images and what nobody does any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts import audit
from accounts.clock import db_now
from accounts.constraints import Constrained
from accounts.models import AuditEntry
from accounts.models.notice import NoticeAct
from approvals.actions import presence
from approvals.actions.purge import (
    delete_bytes,
    forget_image,
    images_to_delete,
    unnamed_images,
)
from approvals.actions.videos import delete_abandoned_uploads
from approvals.models import DraftState, Revision
from approvals.notices import escalate_review, notify_author, remind_reviewers

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Step:
    """What is done once for a revision that is still in review when `due` says so, by its act."""

    act: str
    due: Callable[[], Q]
    tell: Callable[[Revision], None]


def _waits(patient: str, pressing: str) -> Callable[[], Q]:
    """Since this long; sooner if it is urgent, or if its hour is near. Names of durations."""

    def due() -> Q:
        now, durations = db_now(), settings.DURATIONS
        ago = {name: now - _seconds(getattr(durations, name)) for name in (patient, pressing)}
        near = Q(requested_at__lte=now + _seconds(durations.review_near))
        presses = (Q(draft__urgent=True) | near) & Q(submitted_at__lte=ago[pressing])
        ahead = Q(requested_at=None) | Q(requested_at__gt=now)
        return ahead & (presses | Q(submitted_at__lte=ago[patient]))

    return due


def _hour_is_near() -> Q:
    now = db_now()
    soon = now + _seconds(settings.DURATIONS.warn_author_before)
    return Q(requested_at__gt=now, requested_at__lte=soon)


def _seconds(seconds: float) -> dt.timedelta:
    return dt.timedelta(seconds=seconds)


def _warn_author(revision: Revision) -> None:
    notify_author(revision.draft, NoticeAct.LACKS_APPROVALS)


REMIND = Step(
    "draft.review_reminded", _waits("review_reminder", "urgent_review_reminder"), remind_reviewers
)
ESCALATE = Step(
    "draft.review_escalated",
    _waits("review_escalation", "urgent_review_escalation"),
    escalate_review,
)
WARN = Step("draft.author_warned", _hour_is_near, _warn_author)
STEPS = (REMIND, ESCALATE, WARN)


@shared_task(name="approvals.tasks.follow_reviews")
def follow_reviews() -> int:
    """How many steps were taken, each once for each revision: the trail remembers. Run at will."""
    return sum(_take(step, pk) for step in STEPS for pk in _due(step))


def _due(step: Step) -> list[int]:
    taken = AuditEntry.objects.filter(
        act=step.act, draft_id=OuterRef("draft_id"), subject_id=OuterRef("pk")
    )
    waiting = Revision.objects.filter(closed_at=None, draft__state=DraftState.IN_REVIEW)
    return list(waiting.filter(step.due(), ~Exists(taken)).values_list("pk", flat=True)[:100])


@shared_task(name="approvals.tasks.delete_abandoned")
def delete_abandoned() -> None:
    """What browsers began to send and nobody finished."""
    delete_abandoned_uploads()


@shared_task(name="approvals.tasks.delete_purged_images")
def delete_purged_images() -> None:
    """Until the storage has deleted each: one that it does not delete holds up no other."""
    for sha256 in list(images_to_delete().values_list("sha256", flat=True).distinct()[:100]):
        try:
            delete_bytes(sha256)
        except DatabaseError:
            raise
        except Exception as error:
            log.error("image not deleted", sha256=sha256, error=type(error).__name__)


@shared_task(name="approvals.tasks.forget_unnamed_images")
def forget_unnamed_images() -> None:
    """Images and videos that were stored long ago and that no draft names."""
    for image in unnamed_images(db_now()):
        try:
            forget_image(image)
        except Constrained:
            log.info("image taken again", sha256=image.sha256)


@shared_task(name="approvals.tasks.forget_presence")
def forget_presence() -> None:
    presence.forget_presence()


@transaction.atomic(durable=True)
def _take(step: Step, revision_id: int) -> int:
    """Two workers at once take it once: the second waits for the row, then finds the trail."""
    revision = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("draft__account")
        .get(pk=revision_id)
    )
    draft = revision.draft
    taken = AuditEntry.objects.filter(act=step.act, draft_id=draft.pk, subject_id=revision.pk)
    if taken.exists() or revision.closed_at is not None or draft.state != DraftState.IN_REVIEW:
        return 0
    audit.record(step.act, actor=None, about=draft, subject=revision)
    step.tell(revision)
    return 1
