"""Reads of X followers once a day and metrics of posts at each age, within a day's budget.

Nothing is planned ahead: what is due is what has no row yet, so that a run that stops is taken up
by the next, and what X did not say in time stays a gap.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import asdict

import structlog
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts.clock import LocalDay
from accounts.models import Account
from accounts.models.credential import Connection
from insights.batches import batches
from insights.budget import OverBudget, paid
from insights.models import Age, FollowerCount, PostMetrics
from publishing.actions.connect import credentials_of
from publishing.gateway import Metrics, Unreadable, read_followers, read_metrics
from publishing.models import Part, PartState, PublicationState
from publishing.models.publication import BAD

log = structlog.get_logger(__name__)

MAX_IDS = 100


def observe() -> None:
    """Everything that is due now, until it is done, the budget is spent or X does not answer."""
    try:
        observe_followers()
        observe_posts()
    except OverBudget:
        log.warning("observation budget spent")
    except Unreadable as error:
        log.warning("observation unreadable", status=error.status)


def followers_due() -> list[tuple[int, str, dt.date]]:
    """Of each account without a count on the present day of its zone: its id, that of its user on
    X, and the day.
    """
    counted = FollowerCount.objects.filter(account=OuterRef("pk"), day=OuterRef("today"))
    accounts = Account.objects.filter(credential__state=Connection.CONNECTED)
    due = accounts.annotate(today=LocalDay(F("time_zone"), Now())).exclude(Exists(counted))
    return list(due.order_by("code").values_list("pk", "credential__x_user_id", "today"))


def observe_followers() -> None:
    """One call for a hundred accounts, with the tokens of the first of them that has some."""
    for batch in batches(followers_due(), MAX_IDS):
        credentials = next(filter(None, (credentials_of(pk) for pk, *_rest in batch)), None)
        if credentials is None:
            continue
        ids = [x_id for _pk, x_id, _day in batch]
        with paid(users=len(ids)):
            counts = read_followers(credentials, ids)
        FollowerCount.objects.bulk_create(
            [
                FollowerCount(account_id=pk, day=day, followers=counts[x_id])
                for pk, x_id, day in batch
                if x_id in counts
            ],
            ignore_conflicts=True,
        )


def posts_due(age: Age) -> QuerySet[Part]:
    """Posts on X that have just come to this age, and were not looked at since."""
    counted = PostMetrics.objects.filter(part=OuterRef("pk"), age=age)
    latest = Now() - age.length
    on_x = Part.objects.filter(
        state=PartState.OUT,
        publication__state=PublicationState.PUBLISHED,
        publication__published_at__lte=latest,
        publication__published_at__gt=latest - age.window,
    ).exclude(publication__reading__in=BAD)
    return on_x.exclude(Exists(counted)).select_related("publication").order_by("pk")


def observe_posts() -> None:
    """A call for a hundred posts of one account; what only the author sees, while X shows it."""
    for own, ages in ((True, [Age.HOUR, Age.DAY, Age.WEEK]), (False, [Age.MONTH])):
        due: dict[int, list[tuple[Part, Age]]] = defaultdict(list)
        for age in ages:
            for part in posts_due(age)[: 10 * MAX_IDS]:
                due[part.publication.account_id].append((part, age))
        for account_id, posts in due.items():
            _observe_account(account_id, posts, own=own)


def _observe_account(account_id: int, posts: list[tuple[Part, Age]], *, own: bool) -> None:
    credentials = credentials_of(account_id)
    if credentials is None:
        return
    for batch in batches(posts, MAX_IDS):
        ids = [part.x_id for part, _age in batch if part.x_id is not None]
        with paid(posts=len(ids)):
            counts = read_metrics(credentials, ids, own=own)
        PostMetrics.objects.bulk_create(
            [
                _row(part, age, counts[part.x_id])
                for part, age in batch
                if part.x_id is not None and part.x_id in counts
            ],
            ignore_conflicts=True,
        )


def _row(part: Part, age: Age, metrics: Metrics) -> PostMetrics:
    return PostMetrics(part=part, age=age, **asdict(metrics))
