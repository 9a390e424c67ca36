"""Against passwords that are one's own name, links that are opened by many, and silent changes."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.actions import people
from accounts.models import AuditEntry, Notice, Person
from accounts.password_links import password_link
from accounts.tasks import deliver_mails
from tests.cast import person

GOOD = "onze-lunes-et-demie"


def path_of(link):
    return link.removeprefix("http://127.0.0.1:8000")


def opened(link):
    """A browser on the form that the link opens, and the form's address."""
    browser = Client()
    form = browser.get(path_of(link), follow=True)
    return browser, form.request["PATH_INFO"], form.context["validlink"]


def choose(browser, form, password):
    return browser.post(form, {"new_password1": password, "new_password2": password})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "Maëlle Le Goff-Kerjean",
        "maellelegoffkerjean",
        "MAELLE.LE.GOFF.KERJEAN",
        "kerjeanlegoffmaelle",
        "kerjean-maelle-2026!",
        "naejrekffogelelleam",
        "maelle.kerjean@police.example",
        "maelle.kerjean",
        "police.example.35",
    ],
)
def test_ones_own_name_or_address_is_no_password(db, password):
    maelle = Person.objects.create_person("maelle.kerjean@police.example", "Maëlle Le Goff-Kerjean")
    browser, form, _valid = opened(password_link(maelle))
    response = choose(browser, form, password)
    assert response.status_code == 200
    assert "fr-message--error" in response.text
    maelle.refresh_from_db()
    assert not maelle.has_usable_password()


@pytest.mark.django_db
@pytest.mark.parametrize("password", [GOOD, "maelle-aime-les-tournesols", "quatre vélos rouges"])
def test_a_password_of_ones_own_is_taken(db, password):
    maelle = Person.objects.create_person("maelle.kerjean@police.example", "Maëlle Le Goff-Kerjean")
    browser, form, _valid = opened(password_link(maelle))
    assert choose(browser, form, password).status_code == 302


@pytest.mark.django_db
def test_a_person_is_told_by_mail_of_a_new_password(cast):
    browser, form, _valid = opened(password_link(cast.nadia))
    choose(browser, form, GOOD)
    assert deliver_mails() == 1
    (sent,) = mail.outbox
    assert sent.to == ["nadia@police.example"]
    assert "Votre mot de passe a changé" in sent.subject
    assert GOOD not in sent.body
    assert "/mot-de-passe/" not in sent.body


def told() -> list[str]:
    return list(
        Notice.objects.filter(kind="password_changed").values_list("person__name", flat=True)
    )


@pytest.mark.django_db
def test_a_person_is_told_of_a_password_that_an_operator_sets(cast, monkeypatch):
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda *_args: GOOD)
    call_command("changepassword", cast.nadia.email)
    assert told() == ["Nadia"]
    assert AuditEntry.objects.get(act="person.password_replaced").subject_id == cast.nadia.pk
    assert Client().login(username=cast.nadia.email, password=GOOD)


@pytest.mark.django_db
def test_a_person_is_told_of_a_password_however_it_was_set(cast, settings):
    cast.nadia.set_password(GOOD)
    cast.nadia.save()
    assert told() == ["Nadia"]
    Notice.objects.all().delete()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    before = cast.nadia.password
    assert cast.nadia.check_password(GOOD)
    assert cast.nadia.password != before
    assert told() == [], "the same password, hashed anew"


@pytest.mark.django_db
def test_a_newer_link_ends_the_one_before(cast):
    first = password_link(cast.nadia)
    browser, form, valid = opened(first)
    assert valid
    second = password_link(people.make_link(cast.nadia.pk, actor=cast.ada))
    assert opened(first)[2] is False
    assert "a déjà servi" in choose(browser, form, GOOD).text
    assert not Person.objects.get(pk=cast.nadia.pk).has_usable_password()
    assert opened(second)[2]


@pytest.mark.django_db
def test_a_used_link_opens_nothing(cast):
    link = password_link(cast.nadia)
    browser, form, _valid = opened(link)
    other, other_form, _valid = opened(link)
    assert choose(browser, form, GOOD).status_code == 302
    assert opened(link)[2] is False
    assert "a déjà servi" in choose(other, other_form, "autre-chose-de-long").text
    assert Client().login(username="nadia@police.example", password=GOOD)


@pytest.mark.django_db(transaction=True)
def test_one_link_in_eight_browsers_at_once_gives_one_success():
    nadia = person("Nadia")
    link = password_link(nadia)
    browsers = [opened(link) for _ in range(8)]
    together, answers = threading.Barrier(8), []

    def run(number):
        browser, form, _valid = browsers[number]
        together.wait()
        answers.append(
            (choose(browser, form, f"onze-lunes-et-{number}-demies").status_code, number)
        )
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for status, number in answers if status == 302]
    assert len(answers) == 8
    assert len(winners) == 1
    assert AuditEntry.objects.filter(act="person.password_set").count() == 1
    assert Notice.objects.filter(kind="password_changed").count() == 1
    nadia.refresh_from_db()
    assert nadia.check_password(f"onze-lunes-et-{winners[0]}-demies")
    signed = [b for b, _form, _valid in browsers if "_auth_user_id" in b.session]
    assert len(signed) == 1
