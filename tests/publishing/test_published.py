"""The published messages: by account and day, page after page; a month whole, to print."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.urls import reverse

from accounts.clock import db_now
from accounts.models import Account
from approvals.models import Draft
from publishing.actions.retract import retract, run
from publishing.actions.send import send_due
from publishing.models import Publication
from publishing.views import published as page_of_published
from tests.approvals.writing import agree
from tests.cast import queries_of, signed_in, supervise

pytestmark = pytest.mark.django_db(transaction=True)


def out(line, text: str, moment: str, **people) -> Publication:
    """A message that left at this moment, in UTC."""
    revision = line.submitted(text, **{k: v for k, v in people.items() if k != "signers"})
    for signer in people.get("signers", (line.cast.marc, line.cast.helene)):
        agree(signer, revision)
    publication = Publication.objects.get(release__revision=revision)
    send_due(publication.account_id)
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    Publication.objects.filter(pk=publication.pk).update(published_at=at)
    publication.refresh_from_db()
    assert publication.state == "published"
    return publication


def of_rennes(line, text: str, moment: str) -> Publication:
    cast = line.cast
    signers = (cast.soazig, cast.gwen)
    return out(line, text, moment, author=cast.yann, account=cast.rennes, signers=signers)


def shown(person, query: str = "", path: str = "/diffuses") -> list[str]:
    """The texts of every page, as somebody reads them who follows the links."""
    client, address, found = signed_in(person), f"{path}?{query}", []
    while address:
        answer = client.get(address).text
        found += re.findall(r'<p class="pub-published__text" lang="fr">([^<]+)</p>', answer)
        link = re.search(r'<a class="fr-link" href="([^"]*after=[^"]+)">Page suivante', answer)
        address = path + html.unescape(link[1]) if link else ""
    return found


def test_each_message_is_whole_with_its_exact_hour_its_link_and_who_approved_it(line, x, settings):
    text = "Ligne une.\n\nLigne deux, " + "avec beaucoup de mots " * 8 + "et sa fin."
    publication = out(line, text, "2026-11-02T17:05:00")
    x_id = publication.parts.get().x_id
    page = " ".join(signed_in(line.cast.leila).get("/diffuses").text.split())
    assert "et sa fin." in page
    assert "lundi 2 novembre 2026 à 18" in page
    assert f"{settings.X_SITE_URL}/pnationale44/status/{x_id}" in page
    assert "Rédigé par Claire · approuvé par Marc (titulaire), Helene (supervision)" in page
    assert shown(line.cast.helene) == [text]


def test_the_latest_comes_first_page_after_page(line, x, monkeypatch):
    monkeypatch.setattr(page_of_published, "PAGE", 2)
    for day in (3, 1, 2, 5, 4):
        out(line, f"Du {day}.", f"2026-11-0{day}T12:00:00")
    assert shown(line.cast.claire) == ["Du 5.", "Du 4.", "Du 3.", "Du 2.", "Du 1."]


def test_days_are_those_of_the_account_s_zone(line, x):
    out(line, "Avant minuit à Paris.", "2026-11-01T22:59:00")
    out(line, "Après minuit à Paris.", "2026-11-01T23:01:00")
    claire = line.cast.claire
    assert shown(claire, "since=2026-11-02") == ["Après minuit à Paris."]
    assert shown(claire, "until=2026-11-01") == ["Avant minuit à Paris."]
    assert len(shown(claire, "since=2026-11-01&until=2026-11-02")) == 2
    Account.objects.filter(pk=line.cast.nantes.pk).update(time_zone="Pacific/Noumea")
    assert len(shown(claire, "since=2026-11-02&until=2026-11-02")) == 2
    assert shown(claire, "until=2026-11-01") == []


def test_a_day_that_cannot_be_read_is_said_and_filters_nothing(line, x):
    out(line, "Parti.", "2026-11-02T12:00:00")
    assert shown(line.cast.claire, "since=hier") == ["Parti."]
    assert "fr-input-group--error" in signed_in(line.cast.claire).get("/diffuses?since=hier").text


def test_the_account_is_asked_of_who_has_several_and_nobody_reads_another_s(line, x):
    out(line, "De Nantes.", "2026-11-02T12:00:00")
    of_rennes(line, "De Rennes.", "2026-11-02T13:00:00")
    supervise(line.cast.rennes, line.cast.helene)
    assert shown(line.cast.helene) == ["De Rennes.", "De Nantes."]
    assert shown(line.cast.helene, "account=pnationale44") == ["De Nantes."]
    for path in ("/diffuses", "/diffuses/mois"):
        query = "account=pnationale44&month=2026-11"
        assert shown(line.cast.yann, query, path) == ["De Rennes."]
        assert shown(line.cast.nadia, query, path) == []


def test_a_month_is_whole_on_one_page_in_its_order(line, x):
    for moment in ("2026-10-31T22:59:00", "2026-10-31T23:01:00", "2026-11-30T22:59:00"):
        out(line, f"Le {moment}.", moment)
    out(line, "Décembre.", "2026-11-30T23:01:00")
    november = ["Le 2026-10-31T23:01:00.", "Le 2026-11-30T22:59:00."]
    assert shown(line.cast.claire, "month=2026-11", "/diffuses/mois") == november
    page = signed_in(line.cast.claire).get("/diffuses/mois?month=2026-11").text
    assert "Messages diffusés, novembre 2026" in page
    assert 'media="print"' in page


@pytest.mark.parametrize("month", ["", "2026-13", "x", "1999-01", "2026-11-01"])
def test_a_month_that_cannot_be_read_is_the_present_one(cast, month):
    now = db_now()
    page = signed_in(cast.claire).get(f"/diffuses/mois?month={month}")
    assert page.context["month"] == dt.date(now.year, now.month, 1)


def test_a_month_is_bounded_and_says_so(line, x, monkeypatch):
    monkeypatch.setattr(page_of_published, "MAX_PRINTED", 1)
    for number in (1, 2):
        out(line, f"Numéro {number}.", f"2026-11-02T12:0{number}:00")
    page = signed_in(line.cast.claire).get("/diffuses/mois?month=2026-11").text
    assert "Numéro 1." in page
    assert "Numéro 2." not in page
    assert "Ce mois compte plus de 1 messages" in " ".join(page.split())


def test_what_was_retracted_was_published_too_and_says_that_it_is_off_x(line, x):
    publication = out(line, "Une erreur.", "2026-11-02T12:00:00")
    retraction = retract(
        actor=line.cast.helene, publication_id=publication.pk, reason="Faux numéro."
    )
    run(retraction.pk)
    publication.refresh_from_db()
    assert publication.state == "retracted"
    page = signed_in(line.cast.claire).get("/diffuses").text
    assert "Une erreur." in page
    assert "retiré" in page
    assert "/status/" not in page


def test_a_published_text_is_used_again_by_those_who_write(line, x):
    publication = out(line, "Un conseil", "2026-01-10 12:00")
    again = reverse("use-again", args=[publication.draft_id])
    assert again not in signed_in(line.cast.helene).get("/diffuses").text
    claire = signed_in(line.cast.claire)
    assert again in claire.get("/diffuses").text
    draft = Draft.objects.get(pk=int(claire.post(again).headers["Location"].split("/")[2]))
    assert (draft.text, draft.came_from_id) == ("Un conseil", publication.draft_id)


def test_what_never_left_is_not_there(line):
    line.released("Pas encore.")
    assert shown(line.cast.claire) == []


def test_the_number_of_queries_does_not_grow(line, x):
    client = signed_in(line.cast.claire)
    out(line, "Un.", "2026-11-02T12:00:00")
    pages = ("/diffuses", "/diffuses/mois?month=2026-11")
    few = [queries_of(client, page) for page in pages]
    for text in ("Deux.", "Trois."):
        out(line, text, "2026-11-03T12:00:00")
    assert [queries_of(client, page) for page in pages] == few


@pytest.mark.parametrize("after", ["9" * 18 + "_1", "x_1", "1", "1_2_3", "²_1"])
def test_a_page_that_cannot_be_read_is_the_first(line, x, after):
    out(line, "Parti.", "2026-11-02T12:00:00")
    assert shown(line.cast.claire, f"after={after}") == ["Parti."]


def test_messages_of_the_same_instant_stand_once_each(line, x, monkeypatch):
    monkeypatch.setattr(page_of_published, "PAGE", 1)
    for number in (1, 2, 3):
        out(line, f"Numéro {number}.", "2026-11-02T12:00:00.123456")
    assert shown(line.cast.claire) == ["Numéro 3.", "Numéro 2.", "Numéro 1."]
