"""Who is told of what became of a draft."""

from __future__ import annotations

from django.urls import reverse

from accounts.access import reviewers
from accounts.models import Person
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.roles import Role
from approvals.models import Draft, Objection

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


def notify_of_objection(draft: Draft, act: NoticeAct, objection: Objection, actor: Person) -> None:
    """Tells the author, the supervisors and who objected; supervisors may have to lift it."""
    roles = {pk: who.role for pk, who in reviewers(draft.account).items()}
    supervisors = {pk for pk, role in roles.items() if role == Role.SUPERVISION}
    told = {draft.author_id, objection.raised_by_id, *supervisors} & roles.keys() - {actor.pk}
    asked = supervisors if act == NoticeAct.OBJECTION else set()
    for people, kind in (
        (told & asked, NoticeKind.AWAITS_YOU),
        (told - asked, NoticeKind.NEWS),
    ):
        queue_notice(
            list(people),
            kind,
            path=reverse("draft", args=[draft.pk]),
            account=draft.account,
            act=act,
            urgent=draft.urgent,
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
