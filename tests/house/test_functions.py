"""The functions of the database are those of the files, and a migration installs the newest."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from accounts.sql import functions_of, sha256_of
from tests.house.test_house import ROOT

APPS = sorted(path.parents[1].name for path in ROOT.glob("*/sql/functions.sql"))


@pytest.mark.parametrize("app", APPS)
def test_the_newest_text_is_installed_by_a_migration(app):
    named = "".join(file.read_text() for file in (ROOT / app / "migrations").glob("*.py"))
    assert sha256_of(functions_of(app)) in named, (
        f"{app}/sql/functions.sql changed: add a migration that says "
        f'install_functions("{app}", "{sha256_of(functions_of(app))}")'
    )


@pytest.mark.django_db
def test_what_is_installed_is_what_the_files_say():
    pattern = r"CREATE OR REPLACE FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$;"
    written = {
        name: body
        for app in APPS
        for name, body in re.findall(pattern, functions_of(app), re.DOTALL)
    }
    assert len(written) >= 5
    with connection.cursor() as cursor:
        asked = "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)"
        cursor.execute(asked, [list(written)])
        assert dict(cursor.fetchall()) == written
