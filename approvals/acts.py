"""What a person may do with a draft now: read from the table of moves by pages and tests alike."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.access import Role
from accounts.models import Person
from approvals.models import Draft, DraftState
from approvals.models.states import MOVES
from approvals.quorum import Quorum


def possible_acts(
    draft: Draft, person: Person, role: Role, quorum: Quorum | None, *, author_left: bool
) -> frozenset[str]:
    """The names of the acts; `quorum` is that of the open revision, if there is one."""
    wrote = quorum is not None and person.pk in quorum.contributors
    by = {
        "seat": role == "seat",
        "author": role == "seat" and (draft.author_id == person.pk or author_left),
        "reviewer": not (wrote and role == "seat"),
        "supervisor": role == "supervision",
        "seat, when the author's has ended": role == "seat" and author_left,
    }
    acts = {
        act for act, move in MOVES.items() if draft.state in move.before and by.get(move.by, False)
    }
    if quorum is not None and why_not_approve(draft, person, quorum) == "":
        acts.add("approve")
    if role == "seat" and draft.state not in (DraftState.WRITING, DraftState.IN_REVIEW):
        acts.add("use_again")
    return frozenset(acts)


def why_not_approve(draft: Draft, person: Person, quorum: Quorum) -> str:
    """The sentence that says why this person's approval is not asked for; empty when it is."""
    if any(s.person.pk == person.pk for s in quorum.signatures):
        return _("Vous avez approuvé ce texte exact.")
    if draft.state == DraftState.RELEASED and quorum.met:
        return _("Tous les accords sont là : ce texte est bon à diffuser.")
    if person.pk in quorum.contributors:
        return _("Vous avez écrit ou modifié ce texte : l’accord doit venir d’autres personnes.")
    return ""
