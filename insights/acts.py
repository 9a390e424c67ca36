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
    "invitation.noted": _("a noté une invitation à suivre le compte"),
    "invitation.corrected": _("a corrigé une invitation"),
    "invitation.answered": _("a noté la réponse à une invitation"),
    "invitation.forgotten": _("a oublié une personne invitée, à sa demande"),
    "invitations.read": _("a noté les invitations d’un fichier"),
    "invitations.fetched": _("a téléchargé les invitations"),
}
DETAILS: dict[str, Sentence] = {
    "document": _("document : %(value)s"),
    "edition": _("édition n° %(value)s"),
    "invitations": _("invitations : %(value)s"),
    "lesson": _("retour d’expérience n° %(value)s"),
    "period": _("période : %(value)s"),
}
VALUES: dict[str, dict[str, Sentence]] = {"document": dict(ExportKind.choices)}
