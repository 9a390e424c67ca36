"""Who is told of what became of a draft."""

from __future__ import annotations

from django.urls import reverse

from accounts.access import reviewers
from accounts.models.notice import NoticeKind
from accounts.notices import queue_notice
from approvals.models import Draft


def notify_reviewers(draft: Draft) -> None:
    """Tells those who may approve it that a text awaits them."""
    wrote = set(draft.contributors.values_list("person_id", flat=True))
    people = [pk for pk in reviewers(draft.account) if pk not in wrote]
    path = reverse("draft", args=[draft.pk])
    queue_notice(people, NoticeKind.AWAITS_YOU, path=path, account=draft.account)


def notify_author(draft: Draft) -> None:
    """Tells its author that the text was sent back, or is about to miss its hour."""
    path = reverse("draft", args=[draft.pk])
    queue_notice([draft.author_id], NoticeKind.AWAITS_YOU, path=path, account=draft.account)
