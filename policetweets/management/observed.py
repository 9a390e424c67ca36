"""What X would have shown of a period that was invented: followers by day, metrics by age."""

from __future__ import annotations

import datetime as dt
import math
import random

from accounts.clock import db_now
from accounts.models import Account
from insights.models import Age, FollowerCount, PostMetrics
from publishing.models import Part

# Followers at the end of the pilot, as its accounts counted them.
AT_THE_END = {"06": 250, "44": 172}
# Of a hundred days, how many were not counted.
GAPS = 3


def observe_period(codes: list[str], first: dt.date, last: dt.date, seed: int) -> None:
    """Rows are added, and those that are there stay."""
    for account in Account.objects.filter(code__in=codes):
        draw = random.Random(f"{seed} {account.code}")  # noqa: S311 - a demonstration
        _followers(account, first, last, draw)
        _metrics(account, first, last, draw)


def _followers(account: Account, first: dt.date, last: dt.date, draw: random.Random) -> None:
    """They come fast at first, then slower; now and then some go."""
    end = AT_THE_END.get(account.code, draw.randrange(80, 400))
    days = (last - first).days
    rows = []
    for number in range(days + 1):
        share = math.sqrt(number / days) if days else 1
        followers = round(end * share) + (draw.randint(-2, 1) if 0 < number < days else 0)
        if number in (0, days) or draw.randrange(100) >= GAPS:
            day = first + dt.timedelta(days=number)
            rows.append(FollowerCount(account=account, day=day, followers=max(followers, 0)))
    FollowerCount.objects.bulk_create(rows, ignore_conflicts=True)


def _metrics(account: Account, first: dt.date, last: dt.date, draw: random.Random) -> None:
    now = db_now()
    parts = Part.objects.filter(
        publication__account=account,
        publication__published_at__date__range=(first, last),
        x_id__isnull=False,
    )
    rows = []
    for part in parts.select_related("publication").order_by("pk"):
        final = draw.randrange(60, 3000)
        for age, share in zip(Age, (0.25, 0.7, 0.95, 1), strict=True):
            left = part.publication.published_at
            if left is None or left + age.length > now:
                continue
            seen = round(final * share)
            rows.append(
                PostMetrics(
                    part=part,
                    age=age,
                    impressions=seen,
                    likes=seen * draw.randrange(5) // 100,
                    reposts=seen * draw.randrange(4) // 100,
                    replies=draw.randrange(4),
                    quotes=draw.randrange(2),
                    bookmarks=draw.randrange(3),
                    link_clicks=0 if age != Age.MONTH else None,
                    profile_clicks=seen // 80 if age != Age.MONTH else None,
                )
            )
    PostMetrics.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
