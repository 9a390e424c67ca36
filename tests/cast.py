"""The small cast of every test: two departments, their people, and those who stand outside.

Loire-Atlantique (44): Claire, Marc, Leila hold the seats 1, 2, 3; Helene and Paul supervise.
Ille-et-Vilaine (35): Yann, Soazig hold the seats 1, 2 (3 is free); Gwen supervises.
Ada and Basile administer; Nadia has no role anywhere. For 44, Yann is the outsider.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.clock import db_now
from accounts.models import Account, Cover, Person, Seat, Supervision


@dataclass
class Cast:
    nantes: Account
    rennes: Account
    claire: Person
    marc: Person
    leila: Person
    helene: Person
    paul: Person
    yann: Person
    soazig: Person
    gwen: Person
    ada: Person
    basile: Person
    nadia: Person


def person(name: str, **extra) -> Person:
    return Person.objects.create_person(f"{name.lower()}@police.example", name, **extra)


def account(code: str, name: str, **extra) -> Account:
    return Account.objects.create(code=code, name=name, handle=f"pnationale{code}", **extra)


def seat(account: Account, number: int, person: Person, **extra) -> Seat:
    return Seat.objects.create(account=account, number=number, person=person, **extra)


def supervise(account: Account, person: Person, **extra) -> Supervision:
    return Supervision.objects.create(account=account, person=person, **extra)


def lent(right: Seat | Supervision, person: Person, **extra) -> Cover:
    """A right lent since an hour ago, for two days."""
    now = db_now()
    which = {"seat": right} if isinstance(right, Seat) else {"supervision": right}
    days = {"starts_at": now - dt.timedelta(hours=1), "ends_at": now + dt.timedelta(days=2)}
    decided = {"decided_by": right.appointed_by, "account": right.account}
    return Cover.objects.create(person=person, **which, **{**days, **decided, **extra})


def make_cast() -> Cast:
    """One statement a table: half of all tests begin here."""
    nantes = Account(code="44", name="Loire-Atlantique", handle="pnationale44")
    rennes = Account(code="35", name="Ille-et-Vilaine", handle="pnationale35")
    Account.objects.bulk_create([nantes, rennes])
    names = [field.name for field in fields(Cast)][2:]
    people = {
        name: Person(
            email=f"{name}@police.example",
            name=name.capitalize(),
            is_administrator=name in ("ada", "basile"),
        )
        for name in names
    }
    for one in people.values():
        one.set_unusable_password()
    Person.objects.bulk_create(people.values())
    seats = {nantes: ("claire", "marc", "leila"), rennes: ("yann", "soazig")}
    Seat.objects.bulk_create(
        Seat(account=where, number=number, person=people[name], appointed_by=people["ada"])
        for where, holders in seats.items()
        for number, name in enumerate(holders, start=1)
    )
    supervisors = {nantes: ("helene", "paul"), rennes: ("gwen",)}
    Supervision.objects.bulk_create(
        Supervision(account=where, person=people[name], appointed_by=people["ada"])
        for where, those in supervisors.items()
        for name in those
    )
    return Cast(nantes=nantes, rennes=rennes, **people)


def signed_in(person: Person, **extra) -> Client:
    """A browser in which this person is signed in."""
    client = Client(**extra)
    client.force_login(person)
    return client


def queries_of(client: Client, address: str) -> int:
    """How many queries this page costs."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
