"""The demonstration's seed, and the first administrator of a real installation."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import demo
from accounts.approval_rule import rule_of
from accounts.models import Account, AuditEntry, Person, Seat, Supervision

pytestmark = pytest.mark.django_db


def test_five_departments_with_their_people_and_again_changes_nothing(capsys):
    call_command("seed_demo")
    printed = capsys.readouterr().out
    handles = set(Account.objects.values_list("handle", flat=True))
    assert handles == {f"pnationale{code}" for code in ("44", "35", "62", "67", "06")}
    assert Seat.objects.count() == 15
    assert Supervision.objects.count() == 10
    assert all(rule_of(account).can_be_met for account in Account.objects.all())
    assert "claire.44@demo.invalid" in printed
    acts = AuditEntry.objects.count()
    call_command("seed_demo")
    assert AuditEntry.objects.count() == acts
    assert capsys.readouterr().out == printed


def test_its_people_sign_in_with_the_password_that_the_page_shows():
    call_command("seed_demo")
    page = Client().get("/connexion").text
    assert demo.PASSWORD in page
    for email in ("claire.44@demo.invalid", "agnes.admin@demo.invalid"):
        assert email in page
        response = Client().post("/connexion", {"username": email, "password": demo.PASSWORD})
        assert response.status_code == 302


def test_a_first_visitor_of_the_demo_alone_reads_what_the_application_is_for(settings):
    call_command("seed_demo")
    client = Client()
    claire = {"username": "claire.44@demo.invalid", "password": demo.PASSWORD}
    pages = [Client().get("/connexion").text, client.post("/connexion", claire, follow=True).text]
    assert all("À quoi sert policetweets" in page for page in pages)
    settings.IS_DEMO = False
    pages = [Client().get("/connexion").text, client.get("/").text]
    assert not any("À quoi sert policetweets" in page for page in pages)


def test_production_knows_no_demo(settings):
    settings.IS_DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not Person.objects.exists()
    assert demo.PASSWORD not in Client().get("/connexion").text


def test_the_first_administrator_enters_by_the_printed_link_and_is_the_only_one(capsys):
    call_command("create_administrator", "Chef@police.example", "La cheffe")
    path = re.fullmatch(r"http://127\.0\.0\.1:8000(/mot-de-passe/\S+)\n", capsys.readouterr().out)
    assert Client().get(path[1], follow=True).context["validlink"]
    with pytest.raises(CommandError, match="déjà un administrateur"):
        call_command("create_administrator", "autre@police.example", "Un autre")
