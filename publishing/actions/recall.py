"""Recall: an approved text is taken back before any part of it is out."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy

from accounts.actions.base import action, require_text
from accounts.errors import Conflict
from accounts.models import Person
from approvals.actions.base import close_revision
from approvals.actions.base import transition as move_draft
from approvals.models import CloseReason, Comment, Draft
from publishing.actions.transitions import close_unsent, lock_own, transition
from publishing.capabilities import offered
from publishing.models import (
    Attempt,
    Outcome,
    PartState,
    Phase,
    Publication,
    PublicationState,
    Reason,
)


class TooLateToRecall(Conflict):
    code = "too_late_to_recall"
    sentence = gettext_lazy(
        "Ce message est parti, ou peut-être parti : il ne peut plus être rappelé."
    )


@action
def recall(*, actor: Person, publication_id: int, reason: str) -> Publication:
    """Takes an approved text back, at once, with a reason; its draft goes back to writing.

    Raises NotFound, Invalid without a reason, TooLateToRecall when a part is out or may be, and
    for what was given up, where two people must agree.
    """
    publication = lock_own(actor, publication_id, act="recall")
    reason = require_text(reason)
    if not can_recall(publication):
        raise TooLateToRecall
    recall_now(publication, actor=actor, reason=reason)
    return publication


def can_recall(publication: Publication) -> bool:
    """Nothing out, nothing perhaps out, nothing under way; what was given up takes two people."""
    if not offered(publication.state, "recall"):
        return False
    perhaps = (PartState.POSTING, PartState.OUT, PartState.UNCERTAIN, PartState.DELETED)
    parts = list(publication.parts.all())
    if any(part.state in perhaps for part in parts):
        return False
    prefetch_related_objects(parts, "attempts", "lookups")
    tried = [attempt for part in parts for attempt in part.attempts.all()]
    return not (
        any(one.phase == Phase.POSTING or one.outcome == Outcome.ACCEPTED for one in tried)
        or any(part.maybe_posted for part in parts)
    )


def recall_now(publication: Publication, *, actor: Person, reason: str) -> None:
    """The recall itself, in the caller's transaction and under its locks."""
    preparing = Attempt.objects.filter(part__publication=publication, phase=Phase.PREPARING)
    for attempt in preparing:
        close_unsent(attempt, Reason.PRE_SEND_CHECK)
    draft = Draft.objects.select_for_update().get(pk=publication.draft_id)
    comment = Comment.objects.create(
        draft=draft, revision=publication.release.revision, author=actor, body=reason
    )
    transition(publication, PublicationState.RECALLED, actor=actor, comment=comment.pk)
    close_revision(draft, CloseReason.RECALLED, actor=actor)
    move_draft(draft, "recall")
