"""What is to leave X on a day that people signed is reminded of, then escalated, until it left."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.clock import db_now
from accounts.models import AuditEntry, Notice
from accounts.timefmt import PARIS, format_date
from approvals.models import Category
from publishing.actions.removal import REMINDED, removals_to_remind
from publishing.actions.send import send_due
from publishing.models import Publication, Retraction
from publishing.tasks import remind_removals
from tests.approvals.writing import FIELDS_FILLED
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def published(line, days: int, charged=None) -> Publication:
    """A call for witnesses on X, to be removed so many days from today."""
    last = db_now().astimezone(PARIS).date() + dt.timedelta(days=days)
    charged = charged or line.cast.marc
    asked = {"removal_on": last.isoformat(), "removal_by": str(charged.pk)}
    fields = {n: FIELDS_FILLED[n] for n in ("reference", "contact")} | asked
    publication = line.released("Message utile.", category=Category.WITNESSES, fields=fields)
    send_due(publication.account_id)
    publication.refresh_from_db()
    assert publication.state == "published"
    Notice.objects.all().delete()
    return publication


def told() -> set[int]:
    return set(Notice.objects.filter(act="removal").values_list("person_id", flat=True))


def test_nobody_is_told_before_the_day(line):
    publication = published(line, days=1)
    assert removals_to_remind() == []
    assert publication.removal_on is not None


def test_on_the_day_who_is_in_charge_is_told_once(line):
    published(line, days=0)
    for _ in range(2):
        remind_removals()
    assert told() == {line.cast.marc.pk}
    assert AuditEntry.objects.filter(act=REMINDED).count() == 1
    page = " ".join(signed_in(line.cast.claire).get("/").text.replace("\u00a0", " ").split())
    assert "À retirer de X (1)" in page


def test_on_the_day_its_page_proposes_the_retraction_with_its_reason(line, x):
    """Nothing is removed before somebody confirms."""
    publication = published(line, days=0)
    remind_removals()
    marc = signed_in(line.cast.marc)
    address = f"/diffusions/{publication.pk}/retirer"
    assert address in marc.get("/").text
    assert "c’est la date signée avec le texte" in line.page(publication)
    day = format_date(publication.removal_on, "j F Y").replace("\u00a0", " ")
    page = marc.get(address).text.replace("\u00a0", " ")
    assert f"Date de retrait signée avec le texte : {day}." in page
    assert not Retraction.objects.exists()
    marc.post(address, {"reason": f"Date de retrait signée avec le texte : {day}."})
    assert Retraction.objects.get(publication=publication).requested_by == line.cast.marc
    assert "c’est la date signée avec le texte" not in line.page(publication)


def test_before_the_day_no_reason_is_proposed(line, x):
    publication = published(line, days=1)
    page = signed_in(line.cast.marc).get(f"/diffusions/{publication.pk}/retirer").text
    assert "Date de retrait signée" not in page


def test_the_day_after_everybody_of_the_account_is_told(line):
    published(line, days=-1)
    remind_removals()
    entry = AuditEntry.objects.get(act=REMINDED)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        AuditEntry.objects.filter(pk=entry.pk).update(at=entry.at - dt.timedelta(days=1))
    Notice.objects.all().delete()
    remind_removals()
    cast = line.cast
    assert {cast.claire.pk, cast.marc.pk, cast.helene.pk} <= told()


def test_if_who_is_in_charge_left_everybody_is_told_at_once(line):
    published(line, days=0, charged=line.cast.yann)
    remind_removals()
    assert line.cast.claire.pk in told()


def test_the_day_that_was_signed_cannot_be_moved(line):
    publication = published(line, days=0)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(removal_on=None)
    publication.refresh_from_db()
    assert publication.removal_on is not None


def test_a_text_without_such_a_day_is_never_asked_for(line):
    publication = line.released("Message utile.")
    assert publication.removal_on is None
