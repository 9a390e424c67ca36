"""What every test stands on: the cast, a database that can be emptied, strict templates."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from django.utils.translation import trans_real

from policetweets.runner.testing import TEMPLATE_DATABASE, make_template
from tests.cast import Cast, make_cast
from tests.templates import StrictTemplates

MADE_BY_MIGRATE = ("django_content_type", "auth_permission")


def empty_tables(self) -> None:
    """In place of Django's flush, which our triggers refuse and which migrates again each time.

    DELETE is faster than TRUNCATE on few rows.
    """
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    tables = [model._meta.db_table for model in models]
    deletes = [f'DELETE FROM "{table}"' for table in tables if table not in MADE_BY_MIGRATE]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *deletes]))


LONGEST_ID = 80


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Each process must give a test the same name: no bytes made as it starts, no endless text."""
    long = isinstance(val, str) and len(val) > LONGEST_ID
    return argname if long or isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """Thousands of tests and all of Django stay: the collector need not go through them again."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lest one process still works alone at a long one when the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """`migrate` then finds all of it done."""
    make_template(os.environ)
    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE_DATABASE


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_fast():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        # A new connection has to read the whole catalogue again. The one that has just emptied the
        # tables is sound.
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda self: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_served():
    """The live server leaves them to WhiteNoise, as the web server does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "_should_handle", lambda self, path: False)
        yield


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _in_french():
    """Whatever language the last request of another test was answered in."""
    translation.activate("fr")


@pytest.fixture(scope="session", autouse=True)
def _french_has_plain_spaces():
    """Tests quote sentences as the code writes them, not as `make messages` compiles them, which
    tests/architecture/test_messages.py holds. Django's own French stays as it is.
    """
    plain = str.maketrans("\u00a0\u202f", "  ")
    for catalog in trans_real.translation("fr")._catalog._catalogs:
        for key, words in catalog.items():
            ours = isinstance(key, tuple) or key.split("\x04")[-1] == words.translate(plain)
            catalog[key] = words.translate(plain) if ours else words


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
