"""Who can meet an account's rule of approval now, and whether anybody can."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access import reviewers
from accounts.errors import Sentence
from accounts.models import Account, Function, Person
from accounts.roles import Role


@dataclass(frozen=True)
class ApprovalRule:
    """The number of approvals asked, and the people who may give them, as they are now.

    `functions` are those of supervisors, by their id; with `function`, one of the approvals is to
    be a holder's.
    """

    required: int
    holders: tuple[Person, ...]
    supervisors: tuple[Person, ...]
    functions: dict[int, str] = field(default_factory=dict)
    function: str = ""

    @property
    def most(self) -> int:
        """Approvals that a draft of one author could gather: the other seats, the supervisors."""
        return max(len(self.holders) - 1, 0) + len(self.supervisors)

    @property
    def can_be_met(self) -> bool:
        return (
            bool(self.supervisors)
            and self.required <= self.most
            and (not self.function or self.function in self.functions.values())
        )

    def without(self, person: Person) -> ApprovalRule:
        """As it would be had this person no right any more."""
        return replace(
            self.without_function(person),
            holders=tuple(p for p in self.holders if p != person),
            supervisors=tuple(p for p in self.supervisors if p != person),
        )

    def without_function(self, person: Person) -> ApprovalRule:
        functions = {pk: held for pk, held in self.functions.items() if pk != person.pk}
        return replace(self, functions=functions)

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
        if self.required <= self.most:
            return _(
                "Aucun superviseur n’a la fonction « %(function)s » sur ce compte : "
                "donnez-la d’abord à l’un d’eux."
            ) % {"function": Function(self.function).label}
        return ngettext(
            "%(asked)d accords demandés, mais une seule personne peut donner son accord à "
            "un brouillon.",
            "%(asked)d accords demandés, mais %(most)d personnes seulement peuvent donner "
            "leur accord à un "
            "brouillon.",
            self.most,
        ) % {"asked": self.required, "most": self.most}


def rule_of(account: Account, required: int | None = None, function: str = "") -> ApprovalRule:
    """With the account's number, or with one that somebody thinks of setting: one query."""
    people = reviewers(account).values()
    return ApprovalRule(
        required=account.approvals_required if required is None else required,
        holders=tuple(who.person for who in people if who.role == Role.SEAT),
        supervisors=tuple(who.person for who in people if who.role == Role.SUPERVISION),
        functions={who.person.pk: who.function for who in people if who.function},
        function=function,
    )
