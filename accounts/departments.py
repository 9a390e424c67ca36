"""A department at a glance: its three places, its supervisors, its rule, its link to X."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.approval_rule import ApprovalRule
from accounts.errors import NotFound, Sentence
from accounts.fetching import attach, fetch_together
from accounts.models import Account, Cover, Credential, Person, Seat, Supervision
from accounts.models.cover import RUNNING
from accounts.models.credential import Connection
from accounts.models.person import BY_FAMILY_NAME
from accounts.signals import what_rests_on

BADGES = {
    Connection.CONNECTED: "success",
    Connection.PROBING: "warning",
    Connection.RECONNECT: "error",
    Connection.SUSPENDED: "error",
    Connection.REFUSED: "error",
}


@dataclass(frozen=True)
class Place:
    """One of the three seats: held, or free."""

    number: int
    seat: Seat | None


@dataclass(frozen=True)
class Department:
    account: Account
    places: list[Place]
    supervisions: list[Supervision]
    credential: Credential | None

    @property
    def rule(self) -> ApprovalRule:
        return ApprovalRule(
            required=self.account.approvals_required,
            holders=tuple(_holder(place.seat) for place in self.places if place.seat),
            supervisors=tuple(_holder(supervision) for supervision in self.supervisions),
            functions={_holder(s).pk: s.function for s in self.supervisions if s.function},
        )

    @property
    def connection(self) -> Sentence:
        return Connection(self.credential.state).label if self.credential else _("jamais connecté")

    @property
    def connection_badge(self) -> str:
        return BADGES[Connection(self.credential.state)] if self.credential else "warning"

    @property
    def is_connected(self) -> bool:
        return bool(self.credential and self.credential.state == Connection.CONNECTED)

    @property
    def missing(self) -> list[Sentence]:
        """What an administrator has to see to here."""
        free = sum(place.seat is None for place in self.places)
        lacking: list[Sentence] = []
        if not self.rule.can_be_met:
            lacking.append(_("la règle d’accord n’est pas applicable"))
        if free:
            lacking.append(ngettext("un siège libre", "%(n)d sièges libres", free) % {"n": free})
        if not self.is_connected:
            lacking.append(_("connexion à X : %(state)s") % {"state": self.connection})
        return lacking


def _holder(right: Seat | Supervision) -> Person:
    """Who has it now: whoever covers while its holder is away."""
    running = (cover.person for cover in right.covers if cover.running)  # type: ignore[union-attr]
    return next(running, right.person)


def all_departments() -> list[Department]:
    """One query, however many there are. No token is read."""
    return _glances(Account.objects.all())


def department(code: str) -> Department:
    """One query. Raises NotFound."""
    found = _glances(Account.objects.filter(code=code))
    if not found:
        raise NotFound
    return found[0]


def _glances(rows: QuerySet[Account]) -> list[Department]:
    accounts = rows.select_related("credential", "credential__checked_by").defer(
        "credential__token", "credential__token_secret"
    )
    alive: dict[str, Any] = {"ended_at": None, "account__in": rows.order_by().values("pk")}
    people = ("person", "appointed_by")
    seats = Seat.objects.filter(**alive).select_related(*people)
    supervisions = Supervision.objects.filter(**alive).select_related(*people)
    supervisions = supervisions.order_by("started_at")
    covers = Cover.objects.filter(**alive).annotate(running=RUNNING).select_related("person")
    fetch_together(accounts, seats, supervisions, covers)
    attach(seats, "cover_set", covers, "covers")
    attach(supervisions, "cover_set", covers, "covers")
    attach(accounts, "seat_set", seats, "held")
    attach(accounts, "supervision_set", supervisions, "supervised")
    return [_glance(account) for account in accounts]


def _glance(account: Account) -> Department:
    held: dict[int, Seat] = {seat.number: seat for seat in account.held}  # type: ignore[attr-defined]
    return Department(
        account=account,
        places=[Place(number, held.get(number)) for number in Seat.NUMBERS],
        supervisions=account.supervised,  # type: ignore[attr-defined]
        credential=getattr(account, "credential", None),
    )


def eligible(account: Account) -> QuerySet[Person]:
    """Who may still be given, or lent, a seat or a supervision of this account."""
    return (
        Person.objects.filter(ended_at=None, is_administrator=False)
        .exclude(cover__in=Cover.objects.filter(account=account, ended_at=None))
        .exclude(seat__in=Seat.objects.filter(account=account, ended_at=None))
        .exclude(supervision__in=Supervision.objects.filter(account=account, ended_at=None))
        .order_by(*BY_FAMILY_NAME)
    )


def past_rights(account: Account) -> list[Seat | Supervision]:
    """Who held what, the last ended first: two queries."""
    ended = {"account": account, "ended_at__isnull": False}
    related = ("person", "appointed_by", "ended_by")
    rights: list[Seat | Supervision] = [
        *Seat.objects.filter(**ended).select_related(*related).order_by("-ended_at")[:50],
        *Supervision.objects.filter(**ended).select_related(*related).order_by("-ended_at")[:50],
    ]
    return sorted(rights, key=lambda right: str(right.ended_at), reverse=True)


def waiting_on(account_id: int, person_id: int) -> int:
    """Waiting publications that would be held if this person's right ended."""
    answers = what_rests_on.send(None, account_id=account_id, person_id=person_id)
    return sum(int(count or 0) for _receiver, count in answers)
