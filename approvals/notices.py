"""Who is told of what became of a draft."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from accounts.access import administrators, reviewers
from accounts.models import Person
from accounts.models.notice import NoticeAct, NoticeKind
from accounts.notices import queue_notice
from accounts.roles import Role
from approvals.models import Draft, MessageTemplate, Objection, Revision, Wording
from approvals.quorum import quorum_of

# What the author has to do something about; the rest is news.
ASKS_AUTHOR = (NoticeAct.CHANGES, NoticeAct.WORDING, NoticeAct.LACKS_APPROVALS)


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


def notify_of_template(template: MessageTemplate) -> None:
    """Tells those who may approve it that a template awaits them."""
    may = reviewers(template.account)
    supervised = template.added_by_id in may and (
        may[template.added_by_id].role == Role.SUPERVISION
    )
    queue_notice(
        [
            pk
            for pk, who in may.items()
            if pk != template.added_by_id and (supervised or who.role == Role.SUPERVISION)
        ],
        NoticeKind.AWAITS_YOU,
        path=reverse("message-template", args=[template.pk]),
        account=template.account,
        act=NoticeAct.CONFIRM,
    )


def notify_of_approved_template(template: MessageTemplate) -> None:
    """Tells who proposed it that it can be used."""
    if template.added_by_id in reviewers(template.account):
        queue_notice(
            [template.added_by_id],
            NoticeKind.NEWS,
            path=reverse("message-template", args=[template.pk]),
            account=template.account,
            act=NoticeAct.TEMPLATE_APPROVED,
        )


def notify_of_decision(draft: Draft, wording: Wording, act: NoticeAct) -> None:
    """Tells who proposed a wording what its author made of it."""
    if wording.author_id in reviewers(draft.account):
        queue_notice(
            [wording.author_id],
            NoticeKind.NEWS,
            path=reverse("draft", args=[draft.pk]),
            account=draft.account,
            act=act,
            urgent=draft.urgent,
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


def notify_mentioned(draft: Draft, people: Iterable[int]) -> None:
    """Tells those whom a word of the debate names, as far as they can see the draft."""
    may = reviewers(draft.account)
    queue_notice(
        [pk for pk in people if pk in may],
        NoticeKind.MENTION,
        path=reverse("draft", args=[draft.pk]),
        account=draft.account,
        act=NoticeAct.MENTIONED,
        urgent=draft.urgent,
    )


def remind_reviewers(revision: Revision) -> None:
    """Tells once more those who have not answered; of an objection, who may lift it."""
    _tell_of_wait(revision, [pk for pk, _role in _awaited(revision)], NoticeAct.REVIEW_REMINDER)


def escalate_review(revision: Revision) -> None:
    """Tells the supervisors who are left; the administrators, who can name others, when those who
    could still answer would not be enough.
    """
    awaited = _awaited(revision)
    supervisors = [pk for pk, role in awaited if role == Role.SUPERVISION]
    _tell_of_wait(revision, supervisors, NoticeAct.REVIEW_ESCALATED)
    if not supervisors or not quorum_of(revision).within_reach:
        account = revision.draft.account
        queue_notice(
            administrators(),
            NoticeKind.AWAITS_YOU,
            path=reverse("department", args=[account.code]),
            account=account,
            act=NoticeAct.REVIEW_ESCALATED,
            urgent=revision.draft.urgent,
            until=revision.requested_at,
        )


def _awaited(revision: Revision) -> list[tuple[int, Role]]:
    """Whose answer is missing: approvals first, then the lifting of what is objected."""
    quorum = quorum_of(revision)
    if quorum.missing:
        return [(who.person.pk, who.role) for who in quorum.could_sign]
    return [
        (pk, who.role)
        for pk, who in reviewers(revision.draft.account).items()
        if who.role == Role.SUPERVISION and pk not in quorum.contributors
    ]


def _tell_of_wait(revision: Revision, people: list[int], act: NoticeAct) -> None:
    draft = revision.draft
    queue_notice(
        people,
        NoticeKind.AWAITS_YOU,
        path=reverse("draft", args=[draft.pk]),
        account=draft.account,
        act=act,
        urgent=draft.urgent,
        until=revision.requested_at,
    )


def notify_author(draft: Draft, act: NoticeAct) -> None:
    """Tells its author what became of the text, or what is proposed in its place."""
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
