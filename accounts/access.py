"""Who stands where: the roles of people on accounts, as the database has them now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.errors import NotFound
from accounts.models import Account, Person, Seat, Supervision
from accounts.roles import Capability, Role


@dataclass(frozen=True)
class Membership:
    """A person's place on an account; `number` is the seat's."""

    account: Account
    role: Role
    number: int | None = None


def memberships(person: Person) -> list[Membership]:
    """All the accounts a person belongs to, by department: two queries."""
    if not person.is_active:
        return []
    seats = Seat.objects.filter(person=person, ended_at=None).select_related("account")
    supervisions = Supervision.objects.filter(person=person, ended_at=None).select_related(
        "account"
    )
    memberships_found = [Membership(s.account, Role.SEAT, s.number) for s in seats]
    memberships_found += [Membership(s.account, Role.SUPERVISION) for s in supervisions]
    return sorted(memberships_found, key=lambda m: m.account.code)


def role_on(person: Person, account: Account | int) -> Role | None:
    """The person's role on the account now, or None."""
    account_id = account.pk if isinstance(account, Account) else account
    alive = {"account_id": account_id, "person_id": person.pk, "person__ended_at": None}
    if Seat.objects.filter(ended_at=None, **alive).exists():
        return Role.SEAT
    if Supervision.objects.filter(ended_at=None, **alive).exists():
        return Role.SUPERVISION
    return None


def require_role(person: Person, account: Account | int) -> Role:
    """The person's role. Raises NotFound without one."""
    role = role_on(person, account)
    if role is None:
        raise NotFound
    return role


def reviewers(account: Account | int) -> dict[int, tuple[Person, Role]]:
    """The people who may review the account's drafts now: id -> (person, role). Two queries."""
    account_id = account.pk if isinstance(account, Account) else account
    return reviewers_of({account_id})[account_id]


def reviewers_of(account_ids: Collection[int]) -> dict[int, dict[int, tuple[Person, Role]]]:
    """The reviewers of several accounts, account by account: two queries in all."""
    alive = {"account_id__in": account_ids, "ended_at": None, "person__ended_at": None}
    people: dict[int, dict[int, tuple[Person, Role]]] = {pk: {} for pk in account_ids}
    for seat in Seat.objects.filter(**alive).select_related("person").order_by("number"):
        people[seat.account_id][seat.person_id] = (seat.person, Role.SEAT)
    for sup in Supervision.objects.filter(**alive).select_related("person").order_by("pk"):
        people[sup.account_id][sup.person_id] = (sup.person, Role.SUPERVISION)
    return people


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
    """One of the person's accounts by its handle, compared without case. Raises NotFound."""
    account = Account.objects.filter(handle__iexact=handle).first()
    if account is None or role_on(person, account) is None:
        raise NotFound
    return account
