"""Home: what is to be decided, what is scheduled, what is out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import memberships
from accounts.clock import db_now
from policetweets import health
from publishing.actions.acknowledge import acknowledge
from publishing.actions.send import send_due
from publishing.lists import at_home
from publishing.models import Publication
from publishing.models.publication import Reading
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def home(person):
    return at_home(memberships(person))


def texts(rows) -> list[str]:
    return [row.text for row in rows]


def later(line, text, **ahead):
    return line.released(text, requested_at=db_now() + dt.timedelta(**ahead))


def test_the_next_due_comes_first(line):
    later(line, "Demain.", days=1)
    later(line, "Bientôt.", hours=1)
    assert texts(home(line.cast.claire).scheduled) == ["Bientôt.", "Demain."]
    assert home(line.cast.yann).scheduled == []


def test_what_is_out_has_its_link_and_the_latest_comes_first(line, x, settings):
    for text in ("Un.", "Deux."):
        send_due(line.released(text).account_id)
    shown = home(line.cast.helene)
    assert texts(shown.published) == ["Deux.", "Un."]
    last = x.posts()[-1]["id"]
    assert shown.published[0].link == f"{settings.X_SITE_URL}/pnationale44/status/{last}"
    page = signed_in(line.cast.helene).get("/").content.decode()
    assert shown.published[0].link in page


def test_what_went_wrong_is_to_be_decided_until_somebody_did(line, x, backdate):
    missed = later(line, "Trop tard.", hours=1)
    backdate(missed, 2 * 3600, "due_at", "next_try_at")
    send_due(missed.account_id)
    x.switch("not_permitted", on="post")
    refused = line.released("Refusé.")
    send_due(refused.account_id)
    shown = home(line.cast.claire)
    assert texts(shown.to_decide) == ["Trop tard.", "Refusé."]
    assert "l’heure est passée" in shown.to_decide[0].sentence
    assert "nouvel horaire" in shown.to_decide[0].can_do
    page = signed_in(line.cast.claire).get("/").content.decode()
    assert "À décider (2)" in page

    acknowledge(actor=line.cast.claire, publication_id=refused.pk, reason="Vu.")
    assert texts(home(line.cast.helene).to_decide) == ["Trop tard."]


def test_what_vanished_from_x_is_no_longer_among_what_is_out(line, x):
    publication = line.released("Disparu.")
    send_due(publication.account_id)
    Publication.objects.filter(pk=publication.pk).update(reading=Reading.GONE)
    shown = home(line.cast.claire)
    assert shown.published == []
    assert "il n’y est plus" in shown.to_decide[0].sentence
    assert {a.code: a.to_decide for a, _credential in health.accounts()}["44"] == 1


def queries(person) -> int:
    places = memberships(person)
    with CaptureQueriesContext(connection) as captured:
        at_home(places)
    return len(captured)


def test_the_number_of_queries_does_not_grow(line, x, backdate):
    def one_of_each(number):
        later(line, f"Programmé {number}.", hours=number)
        send_due(line.released(f"Parti {number}.").account_id)
        x.switch("not_permitted", on="post")
        send_due(line.released(f"Refusé {number}.").account_id)

    one_of_each(1)
    before = queries(line.cast.claire)
    for number in (2, 3, 4):
        one_of_each(number)
    assert queries(line.cast.claire) == before
