"""Heartbeats: who is alive, by PostgreSQL's clock."""

from __future__ import annotations

import datetime as dt

from django.db.models.functions import Now

from publishing.models import Heartbeat

# A worker speaks for each queue that it serves, and for beat, which it runs beside the clock's; the
# clock is the scan itself, so that a message lost between beat, broker and worker shows too.
BEAT, CLOCK = "beat", "clock"


def beat_recently(name: str) -> bool:
    """Within the last half second."""
    recently = Now() - dt.timedelta(seconds=0.5)
    return Heartbeat.objects.filter(process=name, seen_at__gt=recently).exists()


def worker_name(queue: str) -> str:
    """The name under which workers that serve this queue are heard."""
    return f"worker-{queue}"


def beat(*names: str) -> None:
    """Says that these are alive now: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=name, seen_at=Now()) for name in names],
        update_conflicts=True,
        unique_fields=["process"],
        update_fields=["seen_at"],
    )
