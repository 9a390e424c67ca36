"""What was published, by account and day: the register of what the accounts said on X."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.clock import LocalDay
from accounts.errors import Sentence
from accounts.fetching import attach, fetch_together
from accounts.models import Account
from approvals.models import Draft, FollowUp, Review, Verdict
from publishing.access import shown
from publishing.models import Part, PartState, Publication, PublicationState, Retraction
from publishing.status_badge import StatusBadge, link_of, status_badge

# What was retracted was said too.
WAS_PUBLISHED = {
    "published_at__isnull": False,
    "state__in": (PublicationState.PUBLISHED, PublicationState.RETRACTED),
}
ONE_DAY = dt.timedelta(days=1)


# What is said of a message once what follows it is on X.
FOLLOWED: dict[str, Sentence] = {
    FollowUp.CORRECTION: _("Rectifié"),
    FollowUp.UPDATE: _("Mis à jour"),
    FollowUp.END_OF_SEARCH: _("Recherche terminée"),
}


@dataclass(frozen=True)
class FollowedBy:
    """A message on X that corrects, updates or ends this one."""

    words: Sentence
    draft: Draft


@dataclass(frozen=True)
class PublishedRow:
    """One publication, whole: (text, link on X) of each message, the link empty once it is off X;
    `badge` where X no longer shows what was approved; `followed_by` once that is on X.
    """

    publication: Publication
    messages: list[tuple[str, str]]
    approvals: list[Review]
    badge: StatusBadge | None
    followed_by: list[FollowedBy]


def published(
    accounts: list[Account], since: dt.date | None = None, until: dt.date | None = None
) -> QuerySet[Publication]:
    """From a day to a day, both included, as each account's own zone has them; the latest first."""
    rows = Publication.objects.filter(account__in=accounts, **WAS_PUBLISHED)
    rows = rows.alias(day=LocalDay(F("account__time_zone"), F("published_at")))
    # No zone is further than a day from UTC: what an index can find comes first.
    if since is not None:
        rows = rows.filter(day__gte=since, published_at__gte=_midnight(since) - ONE_DAY)
    if until is not None:
        rows = rows.filter(day__lte=until, published_at__lt=_midnight(until) + 2 * ONE_DAY)
    return rows.order_by("-published_at", "-pk")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=dt.UTC)


def published_rows(found: list[Publication]) -> list[PublishedRow]:
    """Each with its texts, links and signers: one query."""
    releases = [publication.release_id for publication in found]
    whole = shown().filter(pk__in=[publication.pk for publication in found])
    publications = whole.select_related(
        "release__revision__draft__author", "release__revision__draft__follows__revision"
    )
    parts = Part.objects.filter(publication__release__in=releases).order_by("position")
    retractions = Retraction.objects.filter(publication__release__in=releases)
    reviews = Review.objects.filter(revision__release__in=releases).select_related("reviewer")
    on_x = (PublicationState.PUBLISHED, PublicationState.PARTIAL)
    following = Draft.objects.filter(
        follows__in=releases, revisions__release__publication__state__in=on_x
    ).order_by("pk")
    fetch_together(publications, parts, retractions, reviews, following)
    attach(publications, "parts", parts)
    attach(publications, "retractions", retractions)
    attach([publication.release.revision for publication in publications], "reviews", reviews)
    by_id = {publication.pk: publication for publication in publications}
    return [_row(by_id[publication.pk], following) for publication in found]


def _row(publication: Publication, following: Iterable[Draft]) -> PublishedRow:
    revision = publication.release.revision
    links = [
        link_of(publication.account, part.x_id) if part.state == PartState.OUT else ""
        for part in publication.parts.all()
    ]
    badge = status_badge(publication, publication.standing_retraction)
    return PublishedRow(
        publication,
        list(zip(revision.texts, links, strict=True)),
        [review for review in revision.reviews.all() if review.verdict == Verdict.APPROVE],
        None if badge.badge == "success" else badge,
        [
            FollowedBy(FOLLOWED[draft.follow_up], draft)
            for draft in following
            if draft.follows_id == publication.release_id
        ],
    )
