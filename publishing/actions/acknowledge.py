"""Somebody says that they have seen it: what ended badly alerts until then."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.access import require_office
from accounts.actions.base import action, record, said
from accounts.errors import Invalid, Moved
from accounts.models import Account, Person
from publishing.actions.looks import plan_pointed
from publishing.actions.moves import lock_own
from publishing.capabilities import CAPABILITIES
from publishing.matching import is_post_id
from publishing.models import CreditStop, PartState, Publication, PublicationState
from publishing.models.publication import Reading

CAN_BE_ACKNOWLEDGED = (PublicationState.REFUSED, PublicationState.PARTIAL)


def can_acknowledge(publication: Publication) -> bool:
    """Refused, partial, gone from X or different there, and nobody has said so yet."""
    bad = publication.state in CAN_BE_ACKNOWLEDGED or (
        publication.state == PublicationState.PUBLISHED
        and publication.reading in (Reading.GONE, Reading.DIFFERS)
    )
    return bad and publication.acknowledged_at is None


@action
def acknowledge(*, actor: Person, publication_id: int, reason: str) -> Publication:
    """Ends the alert, with a reason. Raises NotYours, Invalid, Moved."""
    publication = lock_own(actor, publication_id, act="acknowledge")
    reason = said(reason)
    if not can_acknowledge(publication):
        raise Moved
    Publication.objects.filter(pk=publication.pk).update(
        acknowledged_at=Now(), acknowledged_by=actor, acknowledged_reason=reason
    )
    record("publication.acknowledged", actor=actor, account=publication.account_id,
           subject=publication, draft_id=publication.draft_id)  # fmt: skip
    return publication


@action
def point_to(*, actor: Person, publication_id: int, link: str) -> None:
    """« C’est sur X » : the link is checked by a worker, who believes only what X shows.

    Raises NotYours, Invalid for what is no link to a post of this account.
    """
    publication = lock_own(actor, publication_id, act="point_to")
    x_id = post_id(link, publication.account)
    parts = publication.parts.all()
    part = next((p for p in parts if p.perhaps_out or p.state == PartState.REFUSED), None)
    if part is None:
        raise Moved
    plan_pointed(part, x_id)
    record("publication.pointed", actor=actor, account=publication.account_id,
           subject=publication, draft_id=publication.draft_id,
           x_id=x_id)  # fmt: skip


def post_id(link: str, account: Account) -> str:
    """The id in https://x.com/<handle>/status/<id>, or the id alone. Raises Invalid."""
    pieces = link.strip().split("?")[0].rstrip("/").split("/")
    named = len(pieces) == 1 or (
        len(pieces) >= 3 and pieces[-2] == "status" and pieces[-3].lower() == account.handle.lower()
    )
    if not named or not is_post_id(pieces[-1]):
        raise Invalid(_("Ce n’est pas le lien d’un message de ce compte sur X."), field="link")
    return pieces[-1]


@action
def credits_restored(*, actor: Person) -> None:
    """An administrator says so; one send is let through first. Raises Forbidden, Moved."""
    require_office(CAPABILITIES["restore_credits"], actor)
    stop = CreditStop.objects.select_for_update().filter(ended_at=None).first()
    if stop is None:
        raise Moved
    CreditStop.objects.filter(pk=stop.pk).update(restored_at=Now(), restored_by=actor, probe=None)
    record("credits.restored", actor=actor, subject=stop)
