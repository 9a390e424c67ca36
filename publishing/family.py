"""Messages that follow one another: what corrects, updates or ends which, where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Func, QuerySet, Value

from accounts.errors import Sentence
from accounts.fetching import attach, fetch_together
from approvals.models import Draft, DraftState, FollowUp
from publishing.actions.transitions import can_retract
from publishing.models import Part, PartState, Publication, PublicationState, Retraction
from publishing.status_badge import StatusBadge, link_of, status_badge

# Up to the first message, then down to everything that follows it. OFFSET 0 and the array keep
# each step a look into an index, whatever number of rows the planner believes in.
FAMILY = """(SELECT unnest(ARRAY(
WITH RECURSIVE earlier(id) AS (
    SELECT %(expressions)s::bigint
    UNION
    SELECT above.draft_id FROM earlier CROSS JOIN LATERAL (
        SELECT r.draft_id FROM approvals_draft d
        JOIN approvals_release re ON re.id = d.follows_id
        JOIN approvals_revision r ON r.id = re.revision_id
        WHERE d.id = earlier.id OFFSET 0
    ) above
), family(id) AS (
    SELECT id FROM earlier
    UNION
    SELECT below.id FROM family CROSS JOIN LATERAL (
        SELECT d.id FROM approvals_revision r
        JOIN approvals_release re ON re.revision_id = r.id
        JOIN approvals_draft d ON d.follows_id = re.id
        WHERE r.draft_id = family.id OFFSET 0
    ) below
)
SELECT id FROM family
)))"""


@dataclass(frozen=True)
class Member:
    """One message of a family; `publication` once its last version was released."""

    draft: Draft
    follows: int | None
    publication: Publication | None

    @property
    def relation(self) -> Sentence:
        """What it is to the message that it follows; nothing of the first."""
        return FollowUp(self.draft.follow_up).label if self.draft.follow_up else ""

    @property
    def text(self) -> str:
        if self.publication is None:
            return self.draft.text
        return "\n\n".join(self.publication.release.revision.texts)

    @property
    def retraction(self) -> Retraction | None:
        """The one that stands."""
        if self.publication is None:
            return None
        return self.publication.standing_retraction

    @property
    def status(self) -> StatusBadge | None:
        """What became of it once released."""
        if self.publication is None:
            return None
        return status_badge(self.publication, self.retraction)

    @property
    def may_still_leave(self) -> bool:
        if self.publication is None:
            return self.draft.state not in (DraftState.REJECTED, DraftState.ABANDONED)
        return self.publication.state in (
            PublicationState.WAITING,
            PublicationState.HELD,
            PublicationState.MISSED,
        )

    @property
    def links(self) -> list[str]:
        """Where it is on X."""
        if self.publication is None:
            return []
        parts = [part for part in self.publication.parts.all() if part.state == PartState.OUT]
        return [link_of(self.publication.account, part.x_id) for part in parts]


@dataclass(frozen=True)
class Family:
    """`before`: what the draft follows, the nearest first; `after`: everything that follows it."""

    itself: Member | None
    before: list[Member]
    after: list[Member]
    others: list[Member]

    @property
    def publications(self) -> set[int]:
        """Of those that were released."""
        whole = [self.itself, *self.everybody] if self.itself else self.everybody
        return {m.publication.pk for m in whole if m.publication is not None}

    @property
    def everybody(self) -> list[Member]:
        """All but the message itself."""
        return [*self.after, *self.before, *self.others]

    @property
    def not_yet(self) -> list[Member]:
        """What follows it and may still leave."""
        return [m for m in self.after if m.may_still_leave]

    @property
    def is_moving(self) -> bool:
        """One of them is being taken off X."""
        return any(m.retraction is not None for m in self.everybody)


NOBODY = Family(None, [], [], [])


def relatives(draft_id: int) -> QuerySet[Draft, Any]:
    """A draft and all that it follows or that follows it, in the order in which they were begun;
    each with the draft `above`, which it follows itself.
    """
    theirs = Func(Value(draft_id), template=FAMILY, output_field=BigIntegerField())
    rows = Draft.objects.filter(pk__in=theirs).select_related("account").order_by("pk")
    return rows.annotate(above=F("follows__revision__draft"))


def family_of(
    draft_id: int, *, alone: bool = False, among: QuerySet[Draft] | None = None
) -> Family:
    """One query for a message that stands alone, one more for a family of any size; `alone`: with
    itself though nothing follows it; `among`: its `relatives`, if the caller has them.
    """
    drafts = relatives(draft_id) if among is None else among
    if len(drafts) == 1 and not alone:
        return NOBODY
    members = _members(drafts)
    before: list[Member] = []
    above = members[draft_id].follows
    while above is not None:
        before.append(members[above])
        above = members[above].follows
    after: dict[int, Member] = {}
    for member in members.values():
        if member.follows == draft_id or member.follows in after:
            after[member.draft.pk] = member
    told = {draft_id, *after, *(member.draft.pk for member in before)}
    return Family(
        members[draft_id],
        before,
        list(after.values()),
        [m for pk, m in members.items() if pk not in told],
    )


def _members(drafts: QuerySet[Draft, Any]) -> dict[int, Member]:
    """By draft, in their order."""
    released = Publication.objects.filter(
        release__revision__draft__in=[draft.pk for draft in drafts],
        release__revision__closed_at=None,
    )
    publications = released.select_related("account", "release__revision")
    parts = Part.objects.filter(publication__in=released).order_by("position")
    retractions = Retraction.objects.filter(publication__in=released)
    fetch_together(publications, parts, retractions)
    attach(publications, "parts", parts)
    attach(publications, "retractions", retractions)
    by_draft = {row.draft_id: row for row in publications}
    return {draft.pk: Member(draft, draft.above, by_draft.get(draft.pk)) for draft in drafts}


def withdrawable(family: Family, *, whole: bool = False) -> dict[int, Member]:
    """By publication, what can be retracted now and is not yet; `whole`: with itself."""
    itself = [family.itself] if whole and family.itself is not None else []
    return {
        m.publication.pk: m
        for m in [*itself, *family.everybody]
        if m.publication is not None and m.retraction is None and can_retract(m.publication)
    }
