"""The pages about people, as an administrator uses them."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEntry, Notice, Person
from accounts.signals import what_rests_on
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "onze-lunes-et-demie"


@pytest.fixture
def ada(cast):
    return signed_in(cast.ada)


def link_on(page: str) -> str:
    found = re.search(r'value="http://127\.0\.0\.1:8000(/mot-de-passe/[^"]+)"', page)
    assert found, "no link on the page"
    return found[1]


def choose_password(path: str, password: str = PASSWORD):
    browser = Client()
    form = browser.get(path, follow=True)
    if not form.context["validlink"]:
        return form
    passwords = {"new_password1": password, "new_password2": password}
    return browser.post(form.request["PATH_INFO"], passwords, follow=True)


def test_a_created_person_chooses_a_password_by_the_link_and_is_in(ada):
    form = {"name": "Zoé Petit", "email": "Zoe@police.example"}
    page = ada.post("/personnes/ajouter", form, follow=True).text
    zoe = Person.objects.get(email="zoe@police.example")
    path = link_on(page)
    assert Notice.objects.get(person=zoe).kind == "password"
    entered = choose_password(path)
    assert "Votre mot de passe est enregistré" in entered.text
    assert entered.wsgi_request.user == zoe
    assert AuditEntry.objects.filter(act="person.password_set", actor=zoe).exists()


def test_the_link_opens_once(ada):
    form = {"name": "Zoé", "email": "zoe@police.example"}
    path = link_on(ada.post("/personnes/ajouter", form, follow=True).text)
    choose_password(path)
    assert "Ce lien a déjà servi" in choose_password(path).text


def test_the_link_is_shown_once_and_kept_nowhere(ada):
    form = {"name": "Zoé", "email": "zoe@police.example"}
    shown = ada.post("/personnes/ajouter", form, follow=True)
    token = link_on(shown.text).rsplit("/", 1)[1]
    assert "mot-de-passe" not in ada.get(shown.request["PATH_INFO"]).text
    assert token not in str(ada.session.items())
    assert token not in str(list(AuditEntry.objects.values()) + list(Notice.objects.values()))


def test_a_link_dies_with_the_next_sign_in_and_with_the_person(cast, ada):
    page = ada.post(f"/personnes/{cast.nadia.pk}/lien", follow=True).text
    path = link_on(page)
    ada.post(f"/personnes/{cast.nadia.pk}/fin")
    assert "Ce lien a déjà servi" in Client().get(path, follow=True).text


def test_a_weak_password_is_refused_by_the_field(cast, ada):
    path = link_on(ada.post(f"/personnes/{cast.nadia.pk}/lien", follow=True).text)
    assert "trop court" in choose_password(path, "court").text
    assert not Person.objects.get(pk=cast.nadia.pk).has_usable_password()


def test_an_address_in_use_is_said_by_the_field_and_nothing_is_lost(ada):
    form = {"name": "Une autre Claire", "email": "claire@police.example"}
    response = ada.post("/personnes/ajouter", form)
    assert response.status_code == 409
    assert "Une personne a déjà cette adresse" in response.text
    assert "Une autre Claire" in response.text


def test_ending_says_first_what_will_follow(cast, ada):
    def two(sender, account_id, person_id, **kwargs):
        return 2 if (account_id, person_id) == (cast.nantes.pk, cast.claire.pk) else 0

    what_rests_on.connect(two)
    try:
        page = ada.get(f"/personnes/{cast.claire.pk}/fin").text
    finally:
        what_rests_on.disconnect(two)
    assert "2 diffusions programmées seront suspendues" in page
    assert "le siège 1 sera libre" in page
    assert Person.objects.get(pk=cast.claire.pk).is_active


def test_the_list_tells_rights_and_finds_by_name_or_address(cast, ada):
    page = ada.get("/personnes").text
    assert "@pnationale44, siège 1" in " ".join(page.split())
    found = ada.get("/personnes", {"q": "GWEN@"}).text
    assert "Gwen" in found
    assert "Soazig" not in found
    assert "Personne ne correspond" in ada.get("/personnes", {"q": "introuvable"}).text


def test_a_single_administrator_is_warned(cast, ada):
    assert "qu’un administrateur" not in ada.get("/personnes").text
    ada.post(f"/personnes/{cast.basile.pk}/fin")
    assert "qu’un administrateur" in ada.get("/personnes").text
    response = ada.post(f"/personnes/{cast.ada.pk}/fin")
    assert response.status_code == 409
    assert "C’est le dernier administrateur" in response.text


def test_making_and_unmaking_an_administrator(cast, ada):
    ada.post(f"/personnes/{cast.nadia.pk}/administration", {"administrator": "yes"})
    assert Person.objects.get(pk=cast.nadia.pk).is_administrator
    ada.post(f"/personnes/{cast.nadia.pk}/administration", {"administrator": "no"})
    assert not Person.objects.get(pk=cast.nadia.pk).is_administrator
    response = ada.post(f"/personnes/{cast.claire.pk}/administration", {"administrator": "yes"})
    assert response.status_code == 409
    assert "ni siège ni supervision" in response.text


def test_people_stand_by_family_name_as_french_sorts(ada):
    names = [
        "Zoé Abadie",
        "Marc Etienne",
        "Anne Élias",
        "Bruno Évrard",
        "Luc eberhard",
        "Ève Faure",
    ]
    for number, name in enumerate(names):
        Person.objects.create_person(f"p{number}@police.example", name)
    page = ada.get("/personnes").text
    wanted = [
        "Zoé Abadie",
        "Luc eberhard",
        "Anne Élias",
        "Marc Etienne",
        "Bruno Évrard",
        "Ève Faure",
    ]
    assert sorted(names, key=page.index) == wanted
