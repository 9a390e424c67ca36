"""Messages that follow one another: what corrects, updates or ends which, where each stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Prefetch

from accounts.errors import Sentence
from approvals.models import Draft, DraftState, FollowUp
from publishing.actions.transitions import can_retract
from publishing.models import Part, PartState, Publication, PublicationState, Retraction
from publishing.status_badge import StatusBadge, link_of, status_badge

# Up to the first message, then down to everything that follows it.
FAMILY = """
WITH RECURSIVE earlier(id) AS (
    SELECT %s::bigint
    UNION
    SELECT r.draft_id FROM earlier
    JOIN approvals_draft d ON d.id = earlier.id
    JOIN approvals_release re ON re.id = d.follows_id
    JOIN approvals_revision r ON r.id = re.revision_id
), family(id) AS (
    SELECT id FROM earlier
    UNION
    SELECT d.id FROM family
    JOIN approvals_revision r ON r.draft_id = family.id
    JOIN approvals_release re ON re.revision_id = r.id
    JOIN approvals_draft d ON d.follows_id = re.id
)
SELECT id FROM family ORDER BY id
"""


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
        standing: list[Retraction] = self.publication.standing  # type: ignore[attr-defined]
        return next(iter(standing), None)

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


def family_of(draft_id: int, *, alone: bool = False) -> Family:
    """One query for a message that stands alone, four more for a family of any size; `alone`: with
    itself though nothing follows it.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAMILY, [draft_id])
        ids = [pk for (pk,) in cursor.fetchall()]
    if len(ids) == 1 and not alone:
        return NOBODY
    members = _members(ids)
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


def _members(ids: list[int]) -> dict[int, Member]:
    """By draft, in the order in which they were begun."""
    rows = Publication.objects.filter(
        release__revision__draft__in=ids, release__revision__closed_at=None
    )
    publications = {
        row.draft_id: row
        for row in rows.select_related("account", "release__revision").prefetch_related(
            Prefetch("parts", Part.objects.order_by("position")),
            Prefetch("retractions", Retraction.objects.filter(ended_at=None), "standing"),
        )
    }
    drafts = Draft.objects.filter(pk__in=ids).select_related("account").order_by("pk")
    return {
        draft.pk: Member(draft, above, publications.get(draft.pk))
        for draft, above in (
            (d, d.above) for d in drafts.annotate(above=F("follows__revision__draft"))
        )
    }


def withdrawable(family: Family, *, whole: bool = False) -> dict[int, Member]:
    """By publication, what can be retracted now and is not yet; `whole`: with itself."""
    itself = [family.itself] if whole and family.itself is not None else []
    return {
        m.publication.pk: m
        for m in [*itself, *family.everybody]
        if m.publication is not None and m.retraction is None and can_retract(m.publication)
    }
