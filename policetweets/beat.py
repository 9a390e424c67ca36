"""Celery's beat, in a thread of every worker that serves the clock's queue.

`celery worker --beat` would fork a process that nobody starts again; `celery beat` is one more
Django. Several do no harm: the scan drops what comes too soon.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import structlog
from celery import Celery
from celery.beat import Scheduler, Service
from celery.schedules import schedstate, schedule
from celery.signals import worker_ready
from django.db import connection

log = structlog.get_logger(__name__)

QUEUE = "clock"
# Seconds until a beat that failed begins anew.
PAUSE = 1.0
# Seconds between two scans while nothing is due.
QUIET = 5.0


class WhenDue(schedule):
    """Each second while a row is due, else every five: a scan costs twenty times this look."""

    def is_due(self, last_run_at: dt.datetime) -> schedstate:
        state = super().is_due(last_run_at)
        quiet = self.now() - self.maybe_make_aware(last_run_at) < dt.timedelta(seconds=QUIET)
        if state.is_due and quiet and not something_due():
            return schedstate(is_due=False, next=1.0)
        return state


def something_due() -> bool:
    """Whether the scan has something to do now; so it seems when PostgreSQL does not say."""
    from publishing.tasks import is_anything_due  # it needs the applications

    try:
        # Without asking first whether the connection holds: that is half of what this look costs.
        return is_anything_due()
    except Exception:
        connection.close()
        return True


class Beat(threading.Thread):
    """Asks for each entry of the schedule as long as the process lives."""

    def __init__(self, app: Celery) -> None:
        super().__init__(name="beat", daemon=True)
        self.app = app

    def run(self) -> None:
        while True:
            try:
                Service(self.app, scheduler_cls=Scheduler).start()
            except Exception as error:
                log.error("beat", error=type(error).__name__)
            time.sleep(PAUSE)


@worker_ready.connect
def on_worker_ready(sender: Any, **kwargs: Any) -> None:
    if QUEUE in sender.app.amqp.queues.consume_from:
        Beat(sender.app).start()
