"""What every test stands on: the cast, a database that can be emptied, strict templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation

from tests.cast import Cast, make_cast
from tests.templates import StrictTemplates


def emptied(self, style, tables, **kwargs) -> list[str]:
    """Django's flush, past the triggers that refuse it; DELETE is the faster on few rows."""
    deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
    return ["SET LOCAL session_replication_role = replica", *deletes]


@pytest.fixture(scope="session", autouse=True)
def _flush_passes_triggers():
    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "sql_flush", emptied)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _in_french():
    """Whatever language the last request of another test was answered in."""
    translation.activate("fr")


@pytest.fixture(scope="session", autouse=True)
def _strict_templates():
    """An unknown variable in one of our templates fails the test."""
    with StrictTemplates():
        yield


@pytest.fixture
def media_folder(settings, tmp_path) -> Path:
    """An empty folder of images, this test's own."""
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return tmp_path / "media"


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()
