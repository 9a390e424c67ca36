"""Who can meet an account's rule of approval now, and whether anybody can."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.access import Role, reviewers
from accounts.models import Account, Person


@dataclass(frozen=True)
class Quorum:
    """The people who may review, as they are now, against the number of approvals asked."""

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
    def lacks_supervisor(self) -> bool:
        return not self.supervisors


def quorum_of(account: Account, required: int | None = None) -> Quorum:
    """With the account's number, or with one that somebody thinks of setting."""
    return _quorum(account.approvals_required if required is None else required, reviewers(account))


def _quorum(required: int, people: dict[int, tuple[Person, Role]]) -> Quorum:
    return Quorum(
        required=required,
        holders=tuple(person for person, role in people.values() if role == "seat"),
        supervisors=tuple(person for person, role in people.values() if role == "supervision"),
    )
