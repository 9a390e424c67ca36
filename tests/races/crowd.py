"""Real people at the same moment: each on a connection of their own, let go at once.

The account's row is locked while they arrive; each arrives only when the one before stands in
line, so that the order in which PostgreSQL serves them is the order in which they were named.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from accounts.models import Account

PATIENCE = 30.0


def in_line(acts: int) -> None:
    """Waits until so many connections of this database wait for a lock."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= acts:
                return
        tick.wait(0.01)
    raise AssertionError(f"{acts} connections should be waiting for a lock")


def all_at_once(account: Account, *acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, in the order of the acts."""
    outcomes: list[Any] = [None] * len(acts)

    def run(position: int) -> None:
        try:
            outcomes[position] = acts[position]()
        except Exception as error:
            outcomes[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(acts))]
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        for number, thread in enumerate(threads, start=1):
            thread.start()
            in_line(number)
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "an act did not end"
    return outcomes
