"""Towns of another department, when the text is about a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.checks.folding import fold
from approvals.checks.names import towns

_AT = re.compile(
    "\\b(?:\u00e0|\u00c0|de|d'|d\u2019|sur|vers|pr\u00e8s de|commune de|ville de)[ ]?"
    "([A-Z\u00c0-\u00dc][a-z\u00df-\u00ff]+"
    "(?:[-' \u2019](?:[A-Z\u00c0-\u00dc]?[a-z\u00df-\u00ff]+)){0,5})"
)


def other_department(analysis: Analysis) -> Iterator[Finding]:
    """« à Rennes » under the account of another department."""
    department = analysis.context.department
    if not department:
        return
    for match in _AT.finditer(analysis.text):
        words = match[1]
        while words and fold(words) not in towns():
            words = re.split(r"[ ](?=[^ ]*$)", words)[0] if " " in words else ""
        if not words:
            continue
        where = towns()[fold(words)]
        if department in where:
            continue
        yield analysis.finding_in_text(
            "other_department",
            Severity.ADVICE,
            match.start(1),
            match.start(1) + len(words),
            _("« {words} » est une commune d’un autre département : vérifiez le lieu."),
        )
