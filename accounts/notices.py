"""Notices: who is to be told, queued in the transaction of the act and sent by a task."""

from __future__ import annotations

from accounts.models import Account, Notice, Person
from accounts.models.notice import NoticeKind


def queue_notice(
    people: list[Person] | list[int], kind: NoticeKind, *, path: str, account: Account | None = None
) -> None:
    """Queues one mail for each; one already queued for the same page is not queued twice."""
    ids = [p.pk if isinstance(p, Person) else p for p in people]
    owed = set(
        Notice.objects.filter(
            person_id__in=ids, kind=kind, path=path, sent_at=None, next_try_at__isnull=False
        ).values_list("person_id", flat=True)
    )
    Notice.objects.bulk_create(
        Notice(person_id=i, kind=kind, path=path, account=account) for i in ids if i not in owed
    )
