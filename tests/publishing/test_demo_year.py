"""The demonstration of a period that is over: real actions, moved to when they would have been."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.core.management import CommandError, call_command

from accounts.clock import db_now
from accounts.france import DEPARTMENTS
from accounts.models import AuditEntry, Notice
from accounts.timefmt import PARIS
from approvals.models import Draft, Review, Revision
from insights.models import FollowerCount, PostMetrics
from policetweets.management.commands import demo_year
from policetweets.management.past import Past
from policetweets.management.period import DRAWN, TEXTS, Deck, plan
from publishing.models import Part, Publication
from publishing.models.publication import ALERTS
from tests.approvals.writing import a_draft

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = demo_year.PILOT


def test_the_same_seed_plans_the_same_period_in_its_order():
    planned = plan(["44", "06"], FIRST, LAST, 12, 7, PARIS)
    assert planned == plan(["44", "06"], FIRST, LAST, 12, 7, PARIS)
    assert planned != plan(["44", "06"], FIRST, LAST, 12, 8, PARIS)
    assert [one.moment for one in planned] == sorted(one.moment for one in planned)
    assert all(FIRST <= one.moment.date() <= LAST for one in planned)


def test_an_account_says_every_text_before_it_says_one_again():
    deck = Deck(random.Random(1))
    told = [deck.text() for _number in range(len(TEXTS))]
    assert sorted(category for category, _text in told) == sorted(c for c, _text in TEXTS)
    assert not any("[" in text for _category, text in told)
    assert all(f"[{name}]" in str(TEXTS) for name in DRAWN)


def test_what_was_done_is_moved_and_what_was_there_stays(cast):
    before = a_draft(cast.claire, cast.nantes, "Avant.")
    past = Past()
    then = dt.datetime(2014, 1, 10, 9, 30, tzinfo=dt.UTC)
    past.at(then)
    done = a_draft(cast.claire, cast.nantes, "Pendant.")
    past.at(then + dt.timedelta(hours=2))
    later = a_draft(cast.claire, cast.nantes, "Plus tard.")
    past.move()
    after = a_draft(cast.claire, cast.nantes, "Après.")
    began = {draft.pk: draft.created_at for draft in Draft.objects.all()}
    assert dt.timedelta(0) <= began[done.pk] - then < dt.timedelta(minutes=1)
    two_hours = began[later.pk] - then - dt.timedelta(hours=2)
    assert dt.timedelta(0) <= two_hours < dt.timedelta(minutes=1)
    assert db_now() - began[before.pk] < dt.timedelta(minutes=5)
    assert db_now() - began[after.pk] < dt.timedelta(minutes=5)
    acts = AuditEntry.objects.filter(act="draft.begun").order_by("pk")
    assert [entry.at.year for entry in acts] == [began[before.pk].year, 2014, 2014, db_now().year]


def test_the_pilot_is_played_once_and_stands_in_its_time(x, monkeypatch, capsys):
    monkeypatch.setenv("SANDBOX_ACCOUNTS", str(x.folder / "accounts.json"))
    call_command("seed_demo")
    call_command("demo_year", "--pilot", "--a-month", "1")
    planned = plan(list(demo_year.PILOTS), FIRST, LAST, 1, 2014, PARIS)
    assert Draft.objects.count() == len(planned)
    for model, moment in (
        (Draft, "created_at"),
        (Revision, "submitted_at"),
        (Review, "created_at"),
        (Part, "out_at"),
    ):
        years = model.objects.exclude(**{moment: None}).values_list(f"{moment}__year", flat=True)
        assert set(years) <= {2013, 2014}, model
    published = Publication.objects.filter(published_at__isnull=False)
    assert published.count() == len(x.posts())
    assert not published.filter(state="published").exclude(reading="seen").exists()
    assert not Publication.objects.filter(ALERTS).exists()
    assert not Notice.objects.filter(created_at__year__lt=2015).exists()
    assert FollowerCount.objects.get(account__code="44", day=LAST).followers == 172
    assert PostMetrics.objects.filter(age="month").exists()
    call_command("demo_year", "--pilot", "--a-month", "1")
    assert Draft.objects.count() == len(planned)


def test_only_a_demonstration_is_filled(settings):
    settings.IS_DEMO = False
    with pytest.raises(CommandError, match="POLICETWEETS_ENV=demo"):
        call_command("demo_year", "--pilot")


def test_there_are_a_hundred_and_one_departments():
    assert len(DEPARTMENTS) == 101
    assert list(DEPARTMENTS)[:2] == ["01", "02"]
    assert {"2A", "2B", "971", "976"} <= set(DEPARTMENTS)
