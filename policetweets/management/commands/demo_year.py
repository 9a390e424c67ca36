"""A year of 101 departments, or the pilot of five: messages that people's actions make, back then.

It stands on what `seed_demo` made, needs the owner of the database, and adds nothing to an account
that has had its period.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts import audit, demo
from accounts.clock import db_now
from accounts.france import DEPARTMENTS
from accounts.models import Account, AuditEntry, Notice, Person
from accounts.timefmt import PARIS
from policetweets.management.commands.seed_demo import PILOTS
from policetweets.management.commands.seed_demo import Command as SeedDemo
from policetweets.management.demo_messages import Team, switch_sandbox
from policetweets.management.observed import observe_period
from policetweets.management.past import Past
from policetweets.management.period import Deck, Planned, Played, plan
from publishing.actions.reconcile import reconcile_account

PILOT = (dt.date(2013, 12, 23), dt.date(2014, 3, 31))
# How many messages are made between two moves into the past.
BATCH = 60
FIRST_NAMES = ("Camille", "Dominique", "Claude", "Alix", "Maxime", "Sacha", "Lou", "Charlie")
NAMES = ("Martin", "Bernard", "Petit", "Durand", "Leroy", "Moreau", "Simon", "Laurent", "Garnier")


class Command(BaseCommand):
    help = "Fills the demonstration with a year of every department, or with the pilot."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pilot", action="store_true", help="five accounts, 2013 to 2014")
        parser.add_argument("--seed", type=int, default=2014)
        parser.add_argument("--a-month", type=float, default=None, help="messages of an account")
        parser.add_argument("--departments", type=int, default=len(DEPARTMENTS))

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("demo_year only runs with POLICETWEETS_ENV=demo.")
        if not _is_superuser():
            raise CommandError("demo_year needs the owner of the database: see docs/running.md.")
        if options["pilot"]:
            codes, (first, last) = list(PILOTS), PILOT
        else:
            codes = list(DEPARTMENTS)[: options["departments"]]
            today = db_now().astimezone(PARIS).date()
            first, last = today - dt.timedelta(days=366), today - dt.timedelta(days=1)
            _add_departments(codes, self.stdout)
        codes = [code for code in codes if not _has_had(code)]
        a_month = options["a_month"] or (12 if options["pilot"] else 2)
        planned = plan(codes, first, last, a_month, options["seed"], PARIS)
        self.play(planned, codes, options["seed"])
        observe_period(codes, first, last, options["seed"])

    def play(self, planned: list[Planned], codes: list[str], seed: int) -> None:
        switch_sandbox({"parameters": {"duplicate_rule": False, "limits": False}})
        teams = {code: Team.of(Account.objects.get(code=code)) for code in codes}
        decks = {code: Deck(random.Random(f"{seed} {code}")) for code in codes}  # noqa: S311
        past, began, now = Past(), time.monotonic(), db_now()
        for number, one in enumerate(planned, 1):
            Played(teams[one.code], decks[one.code], one, past).play()
            if number % BATCH == 0 or number == len(planned):
                past.move()
                seconds = time.monotonic() - began
                self.stdout.write(f"{number} of {len(planned)} messages, {seconds:.0f} s")
        _finish(teams, now)
        switch_sandbox({"parameters": {"duplicate_rule": True, "limits": True}})


def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        return bool(cursor.fetchone()[0])


def _has_had(code: str) -> bool:
    return AuditEntry.objects.filter(act="account.period_seeded", account__code=code).exists()


def _add_departments(codes: list[str], stdout: Any) -> None:
    """Those that the demonstration lacks, with five people each."""
    seed = SeedDemo(stdout=stdout)
    seed.prepare()
    for code in codes:
        if not Account.objects.filter(code=code).exists():
            draw = random.Random(code)  # noqa: S311 - a demonstration
            names = [f"{first} {draw.choice(NAMES)}" for first in draw.sample(FIRST_NAMES, 5)]
            seed.department(code, DEPARTMENTS[code], names[:3], names[3:])
    seed.connect_all()


def _finish(teams: dict[str, Team], began: dt.datetime) -> None:
    """Each post is read back on X; nobody is told today of what was long ago."""
    for team in teams.values():
        while reconcile_account(team.account.pk):
            pass
        audit.record("account.period_seeded", actor=None, account=team.account)
    people = Person.objects.filter(email__endswith=f"@{demo.DOMAIN}")
    Notice.objects.filter(person__in=people, created_at__lt=began).delete()
