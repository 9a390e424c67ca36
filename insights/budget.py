"""What observations may cost in one day (UTC): so many calls of X, so many dollars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.clock import db_now
from insights.models import ReadSpending
from publishing.gateway import Unreadable

# X's prices of reading one, in US dollars, as published in August 2026.
USER, POST = Decimal("0.01"), Decimal("0.005")


class OverBudget(Exception):
    """What is left of the day's budget is less than this read."""


def dollars(spent: ReadSpending) -> Decimal:
    return spent.users * USER + spent.posts * POST


@contextmanager
def paid(*, users: int = 0, posts: int = 0) -> Iterator[None]:
    """Counts one call before it is made, so that two workers together stay within the budget; of
    what X did not show nothing is charged. Raises OverBudget.
    """
    day = _count(users, posts)
    try:
        yield
    except Unreadable:
        ReadSpending.objects.filter(day=day).update(
            users=F("users") - users, posts=F("posts") - posts
        )
        raise


def _count(users: int, posts: int) -> dt.date:
    day = db_now().astimezone(dt.UTC).date()
    ReadSpending.objects.bulk_create([ReadSpending(day=day)], ignore_conflicts=True)
    with transaction.atomic():
        spent = ReadSpending.objects.select_for_update().get(day=day)
        spent.calls, spent.users, spent.posts = (
            spent.calls + 1,
            spent.users + users,
            spent.posts + posts,
        )
        if (
            spent.calls > settings.OBSERVATION_CALLS_A_DAY
            or dollars(spent) > settings.OBSERVATION_DOLLARS_A_DAY
        ):
            raise OverBudget
        spent.save()
    return day
