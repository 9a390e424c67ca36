"""What a draft came from, what came from it, and which texts are near it in time."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from accounts.clock import db_now
from approvals.models import Draft, DraftState, Release
from approvals.signals import standing_on_x, texts_on_x


def texts_x_had(draft: Draft) -> frozenset[str]:
    """What X has, or had, of the drafts that this one came from, or follows."""
    had: set[str] = set()
    origin = _origin(draft)
    while origin is not None:
        for _receiver, texts in texts_on_x.send(sender=Draft, draft=origin):
            had.update(texts or ())
        origin = _origin(origin)
    return frozenset(had)


def _origin(draft: Draft) -> Draft | None:
    if draft.follows_id is None:
        return draft.came_from
    return Draft.objects.get(revisions__release=draft.follows_id)


def stands_on_x(release_id: int | None) -> bool:
    """Whether X still shows the beginning of that message, so that one can reply to it."""
    answers = standing_on_x.send(sender=Draft, release_id=release_id)
    return any(stands for _receiver, stands in answers)


# How far back a text like another matters to X, and how many are looked at.
OWN_DAYS, ELSEWHERE_DAYS, MAX_NEAR = 30, 7, 200


def texts_approved_lately(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of other drafts that were released: of its account, and of all others."""
    now = db_now()
    own = Release.objects.filter(
        account=draft.account_id, released_at__gte=now - dt.timedelta(days=OWN_DAYS)
    ).exclude(revision__draft=draft)
    elsewhere = Release.objects.filter(
        released_at__gte=now - dt.timedelta(days=ELSEWHERE_DAYS)
    ).exclude(account=draft.account_id)
    return _texts(own), _texts(elsewhere)


def _texts(releases: QuerySet[Release]) -> tuple[str, ...]:
    latest = releases.select_related("revision").order_by("-released_at")[:MAX_NEAR]
    return tuple(text for release in latest for text in release.revision.texts)


def correction_of(draft: Draft) -> Draft | None:
    """The draft in which this one's text was taken up again, unless nothing came of it."""
    ended = (DraftState.REJECTED, DraftState.ABANDONED)
    rows = Draft.objects.filter(came_from=draft).exclude(state__in=ended)
    return rows.select_related("author").order_by("-pk").first()
