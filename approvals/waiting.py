"""What awaits a person among the drafts: to review, to take up again, in writing, left behind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q

from accounts.access import Membership
from accounts.models import Person
from accounts.roles import Role
from approvals.access import author_role
from approvals.models import (
    CloseReason,
    Comment,
    Contributor,
    Draft,
    DraftState,
    Objection,
    Review,
    Revision,
    Verdict,
)
from approvals.quorum import Quorum, quorums_of

SENT_BACK = (CloseReason.CHANGES, CloseReason.RECALLED)


@dataclass(frozen=True)
class ToReview:
    """A text that this person may approve, and what it still misses."""

    draft: Draft
    revision: Revision
    quorum: Quorum


@dataclass(frozen=True)
class SentBack:
    """A text of this person's that came back: who sent it back, and why."""

    draft: Draft
    revision: Revision
    who: str
    reason: str


@dataclass
class Waiting:
    to_review: list[ToReview] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    sent_back: list[SentBack] = field(default_factory=list)
    in_writing: list[Draft] = field(default_factory=list)
    in_review: list[ToReview] = field(default_factory=list)
    left_behind: list[Draft] = field(default_factory=list)


def waiting_for(person: Person, places: list[Membership]) -> Waiting:
    """The same number of queries however much there is."""
    accounts = [m.account.pk for m in places]
    seats = [m.account.pk for m in places if m.role == Role.SEAT]
    waiting = Waiting()
    _under_review(waiting, person, accounts)
    waiting.objections = _objections(person, accounts, places)
    _being_written(waiting, person, seats)
    return waiting


def _under_review(waiting: Waiting, person: Person, accounts: list[int]) -> None:
    revisions = list(
        Revision.objects.filter(
            draft__account__in=accounts, draft__state=DraftState.IN_REVIEW, closed_at=None
        )
        .select_related("draft__account", "draft__author")
        .order_by("-draft__urgent", "submitted_at")
    )
    quorums = quorums_of(revisions)
    for revision in revisions:
        quorum = quorums[revision.pk]
        row = ToReview(revision.draft, revision, quorum)
        if quorum.awaits(person):
            waiting.to_review.append(row)
        elif person.pk in quorum.contributors:
            waiting.in_review.append(row)


def _objections(person: Person, accounts: list[int], places: list[Membership]) -> list[Objection]:
    """Those to a text in review that this person may lift; an approved one that is held stands
    among what publishing has to decide. One query.
    """
    supervises = [m.account.pk for m in places if m.role == Role.SUPERVISION]
    wrote = Contributor.objects.filter(draft=OuterRef("draft"), person=person)
    rows = Objection.objects.filter(
        Q(raised_by=person) | Q(draft__account__in=supervises) & ~Exists(wrote),
        draft__account__in=accounts,
        draft__state=DraftState.IN_REVIEW,
        lifted_at=None,
    )
    return list(rows.select_related("raised_by", "draft__account", "draft__author"))


def _being_written(waiting: Waiting, person: Person, seats: list[int]) -> None:
    """Mine are what I wrote or changed; left behind is what somebody without a seat began."""
    mine = Contributor.objects.filter(draft=OuterRef("pk"), person=person)
    drafts = list(
        Draft.objects.filter(account__in=seats)
        .filter(state__in=[DraftState.WRITING, DraftState.IN_REVIEW])
        .annotate(author_role=author_role())
        .filter(Exists(mine) | ~Q(author_role=Role.SEAT))
        .select_related("account", "author")
        .order_by("-urgent", "-updated_at")
    )
    back = _sent_back([d for d in drafts if d.state == DraftState.WRITING])
    for draft in drafts:
        if draft.author_role != Role.SEAT:
            waiting.left_behind.append(draft)
        elif draft.pk in back:
            waiting.sent_back.append(back[draft.pk])
        elif draft.state == DraftState.WRITING:
            waiting.in_writing.append(draft)


def _sent_back(drafts: list[Draft]) -> dict[int, SentBack]:
    """Those whose last revision was sent back, by draft."""
    by_id = {draft.pk: draft for draft in drafts}
    last: dict[int, Revision] = {}
    revisions = Revision.objects.filter(draft__in=drafts).select_related("closed_by")
    for revision in revisions.order_by("draft", "number"):
        last[revision.draft_id] = revision
    back = {pk: r for pk, r in last.items() if r.closing in SENT_BACK}
    reasons = _reasons_of_return(back.values())
    return {
        pk: SentBack(by_id[pk], r, r.closed_by.name if r.closed_by else "", reasons.get(r.pk, ""))
        for pk, r in back.items()
    }


def _reasons_of_return(revisions: Collection[Revision]) -> dict[int, str]:
    """Why each was sent back: a recall says so in the debate, as the last word on it."""
    recalled = Comment.objects.filter(
        revision__in=revisions,
        revision__closing=CloseReason.RECALLED,
        author=F("revision__closed_by"),
    )
    asked = Review.objects.filter(revision__in=revisions, verdict=Verdict.CHANGES)
    return {
        **dict(recalled.order_by("pk").values_list("revision", "body")),
        **dict(asked.values_list("revision", "reason")),
    }
