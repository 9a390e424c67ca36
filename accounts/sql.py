"""Functions of the database live in one file an app, which a migration installs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations


def functions_of(app: str) -> str:
    """The text of an app's functions."""
    return Path(settings.BASE_DIR, app, "sql", "functions.sql").read_text(encoding="utf-8")


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def install_functions(app: str, sha256: str) -> migrations.RunPython:
    """Installs the file as it is now. An older migration does so too, for what it makes may need a
    function; `sha256` names the text for which somebody wrote this one.
    """

    def forwards(apps: Any, schema_editor: Any) -> None:
        # A body may name a table that this migration or a later one makes.
        schema_editor.execute("SET LOCAL check_function_bodies = off", params=None)
        schema_editor.execute(functions_of(app), params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)
