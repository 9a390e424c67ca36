"""Followers and metrics as X shows them: once each, within a budget, with gaps."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.clock import db_now
from accounts.models import Account
from insights.actions.observe import observe, observe_followers, observe_posts
from insights.budget import OverBudget
from insights.models import Age, FollowerCount, PostMetrics, ReadSpending
from publishing.actions.send import send_due
from publishing.models import Part, Publication

pytestmark = pytest.mark.django_db(transaction=True)


def calls(x, operation: str) -> int:
    return len(x.requests(operation))


def published(line, *texts: str, ago: dt.timedelta) -> Publication:
    """A message that left so long ago."""
    publication = line.released(*texts)
    send_due(publication.account_id)
    Publication.objects.filter(pk=publication.pk).update(published_at=db_now() - ago)
    return publication


def counts() -> dict[tuple[str, dt.date], int]:
    rows = FollowerCount.objects.values_list("account__code", "day", "followers")
    return {(code, day): followers for code, day, followers in rows}


def test_followers_of_all_accounts_are_read_by_one_call_once_a_day(line, x):
    x.set(followers=172, account="pnationale44")
    today = db_now().astimezone(line.cast.nantes.zone).date()
    observe_followers()
    x.set(followers=173, account="pnationale44")
    observe_followers()
    assert counts() == {("44", today): 172, ("35", today): 1000}
    assert calls(x, "users") == 1


def test_the_day_is_that_of_the_account(line, x):
    Account.objects.filter(code="35").update(time_zone="Pacific/Kiritimati")
    Account.objects.filter(code="44").update(time_zone="Pacific/Pago_Pago")
    observe_followers()
    days = dict(counts().keys())
    assert days["35"] - days["44"] >= dt.timedelta(days=1)


def test_whom_x_does_not_show_is_a_gap_and_asked_for_again(line, x, lies):
    nantes = line.cast.nantes.credential.x_user_id
    lies().says({"data": [{"id": nantes, "public_metrics": {"followers_count": 172}}]})
    observe_followers()
    assert [code for code, _day in counts()] == ["44"]
    observe_followers()
    assert len(counts()) == 1


@pytest.mark.parametrize("answer", [b"<html>", {"data": [{"id": "1"}]}, {"data": "nothing"}])
def test_an_unreadable_answer_stores_nothing_and_costs_nothing(line, lies, answer):
    lies().says(answer)
    observe()
    assert counts() == {}
    spent = ReadSpending.objects.get()
    assert (spent.calls, spent.users) == (1, 0)


def test_what_goes_wrong_once_is_made_by_the_next_run(line, x):
    x.switch("status", on="users", status=503)
    observe()
    assert counts() == {}
    observe()
    assert len(counts()) == 2


@pytest.mark.parametrize(
    ("ago", "age"),
    [
        (dt.timedelta(minutes=59), None),
        (dt.timedelta(hours=1), Age.HOUR),
        (dt.timedelta(hours=2), None),
        (dt.timedelta(hours=25), Age.DAY),
        (dt.timedelta(days=7, hours=3), Age.WEEK),
        (dt.timedelta(days=31), Age.MONTH),
        (dt.timedelta(days=40), None),
    ],
)
def test_a_post_is_looked_at_when_it_comes_to_an_age_and_not_after(line, ago, age):
    published(line, "Prudence.", ago=ago)
    observe_posts()
    assert list(PostMetrics.objects.values_list("age", flat=True)) == ([age] if age else [])


def test_each_post_of_a_thread_is_counted_by_one_call_and_once(line, x):
    published(line, "Un.", "Deux.", ago=dt.timedelta(days=1))
    observe_posts()
    observe_posts()
    assert PostMetrics.objects.count() == 2
    assert calls(x, "posts") == 1
    assert ReadSpending.objects.get().posts == 2
    assert None not in PostMetrics.objects.values_list("profile_clicks", flat=True)


def test_what_only_the_author_sees_is_empty_after_thirty_days(line, x):
    published(line, "Un.", ago=dt.timedelta(days=30, hours=1))
    observe_posts()
    row = PostMetrics.objects.get()
    assert (row.age, row.profile_clicks) == (Age.MONTH, None)


def test_a_post_that_left_x_is_not_asked_for(line, x):
    publication = published(line, "Un.", ago=dt.timedelta(days=1))
    Publication.objects.filter(pk=publication.pk).update(reading="gone")
    observe_posts()
    assert calls(x, "posts") == 0


def test_figures_of_a_post_that_was_not_asked_for_are_not_kept(line, lies):
    published(line, "Un.", ago=dt.timedelta(days=1))
    names = ("impression", "like", "reply", "quote", "bookmark", "retweet")
    public = {f"{name}_count": 1 for name in names}
    own = Part.objects.get().x_id
    lies().says({"data": [{"id": i, "public_metrics": public} for i in ("1", own)]})
    observe_posts()
    assert list(PostMetrics.objects.values_list("part__x_id", flat=True)) == [own]


@pytest.mark.parametrize(
    "limit", [{"OBSERVATION_CALLS_A_DAY": 0}, {"OBSERVATION_DOLLARS_A_DAY": 0.01}]
)
def test_the_budget_of_a_day_is_never_passed(line, x, settings, limit):
    for name, value in limit.items():
        setattr(settings, name, value)
    with pytest.raises(OverBudget):
        observe_followers()
    assert calls(x, "users") == 0
    assert ReadSpending.objects.get().calls == 0
