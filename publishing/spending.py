"""What was sent costs money and counts against X's daily limits: both, for one account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from accounts.clock import db_now
from accounts.models import Account
from approvals.tweet_text import urls
from publishing.models import Answer, Outcome, Part, PartState

# X's prices a call on its self-serve tier, in US dollars, as published in August 2026.
POST = Decimal("0.015")
POST_WITH_URL = Decimal("0.20")
DELETION = Decimal("0.01")
ALT_TEXT = Decimal("0.005")


@dataclass(frozen=True)
class Spending:
    """Since the first of the month, in the account's zone; reads of X are not counted.

    `day_limit` and `day_left` are X's own words in its last answer that had them, at `said_at`.
    """

    since: dt.datetime
    posts: int
    posts_with_url: int
    deletions: int
    alt_texts: int
    today: int
    day_limit: int | None
    day_left: int | None
    said_at: dt.datetime | None

    @property
    def dollars(self) -> Decimal:
        plain = self.posts - self.posts_with_url
        return (
            plain * POST
            + self.posts_with_url * POST_WITH_URL
            + self.deletions * DELETION
            + self.alt_texts * ALT_TEXT
        )


def spending_of(account: Account) -> Spending:
    """Four queries, whatever was sent."""
    now = db_now().astimezone(account.zone)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    mine = Answer.objects.filter(attempt__account=account)
    accepted = mine.filter(outcome=Outcome.ACCEPTED, at__gte=day)
    rows = Part.objects.filter(publication__account=account, out_at__gte=month)
    parts = list(rows.select_related("publication__release__revision"))
    sent = [part.publication.release.revision.parts[part.position] for part in parts]
    counted = accepted.aggregate(today=Count("pk"))
    # What X said of a day's limit is worth nothing a day later.
    lately = mine.filter(at__gt=now - dt.timedelta(days=1))
    last = lately.exclude(limits={}).order_by("-at").first()
    return Spending(
        since=month,
        posts=len(sent),
        posts_with_url=sum(1 for part in sent if urls(part["text"])),
        deletions=sum(part.state == PartState.DELETED for part in parts),
        alt_texts=sum(len(part["images"]) for part in sent),
        today=counted["today"],
        day_limit=_limit(last, "limit"),
        day_left=_limit(last, "remaining"),
        said_at=last.at if last else None,
    )


def _limit(answer: Answer | None, what: str) -> int | None:
    """The account's own limit of the day, else the application's."""
    limits = answer.limits if answer is not None else {}
    for whose in ("user", "app"):
        value: int | None = limits.get(f"x-{whose}-limit-24hour-{what}")
        if value is not None:
            return value
    return None
