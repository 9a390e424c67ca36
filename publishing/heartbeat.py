"""Heartbeats: who is alive, by PostgreSQL's clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
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


# The queues whose workers speak to X about a post; without beat and clock nobody asks them to.
SEND, LOOKUPS, RETRACT = "send", "lookups", "retract"
# Without one of these, nothing leaves.
NEEDED_TO_SEND = (worker_name(SEND), BEAT, CLOCK)


def beats() -> QuerySet[Heartbeat]:
    """Of every process, with the moment before which one was heard too long ago."""
    limit = Now() - dt.timedelta(seconds=settings.DURATIONS.heartbeat_dead)
    return Heartbeat.objects.annotate(limit=limit)


def silent(*names: str, among: QuerySet[Heartbeat] | None = None) -> dict[str, dt.datetime | None]:
    """Those of them that were not heard for too long, and when they last were; None for never.
    `among`: the `beats` that the caller has.
    """
    rows = beats() if among is None else among
    heard: dict[str, Any] = {row.process: row for row in rows}
    return {
        name: heard[name].seen_at if name in heard else None
        for name in names
        if name not in heard or heard[name].seen_at < heard[name].limit
    }


@dataclass(frozen=True)
class Interruption:
    """A queue's work is not done; `since` is when it last was seen to, or None if it never was."""

    since: dt.datetime | None


def interruptions(among: QuerySet[Heartbeat] | None = None) -> dict[str, Interruption]:
    """Of the queues that speak to X, those whose work is not done: its workers, or what tells them
    the hour, were silent for too long.
    """
    queues = (SEND, LOOKUPS, RETRACT)
    missing = silent(*map(worker_name, queues), BEAT, CLOCK, among=among)
    found = {}
    for queue in queues:
        ended = [missing[name] for name in (worker_name(queue), BEAT, CLOCK) if name in missing]
        if ended:
            last = min((at for at in ended if at is not None), default=None)
            found[queue] = Interruption(last)
    return found


def beat(*names: str) -> None:
    """Says that these are alive now: one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=name, seen_at=Now()) for name in names],
        update_conflicts=True,
        unique_fields=["process"],
        update_fields=["seen_at"],
    )
