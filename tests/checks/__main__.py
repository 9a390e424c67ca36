"""`make checks`: the table of each half of the corpus."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")
django.setup()

from tests.checks.measure import table  # noqa: E402 - after the settings

for half in ("writing", "measuring"):
    sys.stdout.write(table(half) + "\n\n")
