"""Who can meet an account's rule of approval now, and whether anybody can."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access import reviewers
from accounts.errors import Sentence
from accounts.models import Account, Person
from accounts.roles import Role


@dataclass(frozen=True)
class ApprovalRule:
    """The number of approvals asked, and the people who may give them, as they are now."""

    required: int
    holders: tuple[Person, ...]
    supervisors: tuple[Person, ...]

    @property
    def most(self) -> int:
        """Approvals that a draft of one author could gather: the other seats, the supervisors."""
        return max(len(self.holders) - 1, 0) + len(self.supervisors)

    @property
    def can_be_met(self) -> bool:
        return bool(self.supervisors) and self.required <= self.most

    @property
    def why_not(self) -> Sentence:
        """Why these people cannot meet it."""
        if self.required < 1:
            return _("Il faut au moins un accord.")
        if not self.supervisors:
            return _(
                "Personne ne supervise ce compte : aucune règle n’est applicable. "
                "Nommez d’abord un superviseur."
            )
        return ngettext(
            "%(asked)d accords demandés, mais une seule personne peut donner son accord à "
            "un brouillon.",
            "%(asked)d accords demandés, mais %(most)d personnes seulement peuvent donner "
            "leur accord à un "
            "brouillon.",
            self.most,
        ) % {"asked": self.required, "most": self.most}


def rule_of(account: Account, required: int | None = None) -> ApprovalRule:
    """With the account's number, or with one that somebody thinks of setting."""
    people = reviewers(account).values()
    return ApprovalRule(
        required=account.approvals_required if required is None else required,
        holders=tuple(person for person, role in people if role == Role.SEAT),
        supervisors=tuple(person for person, role in people if role == Role.SUPERVISION),
    )
