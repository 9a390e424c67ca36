"""The functions of the database are those of the files, and a migration installs the newest."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.sql import functions_of, sha256_of
from tests.architecture.test_layers import ROOT

APPS = sorted(path.parents[1].name for path in ROOT.glob("*/sql/functions.sql"))


@pytest.mark.parametrize("app", APPS)
def test_the_newest_text_is_installed_by_a_migration(app):
    named = "".join(file.read_text() for file in (ROOT / app / "migrations").glob("*.py"))
    assert sha256_of(functions_of(app)) in named, (
        f"{app}/sql/functions.sql changed: add a migration that says "
        f'install_functions("{app}", "{sha256_of(functions_of(app))}")'
    )


OF_FILE = {app: set(re.findall(r"FUNCTION (\w+)\(", functions_of(app))) for app in APPS}


def text_of(app: str, migration: str) -> str:
    """What a migration runs: its own text, and that of the file which it installs."""
    text = (ROOT / app / "migrations" / f"{migration}.py").read_text()
    return text + functions_of(app) if installs_file(app, text) else text


def installs_file(app: str, text: str) -> bool:
    return f'install_functions("{app}", ' in text


def missing_dependencies(texts: dict[tuple[str, str], str], before) -> set[tuple[str, str, str]]:
    """(app, migration, function): it uses another app's function, and no migration that it depends
    on made it. `before` gives the migrations that one depends on.
    """
    missing = set()
    for (app, migration), text in texts.items():
        others = {name: other for other in APPS if other != app for name in OF_FILE[other]}
        for name in others.keys() & set(re.findall(r"\b(\w+)\(", text)):
            made = [one for one in before((app, migration)) if one[0] == others[name]]
            if not any(f"FUNCTION {name}(" in texts[one] for one in made):
                missing.add((app, migration, name))
    return missing


def test_a_migration_depends_on_what_made_the_functions_of_others_that_it_uses():
    graph = MigrationLoader(None).graph
    texts = {key: text_of(*key) for key in graph.nodes if key[0] in APPS}
    assert missing_dependencies(texts, graph.forwards_plan) == set()


def test_a_migration_that_forgets_to_depend_is_found():
    made, uses = ("approvals", "0001"), ("publishing", "0001")
    texts = {made: "CREATE FUNCTION quorum_met(bigint)", uses: "IF quorum_met(NEW.id) THEN"}
    assert missing_dependencies(texts, lambda key: [made, key]) == set()
    assert missing_dependencies(texts, lambda key: [key]) == {(*uses, "quorum_met")}


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
