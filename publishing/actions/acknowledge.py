"""Somebody says that they have seen it: what ended badly alerts until then."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts import audit
from accounts.actions.base import action, require_text
from accounts.errors import Conflict
from accounts.models import Person
from approvals.models import Comment
from publishing.actions.transitions import lock_own
from publishing.capabilities import offered
from publishing.models import Publication, PublicationState
from publishing.models.publication import BAD


def can_acknowledge(publication: Publication) -> bool:
    """Refused, partial, gone from X or different there, and nobody has said so yet."""
    if publication.state == PublicationState.PUBLISHED and publication.reading not in BAD:
        return False
    return offered(publication.state, "acknowledge") and publication.acknowledged_at is None


@action
def acknowledge(*, actor: Person, publication_id: int, reason: str) -> Publication:
    """Ends the alert, with a reason. Raises NotFound, Invalid, Conflict."""
    publication = lock_own(actor, publication_id, act="acknowledge")
    reason = require_text(reason)
    if not can_acknowledge(publication):
        raise Conflict
    Publication.objects.filter(pk=publication.pk).update(
        acknowledged_at=Now(), acknowledged_by=actor, acknowledged_reason=reason
    )
    # In the debate it stays when the next alert clears the row.
    comment = Comment.objects.create(
        draft_id=publication.draft_id,
        revision=publication.release.revision,
        author=actor,
        body=reason,
    )
    audit.record("publication.acknowledged", actor=actor, about=publication, comment=comment.pk)
    return publication
