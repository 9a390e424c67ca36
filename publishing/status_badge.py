"""The state of a publication as a badge, and where its posts are on X."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Account
from publishing.models import Publication, PublicationState, Reason, Retraction, RetractionState
from publishing.models.publication import BAD

BADGES: dict[str, str] = {
    PublicationState.WAITING: "info",
    PublicationState.SENDING: "info",
    PublicationState.HELD: "warning",
    PublicationState.MISSED: "error",
    PublicationState.UNCERTAIN: "warning",
    PublicationState.REFUSED: "error",
    PublicationState.PARTIAL: "warning",
    PublicationState.PUBLISHED: "success",
}


@dataclass(frozen=True)
class StatusBadge:
    """The state of a publication as a badge."""

    badge: str
    label: str


def status_badge(publication: Publication, retraction: Retraction | None = None) -> StatusBadge:
    """`retraction` is the one that stands."""
    if retraction is not None:
        failing = retraction.state == RetractionState.FAILING
        return (
            StatusBadge("error", _("X ne le supprime pas"))
            if failing
            else StatusBadge("info", _("retrait"))
        )
    if reading_is_bad(publication):
        return StatusBadge("warning", publication.get_reading_display())
    if publication.state == PublicationState.REFUSED and publication.reason == Reason.GIVEN_UP:
        return StatusBadge("error", _("abandonné"))
    return StatusBadge(BADGES.get(publication.state, ""), publication.get_state_display())


def reading_is_bad(publication: Publication) -> bool:
    return publication.reading in BAD and publication.state == PublicationState.PUBLISHED


def link_of(account: Account, x_id: str | None) -> str:
    return f"{settings.X_SITE_URL}/{account.handle}/status/{x_id}" if x_id else ""
