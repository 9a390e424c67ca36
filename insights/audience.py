"""What was observed, as pages and reports read it: constant queries, whatever the period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Account
from insights.charts import LineChart, line_chart
from insights.models import Age, FollowerCount, PostMetrics
from publishing.models import Part


@dataclass(frozen=True)
class Followers:
    """The counts of one account from one day to another, both included; other days are gaps."""

    account: Account
    first: dt.date
    last: dt.date
    counts: dict[dt.date, int]

    @property
    def start(self) -> int | None:
        return self.counts[min(self.counts)] if self.counts else None

    @property
    def end(self) -> int | None:
        return self.counts[max(self.counts)] if self.counts else None

    @property
    def change(self) -> int | None:
        return self.end - self.start if self.start is not None and self.end is not None else None

    @property
    def gaps(self) -> int:
        """Days without a count between the first that was counted and the last."""
        if not self.counts:
            return 0
        return (max(self.counts) - min(self.counts)).days + 1 - len(self.counts)

    @property
    def chart(self) -> LineChart:
        return line_chart(self.counts, self.first, self.last)

    @property
    def days(self) -> list[tuple[dt.date, int | None]]:
        """Every day from the first that was counted to the last, the latest first."""
        if not self.counts:
            return []
        first, last = min(self.counts), max(self.counts)
        every = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        return [(day, self.counts.get(day)) for day in reversed(every)]

    @property
    def months(self) -> list[tuple[dt.date, int | None]]:
        """The last count of each month that the period touches, the latest first."""
        last = {day.replace(day=1): self.counts[day] for day in sorted(self.counts)}
        month, found = self.last.replace(day=1), []
        while month >= self.first.replace(day=1):
            found.append((month, last.get(month)))
            month = (month - dt.timedelta(days=1)).replace(day=1)
        return found


def followers_of(accounts: Collection[Account], first: dt.date, last: dt.date) -> list[Followers]:
    """By department: one query."""
    counts: dict[int, dict[dt.date, int]] = defaultdict(dict)
    rows = FollowerCount.objects.filter(account__in=accounts, day__range=(first, last))
    for account_id, day, followers in rows.values_list("account_id", "day", "followers"):
        counts[account_id][day] = followers
    return [
        Followers(account, first, last, counts[account.pk])
        for account in sorted(accounts, key=lambda account: account.code)
    ]


@dataclass(frozen=True)
class CountedPost:
    """A post with what was counted of it at each age; an age that is missing has not come, or is a
    gap.
    """

    part: Part
    published_at: dt.datetime
    text: str
    draft_id: int
    metrics: dict[Age, PostMetrics]
    passed: frozenset[Age]

    @property
    def ages(self) -> list[tuple[Age, PostMetrics | None, bool]]:
        """(age, its figures, whether it has passed), from an hour to thirty days."""
        return [(age, self.metrics.get(age), age in self.passed) for age in Age]

    @property
    def latest(self) -> PostMetrics | None:
        return next((self.metrics[age] for age in reversed(Age) if age in self.metrics), None)

    @property
    def figures(self) -> list[int | None]:
        """Likes, reposts, quotes, replies and clicks on a link, as they were counted last."""
        names = ("likes", "reposts", "quotes", "replies", "link_clicks")
        return [getattr(self.latest, name, None) for name in names]


def counted_posts(account: Account, now: dt.datetime, *, limit: int) -> list[CountedPost]:
    """The latest posts of an account, newest first: two queries."""
    parts = list(
        Part.objects.filter(
            publication__account=account,
            publication__published_at__isnull=False,
            x_id__isnull=False,
        )
        .select_related("publication__release__revision")
        .order_by("-publication__published_at", "-publication_id", "position")[:limit]
    )
    metrics: dict[int, dict[Age, PostMetrics]] = defaultdict(dict)
    for row in PostMetrics.objects.filter(part__in=parts):
        metrics[row.part_id][Age(row.age)] = row
    posts = []
    for part in parts:
        at = part.publication.published_at
        assert at is not None  # noqa: S101 - as filtered
        passed = frozenset(age for age in Age if now > at + age.length + age.window)
        draft = part.publication.draft_id
        posts.append(CountedPost(part, at, part.text, draft, metrics[part.pk], passed))
    return posts
