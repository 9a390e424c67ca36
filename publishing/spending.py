"""What was sent costs money and counts against X's daily limits: both, for one account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Now, TruncDate

from accounts.clock import db_now
from accounts.models import Account
from approvals.message import Message
from approvals.tweet_text import urls
from publishing.models import Answer, Attempt, DailySpending

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


# Of how many tries, at most, the answers are looked through for X's own limit.
MAX_ANSWERS_READ = 20


def count_post(account: Account, message: Message) -> None:
    """In the transaction in which a part is known to be out, under the account's lock."""
    _count(
        account,
        posts=1,
        posts_with_url=int(bool(urls(message.text))),
        alt_texts=len(message.images),
    )


def count_deletions(account: Account, deleted: int) -> None:
    """In the transaction in which posts are known to be deleted, under the account's lock."""
    if deleted:
        _count(account, deletions=deleted)


def _count(account: Account, **more: int) -> None:
    today = TruncDate(Now(), tzinfo=account.zone)
    row = DailySpending.objects.filter(account=account, day=today)
    if not row.update(**{name: F(name) + number for name, number in more.items()}):
        DailySpending.objects.create(account=account, day=today, **more)


def spending_of(account: Account) -> Spending:
    """Three queries, and no more rows than a month has days, whatever was sent."""
    now = db_now().astimezone(account.zone)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = list(DailySpending.objects.filter(account=account, day__gte=month.date()))
    last = _last_limits(account, now)
    return Spending(
        since=month,
        posts=sum(day.posts for day in days),
        posts_with_url=sum(day.posts_with_url for day in days),
        deletions=sum(day.deletions for day in days),
        alt_texts=sum(day.alt_texts for day in days),
        today=sum(day.posts for day in days if day.day == now.date()),
        day_limit=_limit(last, "limit"),
        day_left=_limit(last, "remaining"),
        said_at=last.at if last else None,
    )


def _last_limits(account: Account, now: dt.datetime) -> Answer | None:
    """What X said of a day's limit is worth nothing a day later."""
    lately = Attempt.objects.filter(account=account, posting_at__gt=now - dt.timedelta(days=1))
    latest = lately.select_related("answer").order_by("-posting_at")[:MAX_ANSWERS_READ]
    answers = [attempt.answer for attempt in latest if hasattr(attempt, "answer")]
    return next((answer for answer in answers if answer.limits), None)


def _limit(answer: Answer | None, what: str) -> int | None:
    """The account's own limit of the day, else the application's."""
    limits = answer.limits if answer is not None else {}
    for whose in ("user", "app"):
        value: int | None = limits.get(f"x-{whose}-limit-24hour-{what}")
        if value is not None:
            return value
    return None
