"""What administrators do with the lists that checks read, and with electoral reserves."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import require_office
from accounts.actions.base import action
from accounts.capabilities import CAPABILITIES
from accounts.errors import Conflict, Invalid
from accounts.models import Person
from approvals.checks.lists import DEFAULT_LISTS
from approvals.list_values import clean_value
from approvals.lists import Trial, lists_in_force, try_value
from approvals.models import ListEntry, ReservePeriod


class AlreadyListed(Invalid):
    code = "already_listed"
    sentence = _("C’est déjà sur cette liste.")


class NotListed(Conflict):
    code = "not_listed"
    sentence = _("Ce n’est plus sur cette liste : quelqu’un l’a retiré.")


@action
def add_to_list(name: str, typed: str, *, actor: Person) -> str:
    """Adds a value, or puts back one that the application came with. Raises Invalid."""
    require_office(CAPABILITIES["change_lists"], actor)
    value = clean_value(name, typed)
    if value in getattr(lists_in_force(), name):
        raise AlreadyListed(field="value")
    if value in getattr(DEFAULT_LISTS, name):
        _end(ListEntry.objects.get(list=name, value=value, ended_at=None), actor)
    else:
        _change(name, value, actor, excluded=False)
    return value


@action
def remove_from_list(name: str, value: str, *, actor: Person) -> None:
    """Takes a value off a list, whoever put it there. Raises NotListed."""
    require_office(CAPABILITIES["change_lists"], actor)
    entry = ListEntry.objects.filter(list=name, value=value, ended_at=None).first()
    if entry is not None and not entry.excluded:
        _end(entry, actor)
    elif entry is None and value in getattr(DEFAULT_LISTS, name):
        _change(name, value, actor, excluded=True)
    else:
        raise NotListed


def _change(name: str, value: str, actor: Person, *, excluded: bool) -> None:
    entry = ListEntry.objects.create(list=name, value=value, excluded=excluded, added_by=actor)
    act = "list.removed" if excluded else "list.added"
    # Never the value: it may be somebody's name. The entry keeps it.
    audit.record(act, actor=actor, subject=entry, list=name)


def _end(entry: ListEntry, actor: Person) -> None:
    standing = ListEntry.objects.filter(pk=entry.pk, ended_at=None)
    if not standing.update(ended_at=Now(), ended_by=actor):
        raise Conflict
    act = "list.added" if entry.excluded else "list.removed"
    audit.record(act, actor=actor, subject=entry, list=entry.list)


@action
def try_entry(name: str, typed: str, *, actor: Person) -> Trial:
    """What adding or removing a value would change for the last texts. Written down, so that
    nobody searches what others wrote unseen. Raises Invalid.
    """
    require_office(CAPABILITIES["change_lists"], actor)
    value = clean_value(name, typed)
    hashed = hashlib.sha256(value.encode()).hexdigest()
    audit.record("list.tried", actor=actor, list=name, value=hashed)
    return try_value(name, value)


@action
def add_reserve(
    label: str,
    starts_on: dt.date,
    ends_on: dt.date,
    departments: list[str],
    *,
    actor: Person,
) -> ReservePeriod:
    """An electoral reserve of these departments, of all when none is named."""
    require_office(CAPABILITIES["change_lists"], actor)
    period = ReservePeriod.objects.create(
        label=label,
        starts_on=starts_on,
        ends_on=ends_on,
        departments=departments,
        added_by=actor,
    )
    audit.record("reserve.added", actor=actor, subject=period)
    return period


@action
def end_reserve(period_id: int, *, actor: Person) -> None:
    """Ends a reserve before its last day; what it held is looked at again within a second."""
    require_office(CAPABILITIES["change_lists"], actor)
    standing = ReservePeriod.objects.filter(pk=period_id, ended_at=None)
    if not standing.update(ended_at=Now(), ended_by=actor):
        raise Conflict
    audit.record("reserve.ended", actor=actor, subject=ReservePeriod(pk=period_id))
