"""The demonstration: five departments, their people, one password, connected to the sandbox of X,
and on demand some thirty messages; run again, it changes nothing.

Prints the people to sign in as.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import demo
from accounts.actions import departments, people, rights
from accounts.crypto import Secret
from accounts.errors import Refusal
from accounts.models import Account, Credential, Person, Seat, Supervision
from policetweets.management.demo_messages import seed_messages
from publishing.actions.connect import connect

ADMINISTRATORS = ["Agnès Kermarrec", "Victor Delmas"]

# Three seat holders, then two supervisors. All of them are invented.
PILOTS = {
    "44": (
        "Loire-Atlantique",
        ["Claire Guérin", "Marc Lebrun", "Leïla Benali"],
        ["Hélène Morvan", "Paul Thébaud"],
    ),
    "35": (
        "Ille-et-Vilaine",
        ["Yann Le Goff", "Soazig Caradec", "Hugo Perrin"],
        ["Gwenaëlle Robert", "Samir Haddad"],
    ),
    "62": (
        "Pas-de-Calais",
        ["Juliette Delattre", "Thomas Wagnies", "Inès Carlier"],
        ["Bruno Lefebvre", "Nathalie Duquesne"],
    ),
    "67": (
        "Bas-Rhin",
        ["Mathieu Kessler", "Anne Schmitt", "Karim Ziani"],
        ["Sophie Muller", "Lucas Weber"],
    ),
    "06": (
        "Alpes-Maritimes",
        ["Chiara Rossi", "Nicolas Martel", "Fatou Diallo"],
        ["Isabelle Giraud", "Olivier Blanc"],
    ),
}
PLAIN = str.maketrans("éèëïç", "eeeic")


def email(name: str, code: str) -> str:
    return f"{name.split()[0].lower().translate(PLAIN)}.{code}@{demo.DOMAIN}"


class Command(BaseCommand):
    help = "Seeds the demonstration and prints its people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--messages",
            action="store_true",
            help="messages in every state too, those that are missing; before workers start",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("seed_demo only runs with POLICETWEETS_ENV=demo.")
        self.prepare()
        for code, (department, holders, supervisors) in PILOTS.items():
            if not Account.objects.filter(code=code).exists():
                self.department(code, department, holders, supervisors)
        self.connect_all()
        if options["messages"]:
            seed_messages()
        self.print_people()

    def prepare(self) -> None:
        """Who administers, and the password that everybody has."""
        self.password = make_password(demo.PASSWORD)
        first = email(ADMINISTRATORS[0], "admin")
        administrator = Person.objects.filter(email=first).first()
        if administrator is None:
            administrator = people.create_first_administrator(first, ADMINISTRATORS[0])
            self.give_password(administrator)
        self.actor = administrator
        for name in ADMINISTRATORS[1:]:
            self.person(name, "admin", administrator=True)

    def connect_all(self) -> None:
        if file := os.environ.get("SANDBOX_ACCOUNTS"):
            self.connect(json.loads(Path(file).read_text(encoding="utf-8"))["accounts"])

    def department(self, code: str, name: str, holders: list[str], supervisors: list[str]) -> None:
        account = departments.add_account(
            Account(code=code, name=name, handle=f"pnationale{code}"), actor=self.actor
        )
        for number, holder in enumerate(holders, start=1):
            rights.appoint(account.pk, number, self.person(holder, code).pk, actor=self.actor)
        for supervisor in supervisors:
            rights.name_supervisor(account.pk, self.person(supervisor, code).pk, actor=self.actor)

    def connect(self, tokens: list[dict[str, str]]) -> None:
        """As `manage.py connect` would: kept only where X answers with the account's handle."""
        known = {row["handle"].lower(): row for row in tokens}
        connected = Credential.objects.values_list("account_id", flat=True)
        for account in Account.objects.exclude(pk__in=connected):
            row = known.get(account.handle.lower())
            if row is None:
                continue
            token, token_secret = Secret(row["token"]), Secret(row["token_secret"])
            try:
                connect(account=account, token=token, token_secret=token_secret)
            except Refusal as refusal:
                raise CommandError(f"@{account.handle}: {refusal}") from None

    def person(self, name: str, code: str, *, administrator: bool = False) -> Person:
        address = email(name, code)
        person = Person.objects.filter(email=address).first()
        if person is None:
            person = people.create_person(
                address, name, actor=self.actor, administrator=administrator
            )
            self.give_password(person)
        return person

    def give_password(self, person: Person) -> None:
        Person.objects.filter(pk=person.pk).update(password=self.password)

    def print_people(self) -> None:
        places = dict.fromkeys(Person.objects.values_list("pk", flat=True), "")
        for seat in Seat.objects.filter(ended_at=None).select_related("account"):
            places[seat.person_id] += f" @{seat.account.handle} (titulaire)"
        for supervision in Supervision.objects.filter(ended_at=None).select_related("account"):
            places[supervision.person_id] += f" @{supervision.account.handle} (supervision)"
        self.stdout.write(f"Sign in as one of these; the password is {demo.PASSWORD}")
        for person in demo.people():
            place = " administration" if person.is_administrator else places[person.pk]
            self.stdout.write(f"  {person.email:32}{person.name:20}{place}")
