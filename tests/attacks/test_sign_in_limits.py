"""Against guessing passwords, and against keeping people out by guessing them."""

from __future__ import annotations

import logging
import math
import threading

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client, RequestFactory

from accounts import sign_ins
from accounts.actions import people
from accounts.clock import in_seconds
from accounts.models import AuditEntry, SignInCount
from accounts.password_links import password_link
from accounts.sign_ins import source_of
from accounts.tasks import delete_sign_in_counts
from tests.cast import person

pytestmark = pytest.mark.django_db

GOOD = "onze-lunes-et-demie"
STRANGER, ELSEWHERE = "203.0.113.7", "198.51.100.9"
CLAIRE = "claire@police.example"


@pytest.fixture
def claire(cast):
    cast.claire.set_password(GOOD)
    cast.claire.save()
    return cast.claire


def sign_in(email=CLAIRE, password="wrong", source=STRANGER, client=None):
    form = {"username": email, "password": password}
    return (client or Client()).post("/connexion", form, REMOTE_ADDR=source).status_code


def test_wrong_passwords_from_elsewhere_keep_nobody_out(claire):
    while sign_in() != 429:
        pass
    for _ in range(10):
        assert sign_in(password=GOOD) == 429
    assert sign_in(password=GOOD, source=ELSEWHERE) == 302


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_who_tried_too_often_is_told_when_to_come_back(claire, headers, settings):
    while sign_in() != 429:
        pass
    form = {"username": CLAIRE, "password": GOOD}
    answer = Client(headers=headers).post("/connexion", form, REMOTE_ADDR=STRANGER)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(math.ceil(settings.DURATIONS.sign_in_pause))


def test_wrong_passwords_from_a_thousand_places_keep_nobody_out(claire):
    for number in range(sign_ins.MANY_FOR_ADDRESS + 10):
        sign_in(source=f"203.0.{number}.7")
    assert sign_in(source=ELSEWHERE) == 200
    assert sign_in(password=GOOD, source=ELSEWHERE) == 302


def test_many_places_that_try_one_address_have_fewer_tries_each(claire):
    for number in range(4):
        for _ in range(10):
            sign_in(source=f"203.0.{number}.7")
    answers = [sign_in(source=ELSEWHERE) for _ in range(6)]
    assert answers == [200] * 4 + [429] * 2


def test_a_device_where_one_has_signed_in_goes_through(claire):
    mine = Client()
    assert sign_in(password=GOOD, client=mine) == 302
    mine.post("/deconnexion")
    while sign_in() != 429:
        pass
    assert sign_in(password=GOOD, client=mine) == 302
    mine.post("/deconnexion")
    assert [sign_in(client=mine) for _ in range(21)].count(429) >= 1, "it has a limit too"


def test_a_device_is_known_after_a_link_too(cast):
    mine = Client()
    form = mine.get(password_link(cast.nadia).removeprefix("http://127.0.0.1:8000"), follow=True)
    mine.post(form.request["PATH_INFO"], {"new_password1": GOOD, "new_password2": GOOD})
    mine.post("/deconnexion")
    while sign_in("nadia@police.example") != 429:
        pass
    assert sign_in("nadia@police.example", GOOD, client=mine) == 302


@pytest.mark.parametrize("ending", ["password", "access", "forged", "of another", "nonsense"])
def test_a_device_that_is_not_known_any_more_is_slowed(claire, cast, ending):
    mine = Client()
    sign_in(password=GOOD, client=mine)
    mine.post("/deconnexion")
    (name,) = (key for key in mine.cookies if key.startswith("device_"))
    if ending == "password":
        claire.set_password("douze-lunes-et-demie")
        claire.save()
    elif ending == "access":
        people.end_person(claire.pk, actor=cast.ada)
    elif ending == "forged":
        mine.cookies[name] = mine.cookies[name].value[:-1] + "x"
    elif ending == "of another":
        cast.marc.set_password(GOOD)
        cast.marc.save()
        other = Client()
        sign_in("marc@police.example", GOOD, ELSEWHERE, other)
        (theirs,) = (key for key in other.cookies if key.startswith("device_"))
        mine.cookies[name] = other.cookies[theirs].value
    else:
        mine.cookies[name] = "\u00e9:[]:"
    while sign_in() != 429:
        pass
    assert sign_in(password=GOOD, client=mine) == 429


