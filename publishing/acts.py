"""What a person may do with a publication now: read by pages and tests alike."""

from __future__ import annotations

from accounts.models import Person
from accounts.roles import Role
from publishing.actions.acknowledge import can_acknowledge
from publishing.actions.decide import answers_of
from publishing.actions.effects import can_propose
from publishing.actions.follow_up import FOLLOW_UPS, can_follow_up
from publishing.actions.point_to import part_in_doubt
from publishing.actions.recall import can_recall
from publishing.actions.transitions import can_retract
from publishing.capabilities import may
from publishing.models import (
    ConfirmationKind,
    Publication,
)


def possible_acts(publication: Publication, person: Person, role: Role | None) -> frozenset[str]:
    """Names of `publishing.views.acts.ACTS`, and the answers to an open confirmation. Who may
    is in the table of capabilities.
    """
    if role is None:
        return frozenset()
    proposal = publication.open_confirmation
    possible = {
        "recall": can_recall(publication),
        "point_to": part_in_doubt(publication) is not None,
        "retract": can_retract(publication) and publication.standing_retraction is None,
        "acknowledge": can_acknowledge(publication),
        **{act: can_follow_up(publication, act) for act in FOLLOW_UPS},
    }
    if proposal is None:
        for kind in ConfirmationKind:
            possible[f"propose_{kind.value}"] = can_propose(publication, kind)
    answers = answers_of(proposal, person) if proposal is not None else set()
    return frozenset(answers | {act for act, yes in possible.items() if yes and may(act, role)})
