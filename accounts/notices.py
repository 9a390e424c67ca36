"""Notices: who is to be told, queued in the transaction of the act and delivered by tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now

from accounts import wake
from accounts.models import Account, Address, ChannelChoice, Delivery, Notice, Person
from accounts.models.notice import (
    BY_MAIL_ALONE,
    Channel,
    DeliveryFailure,
    NoticeAct,
    NoticeKind,
)


def queue_notice(
    people: Iterable[Person | int],
    kind: NoticeKind,
    *,
    path: str,
    account: Account | None = None,
    act: NoticeAct | str = "",
    urgent: bool = False,
    until: dt.datetime | None = None,
) -> None:
    """Tells each, with a delivery for each channel. An unread one of the same kind and account
    about the same page gives way to it, with what of it has not left.

    `act`, `urgent` and `until`, the moment when it is too late, are what its subject says.
    """
    ids = list(dict.fromkeys(p.pk if isinstance(p, Person) else p for p in people))
    if not ids:
        return
    about = {"kind": kind, "path": path, "account": account}
    _replace(Notice.objects.filter(person_id__in=ids, read_at=None, **about))
    subject = {"act": act, "urgent": urgent, "until": until}
    notices = Notice.objects.bulk_create(Notice(person_id=i, **about, **subject) for i in ids)
    ways = _ways(ids, kind)
    deliveries = Delivery.objects.bulk_create(
        Delivery(notice=notice, person_id=notice.person_id, channel=channel, address_id=address)
        for notice in notices
        for channel, address in ways[notice.person_id]
    )
    for channel in {delivery.channel for delivery in deliveries}:
        wake.after_commit(wake.DELIVER[channel])


def _ways(people: list[int], kind: NoticeKind) -> dict[int, list[tuple[str, int | None]]]:
    """By which channels each wants to be told of it, and where: two queries."""
    if kind in BY_MAIL_ALONE:
        return {pk: [(Channel.MAIL, None)] for pk in people}
    choices = ChannelChoice.objects.filter(person__in=people).exclude(kinds__contains=[kind])
    unwanted = set(choices.values_list("person_id", "channel"))
    addresses = Address.objects.filter(person__in=people, ended_at=None).order_by("pk")
    ways: dict[int, list[tuple[str, int | None]]] = {
        pk: [] if (pk, Channel.MAIL) in unwanted else [(Channel.MAIL, None)] for pk in people
    }
    for person_id, channel, pk in addresses.values_list("person_id", "channel", "pk"):
        if (person_id, channel) not in unwanted:
            ways[person_id].append((channel, pk))
    return ways


def end_address(address_id: int) -> None:
    """Nothing leaves for it any more."""
    Address.objects.filter(pk=address_id, ended_at=None).update(ended_at=Now())
    queued = Delivery.objects.filter(address=address_id, next_try_at__isnull=False)
    queued.update(next_try_at=None, failure=DeliveryFailure.GONE)


def notify_of_right(person: Person | int, *, given: bool, account: Account | None) -> None:
    """Tells somebody that a seat, a supervision or, without an account, the administration is
    theirs now, or no longer.
    """
    act = NoticeAct.RIGHT_GIVEN if given else NoticeAct.RIGHT_ENDED
    queue_notice([person], NoticeKind.RIGHT, path="/", account=account, act=act)


def _replace(older: QuerySet[Notice]) -> None:
    ids = list(older.values_list("pk", flat=True))
    if ids:
        queued = Delivery.objects.filter(notice__in=ids, next_try_at__isnull=False)
        queued.update(next_try_at=None, failure=DeliveryFailure.REPLACED)
        Notice.objects.filter(pk__in=ids).update(read_at=Now())


def shown(person: Person) -> QuerySet[Notice]:
    """What the bell and its page show; a link that sets a password is in its mail alone."""
    return Notice.objects.filter(person=person).exclude(kind=NoticeKind.PASSWORD)


def unread_of(person: Person, path: str) -> QuerySet[Notice, tuple[bool, int]]:
    """How many are not read: whether they are about this page, and their number."""
    unread = shown(person).filter(read_at=None).order_by()
    about_here = unread.annotate(here=ExpressionWrapper(Q(path=path), BooleanField()))
    return about_here.values("here").annotate(n=Count("pk")).values_list("here", "n")


def mark_read(notices: QuerySet[Notice]) -> None:
    """Those that an act is just replacing are left to it: a reader holds up nobody."""
    unread = notices.filter(read_at=None).select_for_update(skip_locked=True)
    Notice.objects.filter(pk__in=unread.values("pk")).update(read_at=Now())
