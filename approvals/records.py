"""What is written about one draft, fetched together: of it are its debate, quorum and history."""

from __future__ import annotations

from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from accounts.access import Reviewer, reviewers_among, rights_on
from accounts.fetching import fetch_together
from accounts.models import Person
from accounts.roles import Role
from approvals.history import entries_of
from approvals.models import (
    Comment,
    Contributor,
    Draft,
    Mention,
    Objection,
    Resolution,
    Review,
    Revision,
    RevisionView,
    Wording,
)
from approvals.quorum import Quorum, quorum_among, with_standing


class DraftRecords:
    """Of a draft as `draft_for` gives it: one query. `revisions`, the oldest first, say whether
    `reader` has `opened` them.
    """

    def __init__(self, draft: Draft, reader: Person) -> None:
        opened = RevisionView.objects.filter(revision=OuterRef("pk"), person=reader)
        names = Mention.objects.filter(comment=OuterRef("pk")).values("person__name")
        self.draft = draft
        self.revisions = (
            Revision.objects.filter(draft=draft)
            .select_related("submitted_by", "closed_by")
            .annotate(opened=Exists(opened))
            .order_by("number")
        )
        self.comments = (
            Comment.objects.filter(draft=draft)
            .select_related("author")
            .annotate(mentioned=ArraySubquery(names))
        )
        self.resolutions = (
            Resolution.objects.filter(thread__draft=draft)
            .select_related("resolved_by", "reopened_by")
            .order_by("pk")
        )
        self.wordings = Wording.objects.filter(revision__draft=draft).select_related(
            "author", "decided_by"
        )
        self.reviews = with_standing(Review.objects.filter(revision__draft=draft))
        self.objections = Objection.objects.filter(draft=draft).select_related(
            "raised_by", "lifted_by"
        )
        self.contributors = Contributor.objects.filter(draft=draft).select_related("person")
        self.rights = rights_on([draft.account_id])
        self.entries = entries_of(draft)
        fetch_together(
            self.revisions,
            self.comments,
            self.resolutions,
            self.wordings,
            self.reviews,
            self.objections,
            self.contributors,
            self.rights,
            self.entries,
        )
        for revision in self.revisions:
            revision.draft = draft

    @cached_property
    def current(self) -> Revision | None:
        """The open one."""
        return next((r for r in self.revisions if r.closed_at is None), None)

    @property
    def author_left(self) -> bool:
        """Whether the draft's author no longer holds a seat of its account."""
        return bool(self.draft.author_role != Role.SEAT)  # type: ignore[attr-defined]

    @cached_property
    def standing_objections(self) -> list[Objection]:
        return [one for one in self.objections if one.lifted_at is None]

    @cached_property
    def reviewers(self) -> dict[int, Reviewer]:
        """Those who may review the draft now."""
        return reviewers_among(self.rights, [self.draft.account_id])[self.draft.account_id]

    @cached_property
    def quorum(self) -> Quorum | None:
        """Of the open revision."""
        if self.current is None:
            return None
        return quorum_among(
            self.current,
            self.reviewers,
            {row.person_id for row in self.contributors},
            [review for review in self.reviews if review.revision_id == self.current.pk],
            self.standing_objections,
        )

    def revision(self, pk: int | None) -> Revision | None:
        return next((r for r in self.revisions if r.pk == pk), None)

    def number(self, revision_id: int) -> int:
        return next(r.number for r in self.revisions if r.pk == revision_id)
