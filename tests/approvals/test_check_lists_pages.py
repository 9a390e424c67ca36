"""Administrators read and change the lists of the checks on their pages, and never read a draft."""

from __future__ import annotations

import time

import pytest

from approvals.actions import lists as actions
from approvals.actions.drafts import Content, begin_draft, submit_draft
from approvals.lists import lists_in_force
from approvals.message import Message
from approvals.models import Category, ReservePeriod
from tests.approvals.writing import a_revision
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def words_of(response) -> str:
    return " ".join(response.text.split())


def test_a_list_shows_its_entries_with_who_added_them_and_its_history(cast):
    client = signed_in(cast.ada)
    answer = client.post("/listes/domains", {"value": "www.Mairie.fr", "act": "add"}, follow=True)
    assert "« mairie.fr » est sur la liste." in answer.text
    assert "mairie.fr" in lists_in_force().domains
    page = words_of(client.get("/listes/domains?q=mairie"))
    assert "ajouté par Ada" in page
    assert "service-public.fr</code>" not in page
    signed_in(cast.basile).post("/listes/domains/retirer", {"value": "mairie.fr"})
    page = words_of(client.get("/listes/domains"))
    assert '<strong>Basile</strong> a retiré <code lang="fr">mairie.fr</code>' in page
    assert '<strong>Ada</strong> a ajouté <code lang="fr">mairie.fr</code>' in page


def test_what_cannot_be_added_is_told_beside_what_was_typed(cast):
    client = signed_in(cast.ada)
    answer = client.post("/listes/shorteners", {"value": "pas un site", "act": "add"})
    assert answer.status_code == 400
    assert "Écrivez le nom du site seul" in answer.text
    assert 'value="pas un site"' in answer.text
    answer = client.post("/listes/shorteners", {"value": "bit.ly", "act": "add"})
    assert "C’est déjà sur cette liste." in answer.text


def test_a_trial_tells_which_versions_and_nothing_of_their_text(cast):
    revision = a_revision(cast.claire, cast.nantes, "Un quidam perd son parapluie.")
    page = words_of(signed_in(cast.ada).post("/listes/words", {"value": "quidam", "act": "try"}))
    assert "Arrêté (<strong>1</strong>)" in page
    assert "@pnationale44" in page
    assert f"brouillon n° {revision.draft_id}, version 1" in page
    assert "parapluie" not in page
    assert "Claire" not in page
    assert lists_in_force().words == frozenset()


def test_a_trial_over_500_texts_takes_less_than_a_second(cast):
    messages = tuple(Message(f"{n} " + "Police secours : le 17. " * 8) for n in range(25))
    for _number in range(20):
        draft = begin_draft(
            actor=cast.claire,
            account=cast.nantes,
            content=Content(messages, category=Category.ADVICE),
        )
        submit_draft(actor=cast.claire, draft_id=draft.pk, version=draft.version)
    client = signed_in(cast.ada)
    began = time.process_time()
    page = words_of(client.post("/listes/words", {"value": "police", "act": "try"}))
    assert time.process_time() - began < 1
    assert "Arrêté (<strong>20</strong>)" in page


def test_a_reserve_is_added_for_departments_that_have_an_account(cast):
    client = signed_in(cast.ada)
    form = {
        "label": "Municipales",
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-21",
        "departments": "44, 99",
    }
    answer = client.post("/listes/reserve", form)
    assert "Aucun compte de ce département : 99." in answer.text
    answer = client.post("/listes/reserve", form | {"ends_on": "2027-02-01", "departments": ""})
    assert "Le dernier jour vient avant le premier." in answer.text
    answer = client.post("/listes/reserve", form | {"departments": "35 44"}, follow=True)
    page = words_of(answer)
    assert "du 1er mars 2027 au 21 mars 2027" in page
    assert "35, 44" in page
    assert "ajoutée par Ada" in page
    period = ReservePeriod.objects.get()
    assert "Municipales" in client.get("/listes").text
    page = words_of(client.post(f"/listes/reserve/{period.pk}/fin", follow=True))
    assert "retirée par Ada" in page
    assert "aucune à venir" in client.get("/listes").text


def test_an_unknown_list_is_no_page(cast):
    assert signed_in(cast.ada).get("/listes/autre").status_code == 404


def test_the_composer_tells_at_once_what_a_list_refuses(cast):
    revision = a_revision(cast.claire, cast.nantes, "Un quidam.")
    actions.add_to_list("words", "quidam", actor=cast.ada)
    page = words_of(signed_in(cast.claire).get(f"/brouillons/{revision.draft_id}/rediger"))
    assert "est sur la liste des mots refusés" in page
