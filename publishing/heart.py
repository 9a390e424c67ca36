"""Heartbeats: who is alive, by PostgreSQL's clock."""

from __future__ import annotations

from django.db.models.functions import Now

from publishing.models import Heartbeat

# The worker and beat speak for their processes; the clock is the scan itself, so that a message
# lost between beat, broker and worker shows too.
WORKER, BEAT, CLOCK = "worker", "beat", "clock"
PROCESSES = (WORKER, BEAT, CLOCK)


def beats(process: str) -> None:
    """Says that this process is alive now: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=process, seen_at=Now())],
        update_conflicts=True,
        unique_fields=["process"],
        update_fields=["seen_at"],
    )
