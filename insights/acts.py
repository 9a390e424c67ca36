"""The acts of insights in words, for the trail and a draft's history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import Sentence
from insights.models import ExportKind

WORDS: dict[str, Sentence] = {
    "export.asked": _("a demandé un document"),
    "export.made": _("Document établi"),
    "export.failed": _("Document abandonné : il n’a pas pu être établi"),
    "export.fetched": _("a téléchargé un document"),
    "lesson.written": _("a ajouté un retour d’expérience"),
    "lesson.weighed": _("a pesé un retour d’expérience"),
    "lesson.decided": _("Deux personnes ont décidé d’un retour d’expérience"),
    "instructions.published": _("a publié une édition des éléments d’instruction"),
}
DETAILS: dict[str, Sentence] = {
    "document": _("document : %(value)s"),
    "edition": _("édition n° %(value)s"),
    "lesson": _("retour d’expérience n° %(value)s"),
    "period": _("période : %(value)s"),
}
VALUES: dict[str, dict[str, Sentence]] = {"document": dict(ExportKind.choices)}