def test_one_place_does_not_try_every_address_freely(claire, monkeypatch):
    monkeypatch.setattr(sign_ins, "MAX_BY_SOURCE", 12)
    answers = [sign_in(f"agent{number}@police.example") for number in range(15)]
    assert answers == [200] * 12 + [429] * 3
    assert sign_in() == 429
    assert sign_in(source=ELSEWHERE) == 200


def test_many_colleagues_behind_one_source_sign_in(claire, monkeypatch):
    monkeypatch.setattr(sign_ins, "MAX_BY_SOURCE", 12)
    assert {sign_in(password=GOOD) for _ in range(30)} == {302}


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_source_is_an_address_or_a_network_of_ipv6(address, source):
    assert source_of(RequestFactory().get("/", REMOTE_ADDR=address)) == source


def test_a_header_makes_no_other_source(claire):
    for number in range(10):
        Client().post(
            "/connexion",
            {"username": CLAIRE, "password": "wrong"},
            REMOTE_ADDR=STRANGER,
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
    assert sign_in(password=GOOD) == 429


@pytest.mark.parametrize(
    "typed", ["CLAIRE@police.example", "ｃlaire@police.example", "claire@POLICE。example"]
)
def test_no_spelling_of_an_address_has_tries_of_its_own(claire, typed):
    while sign_in() != 429:
        pass
    assert sign_in(typed, GOOD) == 429


def test_an_unknown_address_is_answered_and_slowed_alike(claire, monkeypatch):
    hashed = []
    check = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or check(self, password, salt),
    )

    def tried(email):
        hashed.clear()
        answers = [sign_in(email, source=ELSEWHERE) for _ in range(12)]
        return answers, len(hashed)

    assert tried(CLAIRE) == tried("nobody@police.example") == ([200] * 10 + [429] * 2, 10)


def test_what_is_refused_costs_no_hash(claire, monkeypatch):
    while sign_in() != 429:
        pass
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *args: pytest.fail("a hash"))
    assert sign_in() == 429
    assert sign_in("nobody@police.example", password="") == 200


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_do_not_pass_the_limit_together(monkeypatch):
    person("Claire")
    hashed, together = [], threading.Barrier(20)
    check = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or check(self, password, salt),
    )
    answers = []

    def run():
        together.wait()
        answers.append(sign_in())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 10 + [429] * 10
    assert len(hashed) == 10


def test_failures_leave_no_row_for_ever(claire):
    for number in range(25):
        sign_in(f"agent{number}@police.example", source=f"203.0.113.{number}")
        sign_in(source=f"203.0.113.{number}")
    in_trail = AuditEntry.objects.filter(act="person.sign_in_failed").count()
    assert 1 <= in_trail <= sign_ins.MAX_TRAIL_ROWS
    assert SignInCount.objects.count() > 75
    assert delete_sign_in_counts() == 0
    SignInCount.objects.update(ends_at=in_seconds(-1))
    delete_sign_in_counts()
    assert not SignInCount.objects.exists()


def test_a_pair_has_one_row_however_often_it_tries(claire):
    for _ in range(12):
        sign_in()
    rows = SignInCount.objects.count()
    for _ in range(5):
        sign_in()
    assert SignInCount.objects.count() == rows


def test_the_log_names_the_source_and_neither_address_nor_password(claire, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(11):
        sign_in(password="hunter2-hunter2")
    sign_in(password=GOOD, source=ELSEWHERE)
    said = [str(entry.msg) for entry in caplog.records if entry.name == "accounts.sign_in"]
    assert sum("sign-in failed" in line and STRANGER in line for line in said) == 10
    assert sum("sign-in refused unread" in line and STRANGER in line for line in said) == 1
    assert sum("signed in" in line and ELSEWHERE in line for line in said) == 1
    assert "hunter2" not in caplog.text
    assert CLAIRE not in caplog.text


def test_the_counters_are_those_of_this_quarter_of_an_hour(claire):
    while sign_in() != 429:
        pass
    SignInCount.objects.update(ends_at=in_seconds(-1))
    assert sign_in(password=GOOD) == 302


def test_a_password_costs_less_than_a_second_of_processor(settings):
    from time import process_time

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    started = process_time()
    hashers.make_password(GOOD)
    assert process_time() - started < 1


def test_a_worker_is_asked_to_delete_what_is_over():
    from policetweets.celery import app

    assert app.conf.beat_schedule["sign-in counts"]["task"] == delete_sign_in_counts.name
