"""What a person may do with a draft now: the tables of capabilities and of moves, as buttons."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.roles import Role
from approvals.capabilities import CAPABILITIES
from approvals.models import Draft, DraftState
from approvals.models.states import TRANSITIONS
from approvals.quorum import Quorum


def possible_acts(
    draft: Draft, person: Person, role: Role, quorum: Quorum | None, *, author_left: bool
) -> frozenset[str]:
    """The names of the acts; `quorum` is that of the open revision, if there is one."""
    wrote = quorum is not None and person.pk in quorum.contributors
    possible = {act: draft.state in transition.before for act, transition in TRANSITIONS.items()}
    possible["abandon"] &= draft.author_id == person.pk or author_left
    possible["adopt"] &= author_left
    possible["propose_wording"] = (
        draft.state == DraftState.IN_REVIEW and draft.author_id != person.pk
    )
    possible["approve"] = quorum is not None and why_not_approve(draft, person, quorum) == ""
    possible["object"] = draft.state in (DraftState.IN_REVIEW, DraftState.RELEASED) and not (
        quorum is not None and any(o.raised_by_id == person.pk for o in quorum.objections)
    )
    possible["use_again"] = draft.state not in (DraftState.WRITING, DraftState.IN_REVIEW)
    return frozenset(
        act
        for act, capability in CAPABILITIES.items()
        if possible.get(act, False) and capability.allows(role, contributor=wrote)
    )


def why_not_approve(draft: Draft, person: Person, quorum: Quorum) -> str:
    """The sentence that says why this person's approval is not asked for; empty when it is."""
    if any(s.person.pk == person.pk for s in quorum.signatures):
        if draft.state == DraftState.IN_REVIEW and quorum.met:
            return ""  # a right that came since completes the quorum: only an approval releases
        return _("Vous avez approuvé ce texte tel quel.")
    if draft.state == DraftState.RELEASED and quorum.missing == 0:
        return _("Tous les accords sont réunis : ce texte est bon à diffuser.")
    if person.pk in quorum.contributors:
        return _("Vous avez écrit ou modifié ce texte : l’accord doit venir d’autres personnes.")
    return ""
