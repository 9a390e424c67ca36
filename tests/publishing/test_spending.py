"""What X charges for is counted as it happens, by day of the account's own zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from accounts.clock import db_now
from publishing.actions.reconcile import reconcile_account
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import DailySpending, Lookup, Part
from publishing.spending import spending_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_found_on_x_counts_as_what_x_answered_for(line, x, backdate):
    publication = line.released("Lu sur https://www.service-public.fr/")
    x.switch("reset", when="after")
    send_due(publication.account_id)
    assert spending_of(publication.account).posts == 0
    backdate(Lookup.objects.filter(done_at=None).first(), 100_000, "due_at")
    reconcile_account(publication.account_id)
    spending = spending_of(publication.account)
    assert (spending.posts, spending.posts_with_url, spending.today) == (1, 1, 1)


def test_a_deletion_counts_besides_its_post(line, x):
    publication = line.released("Un.", "Deux.")
    while send_due(publication.account_id):
        pass
    asked = retract(actor=line.cast.claire, publication_id=publication.pk, reason="Erreur.")
    run(asked.pk)
    assert set(Part.objects.values_list("state", flat=True)) == {"deleted"}
    spending = spending_of(publication.account)
    assert (spending.posts, spending.deletions) == (2, 2)
    assert str(spending.dollars) == "0.050"


@pytest.mark.parametrize("zone", ["Pacific/Tahiti", "Pacific/Noumea"])
def test_the_day_is_the_account_s_own(line, zone):
    line.cast.nantes.time_zone = zone
    line.cast.nantes.save()
    publication = line.released()
    send_due(publication.account_id)
    assert DailySpending.objects.get().day == db_now().astimezone(ZoneInfo(zone)).date()


def test_only_the_month_s_own_days_are_summed_and_today_is_one_of_them(cast):
    today = db_now().astimezone(cast.nantes.zone).date()
    first = today.replace(day=1)
    for day in {today, first, first - dt.timedelta(days=1)}:
        DailySpending.objects.create(account=cast.nantes, day=day, posts=3)
    DailySpending.objects.create(account=cast.rennes, day=today, posts=50)
    spending = spending_of(cast.nantes)
    assert spending.today == 3
    assert spending.posts == (3 if today == first else 6)
