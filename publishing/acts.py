"""What a person may do with a publication now: read by pages and tests alike."""

from __future__ import annotations

from accounts.access import Role, role_on
from accounts.models import Person
from publishing.actions.acknowledge import can_acknowledge
from publishing.actions.decide import can_propose
from publishing.actions.recall import can_recall
from publishing.actions.retract import can_retract
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    Publication,
)

# Acts done at once by one person, in the order in which a page shows them.
ALONE = ("recall", "point_to", "retract", "acknowledge")


def open_confirmation(publication: Publication) -> Confirmation | None:
    return (
        publication.confirmations.filter(state=ConfirmationState.OPEN)
        .select_related("proposed_by")
        .first()
    )


def possible_acts(publication: Publication, person: Person, role: Role | None) -> frozenset[str]:
    """Names of `ALONE`, of ConfirmationKind with « propose_ » before, and the answers to an open
    confirmation. Everybody of the account may; nobody else may anything.
    """
    if role is None:
        return frozenset()
    acts = set()
    if can_recall(publication):
        acts.add("recall")
    if any(part.perhaps_out for part in publication.parts.all()):
        acts.add("point_to")
    standing = publication.retractions.filter(ended_at=None).exists()
    if can_retract(publication) and not standing:
        acts.add("retract")
    if can_acknowledge(publication):
        acts.add("acknowledge")
    one = open_confirmation(publication)
    if one is not None:
        return frozenset(acts | answers(one, person, role))
    kinds = [kind for kind in ConfirmationKind if can_propose(publication, kind)]
    return frozenset(acts | {f"propose_{kind.value}" for kind in kinds})


def answers(one: Confirmation, person: Person, role: Role) -> set[str]:
    """What this person may answer to what was proposed; one of the two is a supervisor."""
    if one.proposed_by_id == person.pk:
        return {"withdraw"}
    publication = one.publication
    other = role_on(one.proposed_by, publication.account_id) if publication else None
    return {"confirm", "decline"} if "supervision" in (role, other) else {"decline"}
