"""An administrator's day, in Chromium: a person, a seat, the rule, and an access that is closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import has_focus
from tests.journeys.desks import NARROW, WIDE, Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(cast, new_context, live_server):
    return Desk(new_context, live_server, cast.ada)


def test_a_new_person_gets_a_link_a_password_and_a_seat(cast, ada, new_context, live_server):
    page = ada.open("people")
    page.get_by_role("link", name="Ajouter une personne").click()
    page.get_by_label("Nom affiché").fill("Zoé Petit")
    page.get_by_label("Adresse électronique").fill("zoe@police.example")
    ada.press("Ajouter")
    link = page.get_by_label("Lien à remettre").input_value()

    zoe = new_context(viewport=NARROW).new_page()
    zoe.goto(link.replace("http://127.0.0.1:8000", live_server.url))
    zoe.get_by_label("Nouveau mot de passe").first.fill("onze-lunes-et-demie")
    zoe.get_by_label("Confirmation du nouveau mot de passe").fill("onze-lunes-et-demie")
    zoe.get_by_role("button", name="Enregistrer et entrer").click()
    expect(zoe.get_by_text("Votre mot de passe est enregistré")).to_be_visible()

    page = ada.open("department", "35")
    page.get_by_role("link", name="Attribuer ce siège").click()
    page.get_by_label("Personne").select_option(label="Zoé Petit (zoe@police.example)")
    ada.press("Attribuer le siège")
    expect(page.get_by_text("Zoé Petit tient désormais le siège 3")).to_be_visible()
    zoe.reload()
    expect(zoe.get_by_text("titulaire, siège 3")).to_be_visible()

    page = ada.open("people")
    page.get_by_role("link", name="Zoé Petit").click()
    page.get_by_role("link", name="Fermer l’accès").click()
    expect(page.get_by_text("le siège 3 sera libre")).to_be_visible()
    ada.press("Fermer l’accès")
    expect(page.get_by_text("Zoé Petit n’a plus accès")).to_be_visible()
    zoe.reload()
    expect(zoe.get_by_role("heading", name="Connexion")).to_be_visible()


def test_the_rule_is_said_as_one_types_it(ada):
    page = ada.open("department", "44")
    sentence = page.locator("#rule-sentence")
    expect(sentence).to_contain_text("2 personnes différentes")
    number = page.get_by_label("Nombre d’accords demandés")
    number.fill("1")
    expect(sentence).to_contain_text("quand un superviseur")
    number.fill("5")
    expect(sentence).to_contain_text("mais 4 personnes seulement")
    number.fill("3")
    expect(sentence).to_contain_text("3 personnes différentes")
    ada.press("Enregistrer la règle")
    expect(page.get_by_text("La règle est enregistrée")).to_be_visible()


def test_the_whole_sign_in_by_keyboard(cast, page, live_server):
    cast.claire.set_password("onze-lunes-et-demie")
    cast.claire.save()
    page.set_viewport_size(WIDE)
    page.goto(live_server.url)
    # The field has the focus; backwards from there is the way to the skip links.
    page.keyboard.type("claire@police.example")
    page.keyboard.press("Tab")
    page.keyboard.type("onze-lunes-et-demie")
    page.keyboard.press("Enter")
    expect(page.get_by_text("@pnationale44").first).to_be_visible()
    page.keyboard.press("Tab")
    has_focus(page, "Contenu")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_the_language_changes_and_stays(cast, page, live_server):
    page.goto(live_server.url + "/mentions-legales")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(live_server.url + "/accessibilite")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_form_is_sent_once_by_a_double_click(ada, cast):
    page = ada.open("person", cast.nadia.pk)
    page.get_by_role("button", name="Établir un nouveau lien").dblclick()
    expect(page.get_by_label("Lien à remettre")).to_be_visible()
    page.goto(ada.address + "/journal")
    # One in the list, one among the choices of the filter.
    expect(page.locator("main").get_by_text("a établi un lien")).to_have_count(2)
