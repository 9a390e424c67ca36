"""What a draft came from, what came from it, and which texts are near it in time."""

from __future__ import annotations

import datetime as dt

from django.db.models import BigIntegerField, Func, QuerySet, Value
from django.db.models.functions import Now

from approvals.models import Draft, DraftState, Revision
from approvals.signals import standing_on_x, texts_on_x

# Each draft is of one that it follows or, else, of one that it came from. OFFSET 0 and the array
# keep each step a look into an index, whatever number of rows the planner believes in.
ORIGINS = """(SELECT unnest(ARRAY(
WITH RECURSIVE origin(id) AS (
    SELECT %(expressions)s::bigint
    UNION
    SELECT before.id FROM origin CROSS JOIN LATERAL (
        SELECT coalesce(r.draft_id, d.came_from_id) AS id FROM approvals_draft d
        LEFT JOIN approvals_release re ON re.id = d.follows_id
        LEFT JOIN approvals_revision r ON r.id = re.revision_id
        WHERE d.id = origin.id OFFSET 0
    ) before
)
SELECT id FROM origin
)))"""


def texts_x_had(draft: Draft) -> frozenset[str]:
    """What X has, or had, of the drafts that this one came from, or follows: one query at most."""
    if draft.follows_id is None and draft.came_from_id is None:
        return frozenset()
    theirs = Func(Value(draft.pk), template=ORIGINS, output_field=BigIntegerField())
    origins = Draft.objects.filter(pk__in=theirs).exclude(pk=draft.pk)
    answers = texts_on_x.send(sender=Draft, drafts=origins)
    return frozenset(text for _receiver, texts in answers for text in texts or ())


def stands_on_x(release_id: int | None) -> bool:
    """Whether X still shows the beginning of that message, so that one can reply to it."""
    answers = standing_on_x.send(sender=Draft, release_id=release_id)
    return any(stands for _receiver, stands in answers)


# How far back a text like another matters to X, and how many are looked at.
OWN_DAYS, ELSEWHERE_DAYS, MAX_NEAR = 30, 7, 200


def approved_lately(draft: Draft) -> tuple[QuerySet[Revision], QuerySet[Revision]]:
    """What was released of other drafts: of its account, and of all others."""
    own = _latest(OWN_DAYS).filter(release__account=draft.account_id).exclude(draft=draft)
    elsewhere = _latest(ELSEWHERE_DAYS).exclude(release__account=draft.account_id)
    return own[:MAX_NEAR], elsewhere[:MAX_NEAR]


def _latest(days: int) -> QuerySet[Revision]:
    since = Now() - dt.timedelta(days=days)
    released = Revision.objects.filter(release__released_at__gte=since)
    return released.order_by("-release__released_at").only("content")


def correction_of(draft: Draft) -> Draft | None:
    """The draft in which this one's text was taken up again, unless nothing came of it."""
    ended = (DraftState.REJECTED, DraftState.ABANDONED)
    rows = Draft.objects.filter(came_from=draft).exclude(state__in=ended)
    return rows.select_related("author").order_by("-pk").first()
