"""What of somebody's was stopped for good by others: texts rejected, or taken off X."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.access import Membership
from accounts.errors import Sentence
from accounts.fetching import fetch_together
from accounts.models import Person
from approvals.models import Contributor, Draft, DraftState, Review, Verdict
from publishing.models import Retraction, RetractionState

REJECTED = _("rejeté")
RETRACTED = _("retiré de X")
BEING_RETRACTED = _("retrait de X demandé")


@dataclass(frozen=True)
class Setback:
    """A text, what became of it, by whom, when and why."""

    draft: Draft
    text: str
    what: Sentence
    who: str
    reason: str
    at: dt.datetime


def setbacks_of(person: Person, places: list[Membership]) -> list[Setback]:
    """What this person wrote or changed, the latest first, for a week or until somebody took the
    text up again; what they did themselves is no news to them. One query.
    """
    accounts = [place.account.pk for place in places]
    rejected, retracted = _rejected(person, accounts), _retracted(person, accounts)
    fetch_together(rejected, retracted)
    stopped = [*map(_of_review, rejected), *map(_of_retraction, retracted)]
    return sorted(stopped, key=lambda setback: setback.at, reverse=True)


def _theirs(person: Person, draft: str) -> Q:
    """Written or changed by this person, and not taken up again."""
    wrote = Contributor.objects.filter(draft=OuterRef(draft), person=person)
    taken_up = Draft.objects.filter(came_from=OuterRef(draft))
    return Q(Exists(wrote)) & ~Q(Exists(taken_up))


def _rejected(person: Person, accounts: list[int]) -> QuerySet[Review]:
    rows = Review.objects.filter(
        _theirs(person, "revision__draft"),
        verdict=Verdict.REJECT,
        revision__draft__state=DraftState.REJECTED,
        revision__draft__account__in=accounts,
        created_at__gt=Now() - _shown_for(),
    ).exclude(reviewer=person)
    return rows.select_related("reviewer", "revision__draft__account")


def _of_review(review: Review) -> Setback:
    return Setback(
        review.revision.draft,
        " ".join(review.revision.texts),
        REJECTED,
        review.reviewer.name,
        review.reason,
        review.created_at,
    )


def _retracted(person: Person, accounts: list[int]) -> QuerySet[Retraction]:
    rows = (
        Retraction.objects.filter(
            _theirs(person, "publication__release__revision__draft"),
            publication__account__in=accounts,
            requested_at__gt=Now() - _shown_for(),
        )
        .exclude(state=RetractionState.CANCELLED)
        .exclude(requested_by=person)
    )
    return rows.select_related("requested_by", "publication__release__revision__draft__account")


def _of_retraction(retraction: Retraction) -> Setback:
    revision = retraction.publication.release.revision
    verified = retraction.state == RetractionState.VERIFIED
    return Setback(
        revision.draft,
        " ".join(revision.texts),
        RETRACTED if verified else BEING_RETRACTED,
        retraction.requested_by.name,
        retraction.reason,
        retraction.requested_at,
    )


def _shown_for() -> dt.timedelta:
    return dt.timedelta(seconds=settings.DURATIONS.setback_shown)
