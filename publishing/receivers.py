"""publishing follows the lower layers, in their transaction; the scan finds the same without it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver

from accounts.signals import function_changed, right_ended, what_rests_on
from approvals.models import Draft, Release
from approvals.quorum import quorums_of
from approvals.signals import objected, released, standing_on_x, texts_on_x
from publishing import rules
from publishing.actions.create_publication import create_publication
from publishing.actions.decide import lapse_of_proposer
from publishing.actions.scan import follow_objection, reevaluate_account
from publishing.models import Part, PartState, Publication, PublicationState


@receiver(released)
def on_released(sender: object, release: Release, **kwargs: Any) -> None:
    create_publication(release)


@receiver(objected)
def on_objected(sender: object, draft: Draft, raised: bool, **kwargs: Any) -> None:
    follow_objection(draft, raised=raised)


@receiver(right_ended)
def on_right_ended(sender: object, account_id: int, person_id: int, **kwargs: Any) -> None:
    reevaluate_account(account_id)
    lapse_of_proposer(account_id, person_id)


@receiver(function_changed)
def on_function_changed(sender: object, account_id: int, **kwargs: Any) -> None:
    reevaluate_account(account_id)


@receiver(what_rests_on)
def on_asked_what_rests(sender: object, account_id: int, person_id: int, **kwargs: Any) -> int:
    """The waiting publications that would be held without this person's right: five queries."""
    rows = Publication.objects.filter(account=account_id, state=PublicationState.WAITING)
    revisions = [p.release.revision for p in rows.select_related("release__revision__draft")]
    quorums = quorums_of(revisions)
    return sum(
        revision.draft.author_id == person_id or not quorums[revision.pk].without(person_id).met
        for revision in revisions
    )


@receiver(standing_on_x)
def on_asked_whether_it_stands(sender: object, release_id: int, **kwargs: Any) -> bool:
    return rules.stands_on_x(release_id)


@receiver(texts_on_x)
def on_asked_texts(sender: object, drafts: QuerySet[Draft], **kwargs: Any) -> set[str]:
    """Deleted ones too: X refuses the same text again for a while."""
    perhaps = (PartState.OUT, PartState.DELETED, PartState.UNCERTAIN)
    parts = Part.objects.filter(
        publication__release__revision__draft__in=drafts, state__in=perhaps
    ).select_related("publication__release__revision")
    return {part.text for part in parts}
