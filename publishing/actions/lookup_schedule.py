"""The lookups on X that are owed, and when: rows, not timers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from publishing import wake
from publishing.models import Confirmation, Lookup, LookupKind, LookupResult, Part


def plan_lookups(parts: list[Part]) -> None:
    """For what became uncertain."""
    _plan(LookupKind.UNCERTAIN, parts, settings.DURATIONS.lookups)


def plan_read_backs(parts: list[Part]) -> None:
    """For what was published."""
    _plan(LookupKind.READ_BACK, parts, settings.DURATIONS.read_backs)


def plan_read_back_now(part: Part) -> None:
    """X speaks as if it were gone: it is asked."""
    asked = part.lookups.filter(kind=LookupKind.READ_BACK, done_at=None, due_at__lte=Now())
    if not asked.exists():
        _plan_now(part, kind=LookupKind.READ_BACK)


def plan_retracted_reads(parts: list[Part]) -> None:
    """X said that it is gone: asked again, for it may have lagged."""
    _plan(LookupKind.RETRACTED, parts, settings.DURATIONS.retracted_reads)


def plan_given_up(parts: list[Part]) -> None:
    """What was given up may still turn up: it is looked for daily, for a week."""
    every = settings.DURATIONS.given_up_every
    days = int(settings.DURATIONS.given_up_for // every)
    _plan(LookupKind.GIVEN_UP, parts, [every * (day + 1) for day in range(days)])


def plan_before_act(part: Part, lookup: Confirmation) -> None:
    """The decision waits for this lookup, which is made at once."""
    _plan_now(part, kind=LookupKind.BEFORE_ACT, confirmation=lookup)


def plan_pointed(part: Part, x_id: str) -> None:
    """A person's link is checked at once."""
    _plan_now(part, kind=LookupKind.POINTED, x_id=x_id)


def plan_again(lookup: Lookup) -> None:
    """An unreadable timeline proves nothing: the decision waits for a lookup that does."""
    Lookup.objects.create(
        part=lookup.part,
        kind=lookup.kind,
        confirmation=lookup.confirmation,
        due_at=_after(settings.DURATIONS.lookups[1]),
    )


def cancel_lookups(lookups: QuerySet[Lookup]) -> None:
    """What is known now, or decided, needs no lookup any more."""
    lookups.filter(done_at=None).update(done_at=Now(), result=LookupResult.CANCELLED)


def _plan(kind: LookupKind, parts: list[Part], offsets: Sequence[float]) -> None:
    Lookup.objects.bulk_create(
        Lookup(part=part, kind=kind, due_at=_after(offset), is_last=offset == offsets[-1])
        for offset in offsets
        for part in parts
    )


def _plan_now(part: Part, **what: Any) -> None:
    Lookup.objects.create(part=part, due_at=Now(), **what)
    wake.after_commit(wake.RECONCILE, part.publication.account_id)


def _after(seconds: float) -> Any:
    """By PostgreSQL's clock, when the row is written."""
    return Now() + dt.timedelta(seconds=seconds)
