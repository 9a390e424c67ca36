"""A dangerous configuration is refused, by `manage.py check` and by every door of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from policetweets import checks
from policetweets.celery import refuse_to_start
from policetweets.checks import TAG, refuse_danger
from tests.cast import person

KEY = Fernet.generate_key().decode()
SECRET = "hB8wK2xq-7dPzR5v_Jm3LtY9nF6cGsA0eQuX4iWoT1lHbVkMrD-yZpC"


@pytest.fixture
def production(settings):
    """A configuration that may go live."""
    settings.POLICETWEETS_ENV, settings.IS_DEMO = "production", False
    settings.SECRET_KEY = SECRET
    settings.PUBLIC_URL = "https://comptes.police.example"
    settings.ALLOWED_HOSTS = ["comptes.police.example"]
    settings.X_API_BASE_URL = "https://api.x.com"
    settings.X_API_KEY, settings.X_API_SECRET = "consumer-key", "consumer-secret"
    settings.X_TOKEN_KEYS = [KEY]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = True
    return settings


def found(**options) -> list[str]:
    return [message.id for message in run_checks(tags=[TAG], **options)]


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
        ("PUBLIC_URL", "https://", "E006"),
        ("ALLOWED_HOSTS", ["comptes.police.example", "*"], "E007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "W001"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E010"),
        ("EMAIL_USE_TLS", False, "E010"),
    ],
)
def test_production_refuses(production, name, value, number):
    setattr(production, name, value)
    assert found() == [f"policetweets.{number}"]


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
    production.X_TOKEN_KEYS = []
    with pytest.raises(ImproperlyConfigured, match=r"policetweets\.E005"):
        refuse_danger()
    with pytest.raises(SystemExit, match="1"):
        refuse_to_start()


@pytest.mark.django_db(transaction=True)
def test_a_warning_closes_no_door(production):
    production.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    refuse_danger()


def test_every_check_is_explained(settings):
    number = re.compile(r"policetweets\.[EW]\d{3}")
    written = number.findall(Path(checks.__file__).read_text())
    explained = number.findall((settings.BASE_DIR / "docs" / "settings.md").read_text())
    assert sorted(set(written)) == sorted(explained)
