"""What a draft came from, and what came from it: a text used again, or corrected."""

from __future__ import annotations

from approvals.models import Draft, DraftState
from approvals.signals import texts_on_x


def texts_x_had(draft: Draft) -> frozenset[str]:
    """What X has, or had, of the drafts that this one came from."""
    had: set[str] = set()
    origin = draft.came_from
    while origin is not None:
        for _receiver, texts in texts_on_x.send(sender=Draft, draft=origin):
            had.update(texts or ())
        origin = origin.came_from
    return frozenset(had)


def correction_of(draft: Draft) -> Draft | None:
    """The draft in which this one's text was taken up again, unless nothing came of it."""
    ended = (DraftState.REJECTED, DraftState.ABANDONED)
    rows = Draft.objects.filter(came_from=draft).exclude(state__in=ended)
    return rows.select_related("author").order_by("-pk").first()
