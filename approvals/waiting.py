"""What awaits a person among the drafts: to review, to take up again, in writing, left behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.access import Membership
from accounts.fetching import fetch_together
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
    """Three queries, however much there is."""
    accounts = [m.account.pk for m in places]
    seats = [m.account.pk for m in places if m.role == Role.SEAT]
    revisions = _under_review(accounts)
    objections = _objections(person, accounts, places)
    drafts = _being_written(person, seats)
    fetch_together(revisions, objections, drafts)
    waiting = Waiting(objections=list(objections))
    _sort_reviews(waiting, person, list(revisions))
    _sort_drafts(waiting, list(drafts))
    return waiting


def _under_review(accounts: list[int]) -> QuerySet[Revision]:
    rows = Revision.objects.filter(
        draft__account__in=accounts, draft__state=DraftState.IN_REVIEW, closed_at=None
    )
    urgent_first = rows.order_by("-draft__urgent", "submitted_at")
    return urgent_first.select_related("draft__account", "draft__author")


def _sort_reviews(waiting: Waiting, person: Person, revisions: list[Revision]) -> None:
    quorums = quorums_of(revisions)
    for revision in revisions:
        quorum = quorums[revision.pk]
        row = ToReview(revision.draft, revision, quorum)
        if quorum.awaits(person):
            waiting.to_review.append(row)
        elif person.pk in quorum.contributors:
            waiting.in_review.append(row)


def _objections(
    person: Person, accounts: list[int], places: list[Membership]
) -> QuerySet[Objection]:
    """Those to a text in review that this person may lift; an approved one that is held stands
    among what publishing has to decide.
    """
    supervises = [m.account.pk for m in places if m.role == Role.SUPERVISION]
    wrote = Contributor.objects.filter(draft=OuterRef("draft"), person=person)
    rows = Objection.objects.filter(
        Q(raised_by=person) | Q(draft__account__in=supervises) & ~Exists(wrote),
        draft__account__in=accounts,
        draft__state=DraftState.IN_REVIEW,
        lifted_at=None,
    )
    return rows.select_related("raised_by", "draft__account", "draft__author")


def _being_written(person: Person, seats: list[int]) -> QuerySet[Draft, Any]:
    """Mine are what I wrote or changed; left behind is what somebody without a seat began."""
    mine = Contributor.objects.filter(draft=OuterRef("pk"), person=person)
    rows = (
        Draft.objects.filter(account__in=seats)
        .filter(state__in=[DraftState.WRITING, DraftState.IN_REVIEW])
        .annotate(author_role=author_role())
        .filter(Exists(mine) | ~Q(author_role=Role.SEAT))
    )
    return rows.select_related("account", "author").order_by("-urgent", "-updated_at")


def _sort_drafts(waiting: Waiting, drafts: list[Any]) -> None:
    back = _sent_back([d for d in drafts if d.state == DraftState.WRITING])
    for draft in drafts:
        if draft.author_role != Role.SEAT:
            waiting.left_behind.append(draft)
        elif draft.pk in back:
            waiting.sent_back.append(back[draft.pk])
        elif draft.state == DraftState.WRITING:
            waiting.in_writing.append(draft)


def _sent_back(drafts: list[Draft]) -> dict[int, SentBack]:
    """Those whose last revision was sent back, by draft, with the reason: one query. A recall gives
    it in the debate, as the last word on it.
    """
    revisions = Revision.objects.filter(draft__in=drafts).select_related("closed_by")
    recalled = Comment.objects.filter(
        revision__draft__in=drafts,
        revision__closing=CloseReason.RECALLED,
        author=F("revision__closed_by"),
    )
    said = recalled.order_by("pk").values_list("revision", "body")
    asked = Review.objects.filter(revision__draft__in=drafts, verdict=Verdict.CHANGES)
    why = asked.values_list("revision", "reason")
    fetch_together(revisions, said, why)
    last = {revision.draft_id: revision for revision in revisions}
    reasons = {**dict(said), **dict(why)}
    return {
        draft.pk: SentBack(draft, r, r.closed_by.name if r.closed_by else "", reasons.get(r.pk, ""))
        for draft in drafts
        if (r := last.get(draft.pk)) is not None and r.closing in SENT_BACK
    }
