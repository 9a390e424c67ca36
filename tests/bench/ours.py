"""This system: real workers, releases made as people make them."""

from __future__ import annotations

import datetime as dt
import time

from django.db import connection

from accounts import wake
from accounts.clock import db_now
from publishing.models import Publication
from tests.approvals.writing import agree
from tests.sandbox import until
from tests.system.departments import Department
from tests.system.system import System


class Ours:
    def __init__(self, system: System, towns: list[Department]) -> None:
        self.system = system
        self.towns = towns

    def wait_for_posts(self, count: int) -> None:
        """Counted in PostgreSQL: X is not asked for its whole record over and over."""
        rows = Publication.objects.filter(state="published")
        until(lambda: rows.count() >= count or time.sleep(0.1), 300)

    def ready(self, each: int) -> int:
        """Releases made beforehand, `each` for every account; how many posts there will be."""
        hours = db_now() + dt.timedelta(hours=5)
        for town in self.towns:
            for _ in range(each):
                town.released(f"Prêt {town.account.code} {time.time()}", requested_at=hours)
        return Publication.objects.filter(state__in=["waiting", "published"]).count()

    def leave(self, count: int) -> float:
        """All that waits is due at one instant; when that was, after all has left."""
        due = db_now() + dt.timedelta(seconds=2)
        Publication.objects.filter(state="waiting").update(due_at=due, next_try_at=due)
        self.wait_for_posts(count)
        return due.timestamp()

    def delays(self, count: int) -> list[float]:
        """From the commit of the last approval to acceptance by X, one at a time."""
        return [self.delay(self.towns[number % len(self.towns)]) for number in range(count)]

    def delay(self, town: Department) -> float:
        revision = town.submitted(f"Seul {town.account.code} {time.time()}")
        agree(town.seats[1], revision)
        committed = self.commit_of(lambda: agree(town.supervisors[0], revision))
        made = Publication.objects.filter(release__revision=revision, state="published")
        until(made.exists, 30)
        return self.system.x.posts(town.account.handle)[-1]["at"] - committed

    def commit_of(self, act) -> float:
        """The moment after the commit, at which a worker is woken."""
        moments: list[float] = []
        real = wake.now

        def noted(*ids) -> None:
            moments.append(time.time())
            real(*ids)

        wake.now = noted
        try:
            act()
        finally:
            wake.now = real
        return moments[0]


def queries_per_send(town: Department) -> int:
    """What one post costs PostgreSQL, commits not counted."""
    from django.test.utils import CaptureQueriesContext

    from publishing.actions.send import send_due

    hours = db_now() + dt.timedelta(hours=5)
    one = town.released(f"Compté {time.time()}", requested_at=hours)
    now = db_now()
    Publication.objects.filter(pk=one.pk).update(due_at=now)
    with CaptureQueriesContext(connection) as captured:
        Publication.objects.filter(pk=one.pk).update(next_try_at=now)
        send_due(town.account.pk)
    return len(captured) - 2
