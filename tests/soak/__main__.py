"""Runs the soak and prints one line; exit 1 when anything doubled, got lost or left unapproved.

SEED, RELEASES, ACCOUNTS, SECONDS, EVERY (seconds between troubles), FACTOR and KEEP are read from
the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from policetweets.runner.testing import settings as test_settings
from tests.system.system import System


def number(name: str, usual: float) -> float:
    return float(os.environ.get(name) or usual)


class Soak:
    def __init__(self, folder: Path) -> None:
        self.seed = int(number("SEED", time.time() % 100_000))
        self.releases = int(number("RELEASES", 3000))
        self.seconds = number("SECONDS", 400)
        self.every = number("EVERY", 3)
        os.environ.update(test_settings(folder), LOG_LEVEL="CRITICAL")
        self.system = System(
            folder,
            accounts=int(number("ACCOUNTS", 40)),
            factor=number("FACTOR", 0.05),
            duplicate_rule=False,
        )
        os.environ.update(self.system.env, X_API_BASE_URL=self.system.x.base_url)
        os.environ["LOG_LEVEL"] = "CRITICAL"
        import django

        django.setup()

    def run(self) -> int:
        from tests.soak.schedule import draw
        from tests.soak.troubles import Troubles

        schedule = draw(Random(self.seed), self.seconds, self.every)
        with self.system.running():
            people = self.people()
            troubles = Troubles(self.system, Random(self.seed + 1))
            for one in people:
                one.start()
            began = time.monotonic()
            while (now := time.monotonic() - began) < self.seconds:
                troubles.end_due()
                troubles.restart_the_dead()
                while schedule and schedule[0].at <= now:
                    troubles.begin(schedule.pop(0))
                time.sleep(0.05)
            troubles.heal()
            self.reevaluate(people)
            return self.say(people)

    def people(self) -> list[Any]:
        from accounts.models import Account
        from tests.soak.people import People
        from tests.system.departments import make_administrators, make_department

        administrators = make_administrators()
        towns = [make_department(self.system.x, handle) for handle in self.system.handles]
        # The shortest there is, lest nothing be missed in so little time.
        Account.objects.update(tolerance_minutes=1)
        count = min(4, len(towns))
        return [
            People(
                number,
                towns[number::count],
                administrators,
                Random(f"{self.seed}-{number}"),
                self.releases // count,
                self.seconds,
            )
            for number in range(count)
        ]

    def reevaluate(self, people: list[Any]) -> None:
        """All is well again: what is due leaves, or comes to stand where somebody is told."""
        from django.db import connection

        from accounts.clock import db_now
        from tests.soak.verdict import moving

        connection.close()  # PostgreSQL was restarted since
        ends = time.monotonic() + 60
        calm = 0
        while time.monotonic() < ends and calm < 3:
            if time.monotonic() > ends - 50:
                for one in people:
                    one.ending.set()
            calm = 0 if moving(db_now()) else calm + 1
            time.sleep(1)
        for one in people:
            one.ending.set()
        for one in people:
            one.join(30)
        while time.monotonic() < ends + 30 and moving(db_now()):
            time.sleep(1)

    def say(self, people: list[Any]) -> int:
        from tests.soak.verdict import Judge

        verdict = Judge(self.system.x.posts()).judge()
        errors = [error for one in people for error in one.errors]
        broken = unexpected(self.system.folder / "logs")
        for complaint in [*verdict.complaints(), *errors, *broken]:
            sys.stderr.write(f"{complaint}\n")
        if os.environ.get("KEEP"):
            refusals = sum((one.refusals for one in people), Counter())
            sys.stderr.write(f"refused: {dict(refusals)}\n")
        sys.stdout.write(f"{verdict.line()} (seed {self.seed})\n")
        return 0 if verdict.good and not errors and not broken else 1


# What a worker may say when its servers are shot under it.
EXPECTED = re.compile(
    r"OperationalError|InterfaceError|DatabaseError|AdminShutdown|ConnectionError|TimeoutError"
    r"|BrokenPipe|ConnectionReset"
    r"|cannot connect|Connection error: Error",
    re.IGNORECASE,
)


def unexpected(logs: Path) -> list[str]:
    """Errors in the logs that no trouble explains, each kind once."""
    found: Counter[str] = Counter()
    for log in logs.glob("worker*.log"):
        for line in log.read_text(errors="replace").splitlines():
            if '"level": "error"' in line or '"level": "critical"' in line:
                said = re.sub(r"\[[0-9a-f-]{36}\]", "", line.split('"event": ', 1)[-1])[:300]
                if not EXPECTED.search(line):
                    found[said.split('", "level"')[0]] += 1
    return [f"log, {count} times: {said}" for said, count in found.items()]


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="policetweets-soak-"))
    try:
        return Soak(folder).run()
    finally:
        if os.environ.get("KEEP"):
            sys.stderr.write(f"kept: {folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
