"""The lists and reserves in force, and what an entry would change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from django.db.models import BigIntegerField, Func, QuerySet, TextChoices, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.clock import db_now
from accounts.models import Person
from approvals.captions import spoken_words
from approvals.checks import OF_DESCRIPTIONS, READERS, Analysis, Context, Severity, run
from approvals.checks.lists import DEFAULT_LISTS, Lists
from approvals.digest import SignedContent
from approvals.models import ListEntry, ReservePeriod, Revision


def changes_in_force() -> QuerySet[ListEntry, tuple[str, str, bool]]:
    """What administrators added to the lists, or excluded."""
    return ListEntry.objects.filter(ended_at=None).values_list("list", "value", "excluded")


def lists_in_force(changes: Iterable[tuple[str, str, bool]] | None = None) -> Lists:
    """What the application comes with, as administrators changed it: one query unless the caller
    has the changes.
    """
    values = {field.name: set(getattr(DEFAULT_LISTS, field.name)) for field in fields(Lists)}
    for name, value, excluded in changes_in_force() if changes is None else changes:
        (values[name].discard if excluded else values[name].add)(value)
    return Lists(**{name: frozenset(found) for name, found in values.items()})


def reserve_at(
    account_id: int, category: str, moment: dt.datetime | None
) -> QuerySet[ReservePeriod]:
    """The electoral reserve that keeps a message of this category from leaving at this moment, now
    unless one is given.
    """
    asked = (Value(account_id), Value(category), Now() if moment is None else Value(moment))
    of_then = Func(*asked, function="reserve_at", output_field=BigIntegerField())
    return ReservePeriod.objects.filter(pk=of_then)


def reserves_to_come() -> QuerySet[ReservePeriod]:
    """Those that stand and are not over everywhere, the next first."""
    yesterday = db_now().date() - dt.timedelta(days=1)
    standing = ReservePeriod.objects.filter(ended_at=None, ends_on__gte=yesterday)
    return standing.order_by("starts_on", "pk")


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a list in force; `entry` is the change that added it, None of a default."""

    value: str
    entry: ListEntry | None


def rows_of(name: str, words: str = "") -> list[Row]:
    """The values of a list in force that hold these words, in alphabetical order: one query."""
    changes = ListEntry.objects.filter(list=name, ended_at=None).select_related("added_by")
    by_value = {entry.value: entry for entry in changes}
    values = {value for value, entry in by_value.items() if not entry.excluded}
    values |= getattr(DEFAULT_LISTS, name) - by_value.keys()
    return [Row(v, by_value.get(v)) for v in sorted(values) if words.lower() in v]


@dataclass(frozen=True, slots=True)
class Event:
    """Who added a value to a list, or took it off, and when."""

    value: str
    added: bool
    by: Person
    at: dt.datetime


MAX_EVENTS = 200


def history_of(name: str) -> list[Event]:
    """The last changes of a list, the newest first."""
    entries = ListEntry.objects.filter(list=name).select_related("added_by", "ended_by")
    events = []
    for entry in entries.order_by("-pk")[:MAX_EVENTS]:
        events.append(Event(entry.value, not entry.excluded, entry.added_by, entry.added_at))
        if entry.ended_by is not None and entry.ended_at is not None:
            events.append(Event(entry.value, entry.excluded, entry.ended_by, entry.ended_at))
    return sorted(events, key=lambda event: event.at, reverse=True)


# « Which of the last texts would this have stopped? »
MAX_TRIED = 500


class Effect(TextChoices):
    """What a change of a list does to a text that was submitted."""

    STOPPED = "stopped", _("arrêté")
    WARNED = "warned", _("un motif demandé")
    ADVISED = "advised", _("signalé, sans plus")
    FREED = "freed", _("ne serait plus signalé")


OF_SEVERITY = {
    Severity.BLOCK: Effect.STOPPED,
    Severity.WARN: Effect.WARNED,
    Severity.ADVICE: Effect.ADVISED,
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A revision of which an entry changes what is found; never what it says."""

    revision: Revision
    effect: Effect


@dataclass(frozen=True, slots=True)
class Trial:
    """What adding a value to a list or, when it is on it, taking it off would change.

    `read` is how many revisions were looked at.
    """

    value: str
    listed: bool
    read: int
    changed: list[Changed]

    @property
    def counts(self) -> list[tuple[Effect, int]]:
        """How many revisions meet each effect."""
        found = Counter(change.effect for change in self.changed)
        return [(effect, found[effect]) for effect in Effect]


def try_value(name: str, value: str) -> Trial:
    """By the checks that read this list alone, over the last revisions, MAX_TRIED texts in all.

    A text that does not hold the value is not judged again: nothing can change for it.
    """
    before = lists_in_force()
    values: frozenset[str] = getattr(before, name)
    listed = value in values
    after = replace(before, **{name: values - {value} if listed else values | {value}})
    sought = Analysis(value).folded
    changed: list[Changed] = []
    texts = read = 0
    revisions = Revision.objects.select_related("draft__account").order_by("-pk")[:MAX_TRIED]
    for revision in revisions:
        signed = revision.signed
        texts += len(signed.messages)
        if texts > MAX_TRIED:
            break
        read += 1
        handle = revision.draft.account.handle
        effect = _effect(name, signed, Context(handle=handle), sought, (before, after))
        if effect is not None:
            changed.append(Changed(revision, effect))
    return Trial(value, listed, read, changed)


def _effect(
    name: str, signed: SignedContent, context: Context, sought: str, states: tuple[Lists, Lists]
) -> Effect | None:
    """What going from one state of the lists to another does to a revision."""
    gained: set[Severity] = set()
    lost = False
    described = set(READERS[name]) <= set(OF_DESCRIPTIONS)
    for message in signed.messages:
        known = replace(context, image_count=len(message.images))
        beside = [
            words
            for image in (message.images if described else ())
            for words in (image.alt, *spoken_words(image.captions))
        ]
        for text in (message.text, *beside):
            before, after = (Analysis(text, replace(known, lists=lists)) for lists in states)
            if sought not in before.folded:
                continue
            had, has = set(_found(name, before)), set(_found(name, after))
            gained |= {severity for severity, *_place in has - had}
            lost = lost or bool(had - has)
    for severity, effect in OF_SEVERITY.items():
        if severity in gained:
            return effect
    return Effect.FREED if lost else None


def _found(name: str, analysis: Analysis) -> Iterable[tuple[Severity, str, int, int]]:
    return ((f.severity, f.check, f.start, f.end) for f in run(READERS[name], analysis))
