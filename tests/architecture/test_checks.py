"""A dangerous configuration is refused, by `manage.py check` and by every door of the product."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from policetweets import checks
from policetweets.celery import refuse_to_start, refuse_worker
from policetweets.checks import TAG, refuse_danger
from tests.architecture.test_layers import ROOT
from tests.cast import person

KEY = Fernet.generate_key().decode()
VAPID = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")
SECRET = "hB8wK2xq-7dPzR5v_Jm3LtY9nF6cGsA0eQuX4iWoT1lHbVkMrD-yZpC"


@pytest.fixture
def production(settings):
    """A configuration that may go live."""
    settings.POLICETWEETS_ENV, settings.IS_DEMO = "production", False
    settings.SECRET_KEY = SECRET
    settings.PUBLIC_URL = "https://comptes.police.example"
    settings.ALLOWED_HOSTS = ["comptes.police.example"]
    settings.X_API_BASE_URL = "https://api.x.com"
    settings.X_API_KEY, settings.X_API_SECRET = "consumer-key-xT1jV8wQ", "consumer-secret-bRk73Lz"
    settings.X_TOKEN_KEYS = [KEY]
    settings.NOTICE_KEYS, settings.VAPID_PRIVATE_KEY = [KEY], VAPID
    settings.NOTICE_HOSTS = [".tchap.gouv.fr", "hooks.police.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = True
    return settings


def found(**options) -> list[str]:
    """Of all that a process may do."""
    tags = [TAG, checks.CALLS_X, checks.SENDS_MAIL]
    return [m.id for m in run_checks(tags=tags, include_deployment_checks=True, **options)]


def test_a_sound_configuration_passes(production):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("X_API_BASE_URL", "http://127.0.0.1:8001", "E001"),
        ("X_API_BASE_URL", "http://api.x.com", "E001"),
        ("X_API_BASE_URL", "https://api.x.com.example", "E001"),
        ("X_API_KEY", "", "E003"),
        ("X_API_SECRET", "", "E003"),
        ("SECRET_KEY", SECRET[:49], "E004"),
        ("SECRET_KEY", "abc" * 20, "E004"),
        ("SECRET_KEY", f"django-insecure-{SECRET}", "E004"),
        ("SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests-only-for-tests", "E004"),
        ("X_TOKEN_KEYS", [], "E005"),
        ("X_TOKEN_KEYS", [""], "E005"),
        ("X_TOKEN_KEYS", [KEY, "not-a-key"], "E005"),
        ("X_TOKEN_KEYS", [KEY, "é" * 44], "E005"),
        ("PUBLIC_URL", "http://comptes.police.example", "E006"),
        ("PUBLIC_URL", "http://127.0.0.1:8000", "E006"),
        ("PUBLIC_URL", "https://", "E013"),
        ("ALLOWED_HOSTS", ["comptes.police.example", "*"], "E007"),
        ("ALLOWED_HOSTS", ["comptes.police.example", ".com"], "E007"),
        ("ALLOWED_HOSTS", ["comptes.police.example", ".gouv.fr"], "E007"),
        ("ALLOWED_HOSTS", ["comptes.police.example", "."], "E007"),
        ("X_TOKEN_KEYS", [KEY, "A" * 43 + "="], "E005"),
        ("X_TOKEN_KEYS", ["QUJB" * 10 + "QUI="], "E005"),
        ("METRICS_TOKEN", "x", "E011"),
        ("METRICS_TOKEN", "ab" * 20, "E011"),
        ("X_API_KEY", "k", "E011"),
        ("X_API_SECRET", "secret", "E011"),
        ("REDIS_URL", "redis://redis.police.example:6379/0", "E012"),
        ("REDIS_URL", "redis://10.0.0.7:6379/0", "E012"),
        ("PUBLIC_URL", "https://comptes.police.example/tweets", "E013"),
        ("PUBLIC_URL", "https://ada:secret@comptes.police.example", "E013"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "W001"),
        ("VAPID_PRIVATE_KEY", "é", "E015"),
        ("VAPID_PRIVATE_KEY", VAPID[:20], "E015"),
        ("VAPID_PRIVATE_KEY", "A" * 43, "E015"),
        ("VAPID_PRIVATE_KEY", "", "W002"),
        ("NOTICE_KEYS", [KEY, "not-a-key"], "E016"),
        ("NOTICE_KEYS", [], "W002"),
        ("NOTICE_HOSTS", [".fr"], "E017"),
        ("NOTICE_HOSTS", ["redis"], "E017"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E010"),
        ("EMAIL_USE_TLS", False, "E010"),
    ],
)
def test_production_refuses(production, name, value, number):
    setattr(production, name, value)
    assert found() == [f"policetweets.{number}"]


@pytest.mark.parametrize(
    ("where", "found_ids"),
    [
        ({"HOST": "db.police.example"}, ["policetweets.E012"]),
        ({"HOST": "203.0.113.9", "OPTIONS": {"sslmode": "prefer"}}, ["policetweets.E012"]),
        ({"HOST": "db.police.example", "OPTIONS": {"sslmode": "verify-full"}}, []),
        ({"HOST": "postgres"}, []),
        ({"HOST": "127.0.0.1"}, []),
        ({"HOST": "/run/postgresql"}, []),
        ({"HOST": ""}, []),
    ],
)
def test_production_refuses_a_database_elsewhere_without_tls(
    production, monkeypatch, where, found_ids
):
    for key, value in ({"OPTIONS": {}} | where).items():
        monkeypatch.setitem(production.DATABASES["default"], key, value)
    assert found() == found_ids


@pytest.mark.parametrize(
    ("endpoint", "found_ids"),
    [
        ("http://s3.example.fr", ["policetweets.E012"]),
        ("https://s3.example.fr", []),
        ("http://minio:9000", []),
        (None, []),
    ],
)
def test_production_refuses_a_bucket_elsewhere_without_tls(production, endpoint, found_ids):
    default = {"BACKEND": "x", "OPTIONS": {"endpoint_url": endpoint}}
    production.STORAGES = {**production.STORAGES, "default": default}
    assert found() == found_ids


@pytest.mark.parametrize(
    ("url", "found_ids"),
    [
        ("ftp://127.0.0.1", ["policetweets.E013"]),
        ("127.0.0.1:8000", ["policetweets.E013"]),
        ("javascript:alert(1)", ["policetweets.E013"]),
        ("https://demo.police.example", ["policetweets.E014"]),
        ("http://93.184.216.34", ["policetweets.E014"]),
        ("http://localhost:8000", []),
        ("http://demo.localhost", []),
        ("http://[::1]:8000", []),
        ("http://192.168.1.7:8000", []),
        ("http://web:8000", []),
    ],
)
def test_the_demo_refuses_a_public_address(settings, url, found_ids):
    settings.X_API_BASE_URL, settings.PUBLIC_URL = "http://127.0.0.1:8001", url
    assert found() == found_ids


def test_django_s_own_checks_of_a_deployment_have_no_word_to_say():
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    given = {
        "POLICETWEETS_ENV": "production",
        "SECRET_KEY": SECRET,
        "X_TOKEN_KEYS": KEY,
        "NOTICE_KEYS": KEY,
        "VAPID_PRIVATE_KEY": VAPID,
        "PUBLIC_URL": "https://comptes.police.example",
        "BEHIND_PROXY": "true",
        "X_API_KEY": "consumer-key-xT1jV8wQ",
        "X_API_SECRET": "consumer-secret-bRk73Lz",
        "EMAIL_URL": "smtp+tls://user:password@mail.police.example:587",
        "DATABASE_URL": "postgresql://web@postgres/policetweets",
        "REDIS_URL": "redis://redis/0",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_refuses_durations_of_tests(production):
    production.DURATIONS = production.DURATIONS.scaled(0.1)
    assert found() == ["policetweets.E008"]


@pytest.mark.parametrize("host", ["api.x.com", "x.com", "api.twitter.com"])
def test_the_demo_refuses_the_real_x(settings, host):
    settings.X_API_BASE_URL = f"https://{host}"
    assert found() == ["policetweets.E002"]


def test_the_demo_may_have_all_that_production_may_not(settings):
    settings.SECRET_KEY, settings.X_TOKEN_KEYS = "short", []
    settings.X_API_BASE_URL = "http://127.0.0.1:8001"
    assert found() == []


@pytest.mark.django_db
def test_production_refuses_demo_people_even_ended_ones(production):
    claire = person("Claire")
    assert found(databases=["default"]) == []
    type(claire).objects.filter(pk=claire.pk).update(
        email="claire.44@demo.invalid", ended_at="2026-01-01T00:00Z"
    )
    assert found(databases=["default"]) == ["policetweets.E009"]
    assert found() == [], "without a database named, none is asked"


@pytest.mark.django_db
def test_the_demo_may_have_demo_people(settings):
    person("Claire", is_administrator=False)
    settings.X_API_BASE_URL = "http://127.0.0.1:8001"
    assert found(databases=["default"]) == []


def test_no_check_shows_a_secret(production):
    production.SECRET_KEY, production.X_TOKEN_KEYS = "guess-me", ["leak-me"]
    said = " ".join(f"{message.msg} {message.hint}" for message in run_checks(tags=[TAG]))
    assert "E004" not in said
    assert "guess-me" not in said
    assert "leak-me" not in said


@pytest.mark.django_db(transaction=True)
def test_every_door_refuses_to_open(production):
    refuse_danger()
    refuse_to_start()
    production.SECRET_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match=r"policetweets\.E004"):
        refuse_danger()
    with pytest.raises(SystemExit, match="1"):
        refuse_to_start()


def worker(*queues: str) -> SimpleNamespace:
    """As Celery shows one that serves these queues."""
    served = SimpleNamespace(consume_from=dict.fromkeys(queues))
    return SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=served)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("missing", ["X_API_KEY", "X_API_SECRET", "X_TOKEN_KEYS"])
def test_only_who_calls_x_needs_its_keys(production, missing):
    setattr(production, missing, type(getattr(production, missing))())
    refuse_danger()
    refuse_worker(worker("clock"))
    refuse_worker(worker("default"))
    for queue in ("send", "retract", "lookups"):
        with pytest.raises(SystemExit, match="1"):
            refuse_worker(worker("default", queue))


@pytest.mark.django_db(transaction=True)
def test_only_who_sends_mails_needs_their_server(production):
    production.EMAIL_USE_TLS = False
    refuse_danger()
    refuse_worker(worker("clock"))
    refuse_worker(worker("send", "retract", "lookups"))
    with pytest.raises(SystemExit, match="1"):
        refuse_worker(worker("default"))


@pytest.mark.django_db(transaction=True)
def test_a_warning_closes_no_door(production):
    production.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    refuse_danger(checks.SENDS_MAIL)


def test_every_check_is_explained(settings):
    number = re.compile(r"policetweets\.[EW]\d{3}")
    written = number.findall(Path(checks.__file__).read_text())
    explained = number.findall((settings.BASE_DIR / "docs" / "settings.md").read_text())
    assert sorted(set(written)) == sorted(explained)
