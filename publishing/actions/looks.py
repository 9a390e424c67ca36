"""The looks at X that are owed, and when: rows, not timers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from publishing import wake
from publishing.models import Confirmation, Look, LookKind, LookResult, Part


def plan_look_ups(parts: list[Part]) -> None:
    """For what became uncertain."""
    _plan(LookKind.LOOK_UP, parts, settings.DURATIONS.look_ups)


def plan_read_backs(parts: list[Part]) -> None:
    """For what was published."""
    _plan(LookKind.READ_BACK, parts, settings.DURATIONS.read_backs)


def plan_retracted_reads(parts: list[Part]) -> None:
    """X said that it is gone: asked again, for it may have lagged."""
    _plan(LookKind.RETRACTED, parts, settings.DURATIONS.retracted_reads)


def plan_given_up(parts: list[Part]) -> None:
    """What was given up may still turn up: it is looked for daily, for a week."""
    every = settings.DURATIONS.given_up_every
    days = int(settings.DURATIONS.given_up_for // every)
    _plan(LookKind.GIVEN_UP, parts, [every * (day + 1) for day in range(days)])


def plan_before_act(part: Part, one: Confirmation) -> None:
    """The decision waits for this look, which is made at once."""
    _plan_now(part, kind=LookKind.BEFORE_ACT, confirmation=one)


def plan_pointed(part: Part, x_id: str) -> None:
    """A person's link is checked at once."""
    _plan_now(part, kind=LookKind.POINTED, x_id=x_id)


def plan_again(one: Look) -> None:
    """An unreadable timeline proves nothing: the decision waits for a look that does."""
    Look.objects.create(
        part=one.part,
        kind=one.kind,
        confirmation=one.confirmation,
        due_at=_after(settings.DURATIONS.look_ups[1]),
    )


def moot(looks: QuerySet[Look]) -> None:
    """What is known now, or decided, needs no look any more."""
    looks.filter(done_at=None).update(done_at=Now(), result=LookResult.MOOT)


def _plan(kind: LookKind, parts: list[Part], offsets: Sequence[float]) -> None:
    Look.objects.bulk_create(
        Look(part=part, kind=kind, due_at=_after(offset), is_last=offset == offsets[-1])
        for offset in offsets
        for part in parts
    )


def _plan_now(part: Part, **what: Any) -> None:
    Look.objects.create(part=part, due_at=Now(), **what)
    wake.after_commit(wake.LOOK, part.publication.account_id)


def _after(seconds: float) -> Any:
    """By PostgreSQL's clock, when the row is written."""
    return Now() + dt.timedelta(seconds=seconds)
