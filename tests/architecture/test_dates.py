"""A date with its month in words goes through `long_date`, which writes « 1er »."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for folder in ("templates", "x_sandbox") for path in (ROOT / folder).rglob("*.html")
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_the_first_of_a_month_as_1(path):
    assert not re.findall(r"\|date:[\"'][^\"']*j[^\"']*[\"']", path.read_text())
