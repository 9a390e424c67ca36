"""Home: what is to be decided, what is scheduled, what is out."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import memberships
from accounts.clock import db_now
from approvals.models import Draft
from policetweets import health
from publishing.actions.acknowledge import acknowledge
from publishing.actions.decide import propose
from publishing.actions.send import send_due
from publishing.lists import at_home
from publishing.models import Publication
from publishing.models.publication import Reading
from tests.approvals.writing import agree
from tests.cast import signed_in, supervise

pytestmark = pytest.mark.django_db(transaction=True)


def home(person):
    return at_home(memberships(person))


def texts(rows) -> list[str]:
    return [row.text for row in rows]


def later(line, text, **ahead):
    return line.released(text, requested_at=db_now() + dt.timedelta(**ahead))


def test_the_next_due_comes_first(line):
    later(line, "Plus tard.", days=1)
    later(line, "Bientôt.", hours=1)
    assert texts(home(line.cast.claire).scheduled) == ["Bientôt.", "Plus tard."]
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
    assert texts(shown.to_decide) == ["Refusé.", "Trop tard."]  # the newest first
    assert "l’heure est passée" in shown.to_decide[1].sentence
    assert "nouvel horaire" in shown.to_decide[1].advice
    page = signed_in(line.cast.claire).get("/").content.decode()
    assert "À décider (2)" in page

    acknowledge(actor=line.cast.claire, publication_id=refused.pk, reason="Vu.")
    assert texts(home(line.cast.helene).to_decide) == ["Trop tard."]


def test_a_new_hour_that_somebody_proposed_awaits_its_confirmation(line):
    publication = put(line, "Trop tard.", "missed")
    propose(actor=line.cast.claire, publication_id=publication.pk, kind="new_time", reason="Utile.")
    (row,) = home(line.cast.helene).to_decide
    assert row.advice == (
        "Claire propose : donner un nouvel horaire ; la proposition attend sa confirmation."
    )


def test_what_vanished_from_x_is_no_longer_among_what_is_out(line, x):
    publication = line.released("Disparu.")
    send_due(publication.account_id)
    Publication.objects.filter(pk=publication.pk).update(reading=Reading.GONE)
    shown = home(line.cast.claire)
    assert shown.published == []
    assert "il n’y est plus" in shown.to_decide[0].sentence
    assert {line.account.code: line.to_decide for line in health.accounts()}["44"] == 1


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


def put(line, text, state, seconds=0, **fields):
    """A publication that stands in this state since then."""
    publication = line.released(text, requested_at=db_now() + dt.timedelta(hours=1))
    Publication.objects.filter(pk=publication.pk).update(
        state=state, since=db_now() - dt.timedelta(seconds=seconds), **fields
    )
    return publication


def all_pages(person, query="") -> list[str]:
    """The texts of every page of alerts, as somebody reads them who follows the links."""
    client, path, found = signed_in(person), f"/a-decider?{query}", []
    while path:
        answer = client.get(path).text
        found += re.findall(r'<a href="/brouillons/\d+/">([^<]+)</a>', answer)
        link = re.search(r'<a class="fr-link" href="([^"]*after=[^"]+)">Page suivante', answer)
        path = "/a-decider" + html.unescape(link[1]) if link else ""
    return found


def test_more_alerts_than_home_shows_are_counted_and_all_found_the_newest_first(line):
    for number in range(61):
        put(line, f"Alerte {number}.", "missed", seconds=1000 - number)
    shown = home(line.cast.claire)
    assert shown.to_decide_count == 61
    assert texts(shown.to_decide)[:2] == ["Alerte 60.", "Alerte 59."]
    page = signed_in(line.cast.claire).get("/").text
    assert "À décider (61)" in page
    assert 'href="/a-decider"' in page
    newest_first = [f"Alerte {number}." for number in reversed(range(61))]
    assert all_pages(line.cast.claire) == newest_first
    assert "À décider (61)" in signed_in(line.cast.helene).get("/a-decider").text


def test_what_is_or_may_be_on_x_comes_first_then_the_urgent_then_what_may_still_leave(line):
    put(line, "Manqué.", "missed")
    soon = put(line, "Suspendu, bientôt.", "held", seconds=500)
    put(line, "Suspendu, plus tard.", "held", due_at=db_now() + dt.timedelta(hours=3))
    urgent = put(line, "Manqué, urgent.", "missed", seconds=900)
    Draft.objects.filter(pk=urgent.draft_id).update(urgent=True)
    put(line, "Peut-être parti.", "uncertain", seconds=1000)
    assert soon.due_at < db_now() + dt.timedelta(hours=3)
    expected = [
        "Peut-être parti.",
        "Manqué, urgent.",
        "Suspendu, bientôt.",
        "Suspendu, plus tard.",
        "Manqué.",
    ]
    assert all_pages(line.cast.claire) == expected
    assert texts(home(line.cast.claire).to_decide) == expected


def test_alerts_are_filtered_by_state_and_account(line):
    put(line, "Manqué.", "missed")
    put(line, "Suspendu.", "held")
    supervise(line.cast.rennes, line.cast.helene)
    revision = line.submitted("De Rennes.", author=line.cast.yann, account=line.cast.rennes)
    for signer in (line.cast.soazig, line.cast.gwen):
        agree(signer, revision)
    Publication.objects.filter(release__revision=revision).update(state="held")
    helene = line.cast.helene
    assert set(all_pages(helene)) == {"Manqué.", "Suspendu.", "De Rennes."}
    assert set(all_pages(helene, "state=held")) == {"Suspendu.", "De Rennes."}
    assert all_pages(helene, "account=pnationale35") == ["De Rennes."]
    assert all_pages(helene, "account=pnationale35&state=missed") == []


def test_what_two_people_gave_up_is_not_filtered_as_refused_by_x(line):
    for text, reason in (("Refusé.", "not_permitted"), ("Abandonné.", "given_up")):
        sent = put(line, text, "sending")
        Publication.objects.filter(pk=sent.pk).update(state="refused", reason=reason)
    assert all_pages(line.cast.claire, "state=refused") == ["Refusé."]
    assert all_pages(line.cast.claire, "state=given_up") == ["Abandonné."]
    page = signed_in(line.cast.claire).get("/a-decider").text
    assert '<option value="given_up">abandonné après vérification</option>' in page


def test_the_page_of_alerts_shows_no_other_department_s(line):
    put(line, "De Nantes.", "held")
    for outsider in (line.cast.yann, line.cast.nadia):
        page = signed_in(outsider).get("/a-decider?account=pnationale44").text
        assert "De Nantes." not in page
        assert "À décider (0)" in page
    assert all_pages(line.cast.claire, "account=pnationale35") == ["De Nantes."]  # not her own


@pytest.mark.parametrize("after", ["", "x", "1_2", "1_2_3_4", "9" * 40, "-_-_-", "1_²_3"])
def test_a_page_that_does_not_exist_is_the_first(line, after):
    put(line, "Manqué.", "missed")
    assert all_pages(line.cast.claire, f"after={after}") == ["Manqué."]


def test_more_scheduled_than_home_shows_are_counted(line):
    for number in range(52):
        later(line, f"Programmé {number}.", hours=number + 1)
    page = signed_in(line.cast.claire).get("/").text
    assert "Programmés (52)" in page
    assert "Les 50 prochains sont montrés" in page
