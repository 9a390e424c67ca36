"""Heartbeats: who is alive, by PostgreSQL's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
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


# Without one of these, nothing leaves.
NEEDED_TO_SEND = (worker_name("send"), BEAT, CLOCK)


def silent(*names: str) -> dict[str, dt.datetime | None]:
    """Those of them that were not heard for too long, and when they last were; None for never."""
    limit = Now() - dt.timedelta(seconds=settings.DURATIONS.heartbeat_dead)
    heard = {
        row.process: row
        for row in Heartbeat.objects.filter(process__in=names).annotate(limit=limit)
    }
    return {
        name: heard[name].seen_at if name in heard else None
        for name in names
        if name not in heard or heard[name].seen_at < heard[name].limit
    }


@dataclass(frozen=True)
class Interruption:
    """Nothing leaves; `since` is when it was last seen to, or None if it never was."""

    since: dt.datetime | None


def sending_interrupted() -> Interruption | None:
    """Whether what sends, or what tells it the hour, is silent for too long: one query."""
    missing = silent(*NEEDED_TO_SEND)
    if not missing:
        return None
    return Interruption(min((at for at in missing.values() if at is not None), default=None))


def beat(*names: str) -> None:
    """Says that these are alive now: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=name, seen_at=Now()) for name in names],
        update_conflicts=True,
        unique_fields=["process"],
        update_fields=["seen_at"],
    )
