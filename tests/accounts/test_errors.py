"""Every refusal is a page with a sentence and a way back, or an alert for htmx."""

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.errors import Conflict
from policetweets import views
from tests.cast import signed_in


@pytest.fixture
def raising(monkeypatch):
    """Makes the page of legal notice raise this."""

    def fail_with(exception):
        def raise_it(*args, **kwargs):
            raise exception

        monkeypatch.setattr(views, "render", raise_it)

    return fail_with


def test_an_unknown_page_says_so(db):
    response = Client().get("/nulle-part", headers={"Referer": "http://testserver/connexion?a=1"})
    assert response.status_code == 404
    assert "n’existe pas ou n’est pas dans vos comptes" in response.text
    assert 'href="/connexion?a=1"' in response.text


def test_the_way_back_never_leads_elsewhere(db):
    response = Client().get("/nulle-part", headers={"Referer": "http://evil.example/x"})
    assert "evil.example" not in response.text
    response = Client().get("/nulle-part", headers={"Referer": "http://testserver//evil.example/"})
    assert 'href="//' not in response.text


def test_a_refusal_has_its_status_and_its_sentence(cast, raising):
    raising(Conflict())
    response = signed_in(cast.claire).get("/mentions-legales")
    assert response.status_code == 409
    assert "La situation a changé" in response.text
    assert "Action impossible" in response.text


def test_a_refusal_for_htmx_is_an_alert_in_the_messages(cast, raising):
    raising(Conflict())
    response = signed_in(cast.claire).get("/mentions-legales", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#messages"
    assert "<html" not in response.text


def test_an_outage_of_the_database_is_a_503_with_a_sentence(raising):
    raising(OperationalError("gone"))
    response = Client(raise_request_exception=False).get("/mentions-legales")
    assert response.status_code == 503
    assert "base de données" in response.text


def test_a_mistake_of_ours_is_a_500_that_tells_nothing(raising):
    raising(RuntimeError("secret detail"))
    response = Client(raise_request_exception=False).get("/mentions-legales")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "Rien n’a été publié" in response.text


@pytest.mark.parametrize("path", ["/a%00b", "/connexion?next=%00"])
def test_nul_in_an_address_is_a_400(path):
    response = Client().get(path)
    assert response.status_code == 400
    assert "caractère impossible" in response.text


def test_nul_in_a_cookie_is_a_400(db):
    cookie = 'sessionid="aaaaaaaaaa\\000"'
    assert Client().get("/connexion", headers={"Cookie": cookie}).status_code == 400


def test_nul_in_a_form_is_a_400(db):
    response = Client().post("/connexion", {"username": "a\0b", "password": "x"})
    assert response.status_code == 400


def test_an_oversized_form_is_a_413_before_it_is_read(db):
    client = Client()
    assert client.post("/connexion", {"username": "a" * 300_000}).status_code in (400, 413)
    response = client.post(
        "/connexion", "a=" + "b" * 300_000, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "trop volumineux" in response.text
    response = client.generic("POST", "/connexion", b"", headers={"Content-Length": str(10**9)})
    assert response.status_code == 413


def test_a_form_without_its_token_is_refused_with_a_sentence(db):
    response = Client(enforce_csrf_checks=True).post("/connexion", {"username": "a"})
    assert response.status_code == 403
    assert "resté ouvert trop longtemps" in response.text


def test_the_policy_allows_nothing_inline(db):
    policy = Client().get("/connexion").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
