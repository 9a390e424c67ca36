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
    """Installs the file as it is now, when it is still the one that this migration names: a newer
    migration names, and installs, a newer one.
    """

    def forwards(apps: Any, schema_editor: Any) -> None:
        text = functions_of(app)
        if sha256_of(text) == sha256:
            # A body may name a table that the same migration makes later.
            schema_editor.execute("SET LOCAL check_function_bodies = off", params=None)
            schema_editor.execute(text, params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)
