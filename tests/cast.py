"""The small cast of every test: two departments, their people, and those who stand outside.

Loire-Atlantique (44): Claire, Marc, Leila hold the seats 1, 2, 3; Helene and Paul supervise.
Ille-et-Vilaine (35): Yann, Soazig hold the seats 1, 2 (3 is free); Gwen supervises.
Ada and Basile administer; Nadia has no role anywhere. For 44, Yann is the outsider.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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
    nantes, rennes = account("44", "Loire-Atlantique"), account("35", "Ille-et-Vilaine")
    people = {
        name: person(name.capitalize())
        for name in ["claire", "marc", "leila", "helene", "paul", "yann", "soazig", "gwen", "nadia"]
    }
    for name in ("ada", "basile"):
        people[name] = person(name.capitalize(), is_administrator=True)
    for number, name in enumerate(("claire", "marc", "leila"), start=1):
        seat(nantes, number, people[name], appointed_by=people["ada"])
    for number, name in enumerate(("yann", "soazig"), start=1):
        seat(rennes, number, people[name], appointed_by=people["ada"])
    for where, name in ((nantes, "helene"), (nantes, "paul"), (rennes, "gwen")):
        supervise(where, people[name], appointed_by=people["ada"])
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
