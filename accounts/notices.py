"""Notices: who is to be told, queued in the transaction of the act and sent by a task."""

from __future__ import annotations

import datetime as dt

from accounts.models import Account, Notice, Person
from accounts.models.notice import NoticeAct, NoticeKind


def queue_notice(
    people: list[Person] | list[int],
    kind: NoticeKind,
    *,
    path: str,
    account: Account | None = None,
    act: NoticeAct | str = "",
    urgent: bool = False,
    until: dt.datetime | None = None,
) -> None:
    """Queues one mail for each; one already queued for the same page says the newest act instead.

    `act`, `urgent` and `until`, the moment when it is too late, are what its subject says.
    """
    ids = [p.pk if isinstance(p, Person) else p for p in people]
    queued = Notice.objects.filter(
        person_id__in=ids, kind=kind, path=path, sent_at=None, next_try_at__isnull=False
    )
    told = set(queued.values_list("person_id", flat=True))
    subject = {"act": act, "urgent": urgent, "until": until}
    if told:
        queued.update(**subject)
    Notice.objects.bulk_create(
        Notice(person_id=i, kind=kind, path=path, account=account, **subject)
        for i in ids
        if i not in told
    )
