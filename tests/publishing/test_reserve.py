"""During an electoral reserve only what protects people leaves, at the hour of sending too."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.clock import db_now
from approvals.actions.lists import add_reserve, end_reserve
from approvals.models import ReservePeriod
from publishing.actions import send as sending
from publishing.actions.scan import reevaluate, rows_to_reevaluate
from publishing.actions.send import send_due
from publishing.models import Attempt, Publication
from tests.publishing.test_constraints import POST, a_try

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)


def reserve(
    line, first: int = 0, last: int = 0, departments: tuple[str, ...] = ()
) -> ReservePeriod:
    """From so many days from today to so many, by the clock of Nantes."""
    today = db_now().astimezone(line.cast.nantes.zone).date()
    return add_reserve(
        "Municipales",
        today + first * DAY,
        today + last * DAY,
        list(departments),
        actor=line.cast.ada,
    )


def scanned(publication: Publication) -> tuple[str, str]:
    if publication.pk in rows_to_reevaluate():
        reevaluate(publication.pk)
    publication.refresh_from_db()
    return publication.state, publication.reason


@pytest.mark.parametrize("category", ["recruitment", "operation", "service"])
def test_a_reserve_that_began_after_the_approval_holds_the_message_until_it_ends(line, x, category):
    publication = line.released(category=category)
    period = reserve(line, 0, 3, ("44",))
    assert send_due(publication.account_id) == 0
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "reserve")
    assert "Suspendu : c’est la période de réserve électorale" in line.page(publication)
    assert x.requests("post") == []

    end_reserve(period.pk, actor=line.cast.ada)
    assert scanned(publication) == ("waiting", "")
    assert send_due(publication.account_id) == 1
    publication.refresh_from_db()
    assert publication.state == "published"


@pytest.mark.parametrize("category", ["advice", "traffic"])
def test_what_protects_people_leaves_during_a_reserve(line, x, category):
    reserve(line)
    fields = {"ends_at": (db_now() + DAY).isoformat()} if category == "traffic" else {}
    publication = line.released(category=category, fields=fields)
    assert send_due(publication.account_id) == 1
    publication.refresh_from_db()
    assert publication.state == "published"


def test_a_reserve_of_other_departments_or_of_other_days_holds_nothing(line, x):
    publication = line.released(category="service")
    reserve(line, 0, 3, ("35",))
    reserve(line, -5, -1)
    reserve(line, 1, 5)
    assert send_due(publication.account_id) == 1


def test_a_message_is_held_at_once_when_its_hour_is_in_a_reserve_to_come(line, x):
    tomorrow = db_now() + DAY
    publication = line.released(category="service", requested_at=tomorrow)
    assert scanned(publication) == ("waiting", "")
    reserve(line, 1, 1)
    assert scanned(publication) == ("held", "reserve")


def test_a_message_whose_hour_passes_while_it_is_held_by_a_reserve_is_missed(line, x, backdate):
    publication = line.released(category="service")
    reserve(line)
    assert scanned(publication) == ("held", "reserve")
    backdate(publication, 3600, "due_at", "next_try_at")
    assert scanned(publication) == ("missed", "too_late")


def test_a_reserve_added_between_the_claim_and_the_post_stops_the_post(line, x):
    publication = line.released(category="service")
    claimed = sending.claim(publication.account_id)
    reserve(line)
    sending.send(claimed)
    publication.refresh_from_db()
    assert (publication.state, publication.reason) == ("held", "reserve")
    assert x.requests("post") == []


def test_the_database_refuses_a_post_during_a_reserve(line, x):
    publication = line.released(category="service")
    attempt = a_try(publication.parts.get())
    Publication.objects.filter(pk=publication.pk).update(state="sending")
    reserve(line)
    digest = publication.release.digest
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(POST, [digest, attempt.pk])
    assert error.value.__cause__.diag.constraint_name == "posting_outside_reserve"
    assert Attempt.objects.get(pk=attempt.pk).phase == "preparing"
