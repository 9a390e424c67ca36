"""Signing in and out, and what the trail keeps of it."""

import pytest
from django.test import Client

from accounts.models import AuditEntry
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def claire(cast):
    cast.claire.set_password("correct horse battery")
    cast.claire.save()
    return cast.claire


def sign_in(client, email="claire@police.example", password="correct horse battery", **extra):
    return client.post("/connexion", {"username": email, "password": password, **extra})


def test_signs_in_by_email_whatever_its_case(claire):
    client = Client()
    response = sign_in(client, "Claire@Police.Example", next="/mentions-legales")
    assert response.status_code == 302
    assert response.headers["Location"] == "/mentions-legales"
    assert "Claire" in client.get("/").text
    assert AuditEntry.objects.get(act="person.signed_in").actor == claire


def test_a_failed_sign_in_is_in_the_trail_without_the_address(claire):
    response = sign_in(Client(), password="wrong")
    assert response.status_code == 200
    assert "n’est pas le bon" in response.text
    entry = AuditEntry.objects.get(act="person.sign_in_failed")
    assert entry.actor is None
    assert "claire" not in str(entry.details)


def test_an_ended_person_does_not_sign_in(claire, cast):
    cast.nadia.set_password("correct horse battery")
    cast.nadia.ended_at = cast.nadia.created_at
    cast.nadia.save()
    client = Client()
    assert sign_in(client, "nadia@police.example").status_code == 200
    assert client.get("/").status_code == 302


def test_after_ten_failures_from_one_place_a_pause_there(claire):
    for _ in range(10):
        assert sign_in(Client(), password="wrong").status_code == 200
    response = sign_in(Client())
    assert response.status_code == 429
    assert "Patientez" in response.text
    assert sign_in(Client(), "helene@police.example", "wrong").status_code == 200


def test_the_pause_ends(claire, settings):
    from dataclasses import replace

    settings.DURATIONS = replace(settings.DURATIONS, sign_in_pause=0)
    for _ in range(30):
        assert sign_in(Client(), password="wrong").status_code == 200
    assert sign_in(Client()).status_code == 302


def test_the_session_key_changes_at_sign_in(claire):
    client = Client()
    session = client.session
    session["seen"] = "before"
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != before


def test_signs_out_by_post_only(cast):
    client = signed_in(cast.claire)
    assert client.get("/deconnexion").headers["Location"] == "/"
    assert client.post("/deconnexion").status_code == 302
    assert client.get("/").status_code == 302
    assert AuditEntry.objects.get(act="person.signed_out").actor == cast.claire


def test_french_whatever_the_browser_prefers_until_one_chooses(claire):
    client = Client(headers={"Accept-Language": "en-US,en"})
    assert '<html lang="fr"' in client.get("/connexion").text
    client.post("/langue", {"language": "en", "next": "/connexion"})
    assert '<html lang="en"' in client.get("/connexion").text
    sign_in(client)
    claire.refresh_from_db()
    assert claire.language == "en"
