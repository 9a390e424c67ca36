"""Pages with 1,000 drafts and with 1,000,000: MANY and ROUNDS size it."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from policetweets.runner.postgres import Postgres
from policetweets.runner.redis import Redis
from policetweets.runner.run import collect_static_files
from policetweets.runner.testing import settings as test_settings
from tests.bench.__main__ import say

FEW = 1_000
MANY = int(os.environ.get("MANY", "1000000"))
ROUNDS, CALLS = int(os.environ.get("ROUNDS", "20")), 5


class Size:
    """A database with so many drafts and what became of them, on 101 accounts, and readers of its
    own. Half are of two, and as many are of the last thirty days whatever the years left, so that
    what one page shows is as much with few as with many.
    """

    def __init__(self, count: int) -> None:
        from django.db import connection

        self.name = f"publications_{count}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {self.name}")
        self.use()
        self.clients = self.made(count)
        self.calls: dict[tuple[str, str | None], list[float]] = {}
        self.queries: dict[tuple[str, str | None], int] = {}

    def use(self) -> None:
        """From here on this is the database, of the threads of the health checks too."""
        from django.db import connection

        connection.close()
        connection.settings_dict["NAME"] = self.name

    def made(self, count: int) -> dict[str | None, Any]:
        from django.core.management import call_command
        from django.test import Client

        from tests.cast import account, make_cast, signed_in
        from tests.many_rows import PAGES, fill

        call_command("migrate", verbosity=0)
        cast = make_cast()
        others = [account(f"{number}", f"Compte {number}") for number in range(100, 199)]
        both = [cast.nantes, cast.rennes] * 50
        fill(count, both + others, cast.claire, [cast.marc, cast.helene], recent=FEW)
        readers = {person for _page, person in PAGES if person}
        return {None: Client()} | {who: signed_in(getattr(cast, who)) for who in readers}

    def read(self, page: str, person: str | None) -> None:
        """Once to connect, and to read what PostgreSQL keeps at hand; then timed. The queries are
        those of the page's own thread.
        """
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.clients[person].get(page)
        with CaptureQueriesContext(connection) as queries:
            self.clients[person].get(page)
        self.queries[page, person] = len(queries)
        for _call in range(CALLS):
            began = time.perf_counter()
            answer = self.clients[person].get(page)
            spent = time.perf_counter() - began
            if answer.status_code != 200:
                raise SystemExit(f"{page}: {answer.status_code} {answer.text[:200]}")
            self.calls.setdefault((page, person), []).append(spent * 1000)

    def p50(self, page: str, person: str | None) -> float:
        return statistics.median(self.calls[page, person])


def compare() -> None:
    """In turns, so that whatever else the machine does weighs on both alike."""
    from policetweets import health
    from publishing import heartbeat
    from tests.many_rows import PAGES

    few, many = Size(FEW), Size(MANY)
    sizes = [few, many]
    for _round in range(ROUNDS):
        sizes.reverse()
        for page, person in PAGES:
            for size in sizes:
                size.use()
                heartbeat.beat(*health.QUEUES, heartbeat.BEAT, heartbeat.CLOCK)
                size.read(page, person)
    say(f"p50 of a page, ms                                {FEW:>9,} {MANY:>9,}  ratio  queries")
    for page, person in PAGES:
        before, after = few.p50(page, person), many.p50(page, person)
        asked = f"{few.queries[page, person]} {many.queries[page, person]}"
        say(
            f"  {page[:39]:<40}{person or '':<7}"
            f"{before:>9.1f} {after:>9.1f} {after / before:>6.2f}  {asked}"
        )


def run(folder: Path) -> None:
    postgres, redis = Postgres(folder, durable=False), Redis(folder, durable=False)
    os.environ.update(test_settings(folder), LOG_LEVEL="CRITICAL")
    os.environ.update(DATABASE_URL=postgres.url, REDIS_URL=redis.url)
    os.environ.pop("DATABASE_APP_URL", None)
    try:
        postgres.start()
        redis.start()
        collect_static_files(dict(os.environ))
        import django

        django.setup()
        from django.test.utils import setup_test_environment

        setup_test_environment()
        compare()
    finally:
        redis.stop()
        postgres.stop()


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="policetweets-bench-"))
    try:
        run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
