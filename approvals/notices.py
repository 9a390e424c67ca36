"""Who is told of what became of a draft."""

from __future__ import annotations

from django.urls import reverse

from accounts.access import reviewers
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from approvals.models import Draft

# What the author has to do something about; the rest is news.
ASKS_AUTHOR = (NoticeAct.CHANGES, NoticeAct.LACKS_APPROVALS)


def notify_reviewers(draft: Draft) -> None:
    """Tells those who may approve it that a text awaits them, and until when."""
    wrote = set(draft.contributors.values_list("person_id", flat=True))
    people = [pk for pk in reviewers(draft.account) if pk not in wrote]
    queue_notice(
        people,
        NoticeKind.AWAITS_YOU,
        path=reverse("draft", args=[draft.pk]),
        account=draft.account,
        act=NoticeAct.REVIEW,
        urgent=draft.urgent,
        until=draft.requested_at,
    )


def notify_author(draft: Draft, act: NoticeAct) -> None:
    """Tells its author what became of the text."""
    asks = act in ASKS_AUTHOR
    queue_notice(
        [draft.author_id],
        NoticeKind.AWAITS_YOU if asks else NoticeKind.NEWS,
        path=reverse("draft", args=[draft.pk]),
        account=draft.account,
        act=act,
        urgent=draft.urgent,
        until=draft.requested_at if act == NoticeAct.LACKS_APPROVALS else None,
    )
