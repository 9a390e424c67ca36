"""Against signing in, sessions and links."""

import pytest
from django.test import Client

from accounts.actions import people
from accounts.models import Person
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def test_a_foreign_host_is_refused_and_never_gets_into_a_link(cast):
    people.create_person("zoe@police.example", "Zoé", actor=cast.ada)
    ada = signed_in(cast.ada)
    zoe = Person.objects.get(email="zoe@police.example")
    evil = ada.post(f"/personnes/{zoe.pk}/lien", headers={"Host": "evil.example"})
    assert evil.status_code == 400
    ada.post(f"/personnes/{zoe.pk}/lien")
    page = ada.get(f"/personnes/{zoe.pk}", headers={"X-Forwarded-Host": "evil.example"}).text
    assert "http://127.0.0.1:8000/mot-de-passe/" in page
    assert "evil.example" not in page


@pytest.mark.parametrize("path", ["/deconnexion", "/langue", "/departements/ajouter", "/connexion"])
def test_no_form_without_its_token(cast, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ada)
    assert browser.post(path).status_code == 403


def test_the_session_of_an_ended_person_is_dead(cast):
    browser = signed_in(cast.claire)
    people.end_person(cast.claire.pk, actor=cast.ada)
    for path in ("/", "/brouillons/", "/courriels"):
        assert browser.get(path).headers["Location"].startswith("/connexion")


def test_a_new_password_ends_the_other_sign_ins(cast):
    browser = signed_in(cast.claire)
    claire = Person.objects.get(pk=cast.claire.pk)
    claire.set_password("onze-lunes-et-demie")
    claire.save()
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_signing_in_and_changing_language_lead_nowhere_else(cast, where):
    cast.claire.set_password("onze-lunes-et-demie")
    cast.claire.save()
    form = {"username": "claire@police.example", "password": "onze-lunes-et-demie", "next": where}
    assert Client().post("/connexion", form).headers["Location"] == "/"
    response = Client().post("/langue", {"language": "en", "next": where})
    assert "evil" not in response.headers["Location"]
    assert "javascript" not in response.headers["Location"]


def test_a_wrong_address_and_a_wrong_password_are_told_alike(cast):
    cast.claire.set_password("onze-lunes-et-demie")
    cast.claire.save()

    def said(email):
        page = Client().post("/connexion", {"username": email, "password": "x"}).text
        return page[page.index("fr-alert") : page.index("</form>")].replace(email, "")

    assert said("claire@police.example") == said("nobody@police.example")


def test_a_forged_link_opens_nothing(cast):
    uid = "MQ"
    for token in ("set-password", "abc-def", "a" * 60):
        page = Client().get(f"/mot-de-passe/{uid}/{token}", follow=True).text
        assert "Ce lien a déjà servi" in page


def test_an_administrator_reads_no_draft(cast):
    from tests.approvals.writing import a_revision

    draft_id = a_revision(cast.claire, cast.nantes, "Un mot très secret").draft_id
    ada = signed_in(cast.ada)
    assert ada.get(f"/brouillons/{draft_id}/").status_code == 404
    for path in ("/", "/journal", "/courriels", "/departements/44"):
        assert "très secret" not in ada.get(path).text
