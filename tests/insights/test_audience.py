"""The pages of followers and metrics: gaps stay gaps, and each sees their own accounts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.clock import db_now
from insights.audience import followers_of
from insights.charts import bar_chart, line_chart
from insights.models import Age, FollowerCount, PostMetrics
from publishing.actions.send import send_due
from publishing.models import Part, Publication
from tests.cast import queries_of, signed_in

TEN = dt.date(2014, 1, 10)
ZERO = dict.fromkeys(("likes", "reposts", "replies", "quotes", "bookmarks"), 0)


def day(number: int) -> dt.date:
    return TEN + dt.timedelta(days=number)


def test_a_day_without_a_count_interrupts_the_line():
    chart = line_chart(
        {day(0): 172, day(1): 175, day(3): 180, day(4): 181, day(6): 190}, day(0), day(6)
    )
    assert [len(points.split()) for points in chart.lines] == [2, 2]
    assert len(chart.dots) == 1


def test_the_marks_of_an_axis_are_round_and_hold_every_figure():
    chart = line_chart({day(0): 172, day(1): 249}, day(0), day(1))
    assert [tick.label for tick in chart.values] == ["160", "180", "200", "220", "240", "260"]
    heights = [tick.at for tick in chart.values]
    assert heights == sorted(heights, reverse=True)
    [points] = chart.lines
    for point in points.split():
        assert min(heights) <= float(point.split(",")[1]) <= max(heights)


@pytest.mark.parametrize("counts", [{}, {day(2): 0}, {day(2): 7}])
def test_a_chart_of_next_to_nothing_can_be_drawn(counts):
    chart = line_chart(counts, day(0), day(4))
    assert len(chart.dots) == len(counts)
    assert len(chart.values) >= 2


def test_columns_stand_on_zero_and_the_highest_within_the_chart():
    chart = bar_chart([("8 h", 0), ("9 h", 12), ("10 h", 3)])
    heights = [bar.height for bar in chart.bars]
    assert heights[0] == 0
    assert max(heights) == heights[1] <= chart.height
    assert all(round(bar.y + bar.height, 1) == chart.bottom for bar in chart.bars)


@pytest.mark.django_db
def test_gaps_are_counted_between_the_first_and_the_last_count(cast):
    for number, followers in ((0, 172), (1, 175), (4, 190)):
        FollowerCount.objects.create(account=cast.nantes, day=day(number), followers=followers)
    nantes, rennes = sorted(
        followers_of([cast.rennes, cast.nantes], day(0), day(30)), key=lambda row: -len(row.counts)
    )
    assert (nantes.start, nantes.end, nantes.change, nantes.gaps) == (172, 190, 18, 2)
    assert [count for _day, count in nantes.days] == [190, None, None, 175, 172]
    assert (rennes.start, rennes.change, rennes.gaps, rennes.days) == (None, None, 0, [])


@pytest.mark.django_db
def test_each_month_has_its_last_count_or_says_that_there_is_none(cast):
    for month, number, followers in ((1, 3, 172), (1, 30, 190), (3, 2, 240)):
        day_of = dt.date(2014, month, number)
        FollowerCount.objects.create(account=cast.nantes, day=day_of, followers=followers)
    [nantes] = followers_of([cast.nantes], dt.date(2014, 1, 2), dt.date(2014, 3, 31))
    assert [(month.month, count) for month, count in nantes.months] == [
        (3, 240),
        (2, None),
        (1, 190),
    ]


@pytest.mark.django_db
def test_accounts_stand_by_department_whoever_has_more_followers(cast):
    today = db_now().date()
    for account, followers in ((cast.rennes, 90), (cast.nantes, 172)):
        FollowerCount.objects.create(account=account, day=today, followers=followers)
    page = signed_in(cast.ada).get(reverse("audience")).text
    assert page.index("@pnationale35") < page.index("@pnationale44")
    own = signed_in(cast.yann).get(reverse("audience")).text
    assert "pnationale44" not in own


@pytest.mark.django_db(transaction=True)
def test_what_x_counted_of_a_post_stands_by_age_and_a_gap_says_so(line):
    cast = line.cast
    publication = line.released("Prudence sur les routes.")
    send_due(publication.account_id)
    Publication.objects.filter(pk=publication.pk).update(
        published_at=db_now() - dt.timedelta(days=2)
    )
    PostMetrics.objects.create(
        part=Part.objects.get(), age=Age.DAY, impressions=12500, link_clicks=None, **ZERO
    )
    page = signed_in(cast.claire).get(reverse("account-audience", args=["pnationale44"])).text
    row = page[page.index("Prudence sur les routes.") :]
    assert "non relevé" in row
    assert "12\xa0500" in row.replace("\u202f", "\xa0")
    assert row.count("pas encore") == 2
    assert "Prudence" not in signed_in(cast.ada).get("/audience/pnationale44").text


@pytest.mark.django_db(transaction=True)
def test_a_post_that_nobody_counted_has_dashes(line):
    send_due(line.released("Prudence.").account_id)
    row = signed_in(line.cast.claire).get("/audience/pnationale44").text.partition("Prudence.")[2]
    assert row.count("<td>–</td>") == 5


@pytest.mark.django_db
def test_the_pages_take_few_queries_however_much_was_counted(cast):
    today = db_now().date()
    client = signed_in(cast.claire)
    few = [queries_of(client, page) for page in ("/audience", "/audience/pnationale44")]
    FollowerCount.objects.bulk_create(
        FollowerCount(account=cast.nantes, day=today - dt.timedelta(days=n), followers=n)
        for n in range(300)
    )
    assert [queries_of(client, page) for page in ("/audience", "/audience/pnationale44")] == few
    assert max(few) <= 12
