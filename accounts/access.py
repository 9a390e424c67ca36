"""Who stands where: the roles of people on accounts, as the database has them now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.errors import NotFound
from accounts.models import Account, Cover, Function, Person, Right, Supervision
from accounts.models.cover import RUNNING
from accounts.roles import Capability, Role


@dataclass(frozen=True)
class Membership:
    """A person's place on an account; `number` is the seat's, `cover` says whose place it is and
    until when, if it is lent.
    """

    account: Account
    role: Role
    number: int | None = None
    cover: Cover | None = None


def memberships(person: Person) -> list[Membership]:
    """All the accounts a person belongs to now, by department: one query."""
    rights = Right.objects.filter(person=person).select_related(
        "account", "cover__seat__person", "cover__supervision__person"
    )
    return [
        Membership(right.account, Role(right.role), right.number, right.cover)
        for right in rights.order_by("account__code")
    ]


def role_on(person: Person, account: Account | int) -> Role | None:
    """The person's role on the account now, or None."""
    account_id = account.pk if isinstance(account, Account) else account
    role = Right.objects.filter(account_id=account_id, person=person).values_list("role").first()
    return Role(role[0]) if role is not None else None


def lasts_until(person: Person, account_id: int, moment: dt.datetime | None) -> bool:
    """Whether the person's place on the account is still theirs at `moment`, as far as one knows:
    one that is lent to them goes back to its holder.
    """
    if moment is None:
        return True
    lent = Right.objects.filter(account_id=account_id, person=person, cover__ends_at__lte=moment)
    return not lent.exists()


def lent_places(person: Person) -> list[Cover]:
    """The person's own places that somebody else has at this moment: one query."""
    return list(
        Cover.objects.filter(
            RUNNING, Q(seat__person=person) | Q(supervision__person=person)
        ).select_related("account", "person")
    )


@dataclass(frozen=True)
class Reviewer:
    """Somebody who may review an account's drafts now; only a supervisor has a function."""

    person: Person
    role: Role
    function: str = ""

    @property
    def label(self) -> str:
        """What they are, in words."""
        return (
            f"{self.role.label}, {Function(self.function).label}"
            if self.function
            else str(self.role.label)
        )


def require_role(person: Person, account: Account | int) -> Role:
    """The person's role. Raises NotFound without one."""
    role = role_on(person, account)
    if role is None:
        raise NotFound
    return role


def reviewers(account: Account | int) -> dict[int, Reviewer]:
    """The people who may review the account's drafts now, by id: one query."""
    account_id = account.pk if isinstance(account, Account) else account
    return reviewers_of({account_id})[account_id]


def reviewers_of(account_ids: Collection[int]) -> dict[int, dict[int, Reviewer]]:
    """The reviewers of several accounts, account by account, seats first: one query in all."""
    return reviewers_among(rights_on(account_ids), account_ids)


def rights_on(account_ids: Collection[int]) -> QuerySet[Right, Any]:
    """Everybody's on these accounts now, seats first, each with the `function` of a supervision,
    which who covers it has meanwhile.
    """
    theirs = Q(person=OuterRef("person")) | Q(
        cover__person=OuterRef("person"), cover__ended_at=None
    )
    supervisions = Supervision.objects.filter(theirs, account=OuterRef("account"), ended_at=None)
    rights = Right.objects.filter(account_id__in=account_ids).select_related("person")
    rights = rights.annotate(function=Subquery(supervisions.values("function")[:1]))
    return rights.order_by("role", "number", "person_id")


def reviewers_among(
    rights: Iterable[Any], account_ids: Collection[int]
) -> dict[int, dict[int, Reviewer]]:
    """The people of `rights_on` these accounts, account by account."""
    people: dict[int, dict[int, Reviewer]] = {pk: {} for pk in account_ids}
    for right in rights:
        people[right.account_id][right.person_id] = Reviewer(
            right.person, Role(right.role), right.function or ""
        )
    return people


def members() -> QuerySet[Person]:
    """Those who hold a seat or a supervision now, of any account."""
    return Person.objects.filter(pk__in=Right.objects.values("person"), ended_at=None)


def administrators() -> QuerySet[Person]:
    """Those who administer now."""
    return Person.objects.filter(is_administrator=True, ended_at=None)


def administers(person: Person) -> bool:
    """As the database has it now."""
    return administrators().filter(pk=person.pk).exists()


def require_office(capability: Capability, person: Person) -> None:
    """Raises the capability's refusal unless the person's office allows it, as the database has it
    now.
    """
    capability.require(Role.ADMINISTRATOR if administers(person) else None)


def few_administrators() -> bool:
    """Fewer than the two whom lifting a freeze of all takes."""
    return administrators().count() < 2


def account_of(person: Person, handle: str) -> Account:
    """One of the person's accounts by its handle, compared without case, with their `role` there:
    one query. Raises NotFound.
    """
    rights = Right.objects.filter(account=OuterRef("pk"), person=person)
    accounts = Account.objects.annotate(role=Subquery(rights.values("role")[:1]))
    account = accounts.filter(handle__iexact=handle).first()
    if account is None or account.role is None:
        raise NotFound
    return account
