"""What a person may do with a publication now: read by pages and tests alike."""

from __future__ import annotations

from accounts.models import Person
from accounts.roles import Role
from publishing.actions.acknowledge import can_acknowledge
from publishing.actions.decide import answers_of
from publishing.actions.effects import can_propose
from publishing.actions.recall import can_recall
from publishing.actions.retract import can_retract
from publishing.capabilities import may
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    Publication,
)


def open_confirmation(publication: Publication) -> Confirmation | None:
    return (
        publication.confirmations.filter(state=ConfirmationState.OPEN)
        .select_related("proposed_by")
        .first()
    )


def possible_acts(publication: Publication, person: Person, role: Role | None) -> frozenset[str]:
    """Names of `publishing.views.acts.ACTS`, and the answers to an open confirmation. Who may
    is in the table of capabilities.
    """
    if role is None:
        return frozenset()
    acts = set()
    if can_recall(publication):
        acts.add("recall")
    if any(part.maybe_posted for part in publication.parts.all()):
        acts.add("point_to")
    standing = publication.retractions.filter(ended_at=None).exists()
    if can_retract(publication) and not standing:
        acts.add("retract")
    if can_acknowledge(publication):
        acts.add("acknowledge")
    proposal = open_confirmation(publication)
    answers: set[str] = set()
    if proposal is not None:
        answers = answers_of(proposal, person)
    else:
        kinds = [kind for kind in ConfirmationKind if can_propose(publication, kind)]
        acts |= {f"propose_{kind.value}" for kind in kinds}
    return frozenset(answers | {act for act in acts if may(act, role)})
