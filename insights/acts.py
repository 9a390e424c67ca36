"""The acts of insights in words, as the trail says them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import Sentence
from insights.models import ExportKind

WORDS: dict[str, Sentence] = {
    "export.asked": _("a demandé un document"),
    "export.made": _("Document établi"),
    "export.failed": _("Document abandonné : il n’a pas pu être établi"),
    "export.fetched": _("a téléchargé un document"),
}
DETAILS: dict[str, Sentence] = {
    "document": _("document : %(value)s"),
    "period": _("période : %(value)s"),
}
VALUES: dict[str, dict[str, Sentence]] = {"document": dict(ExportKind.choices)}
