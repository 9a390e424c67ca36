"""A draft's history in words, from the audit trail; never a text."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import (
    BigIntegerField,
    Case,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.audit_text import DETAILS, VALUES, WORDS, in_words
from accounts.errors import Sentence
from accounts.models import AuditEntry
from accounts.roles import Role
from approvals.models import (
    Category,
    Draft,
    FollowUp,
    ListName,
    Objection,
    Review,
    StoredImage,
)

# What upper layers do with a draft says itself: they add their acts when they are loaded.
ACTS: dict[str, Sentence] = {
    "draft.begun": _("a commencé le brouillon"),
    "draft.saved": _("a modifié le brouillon"),
    "image.added": _("a ajouté une image"),
    "gif.added": _("a ajouté un GIF"),
    "video.added": _("a ajouté une vidéo"),
    "image.purged": _("a purgé une image"),
    "image.forgotten": _("Image purgée : aucun brouillon ne la montrait"),
    "draft.submitted": _("a soumis le texte à la relecture"),
    "draft.taken_back": _("a repris le texte en rédaction"),
    "draft.abandoned": _("a abandonné le brouillon"),
    "draft.adopted": _("a adopté le brouillon, dont l’auteur n’est plus titulaire"),
    "draft.commented": _("a écrit dans le débat"),
    "draft.thread_resolved": _("a déclaré résolu un point du débat"),
    "draft.thread_reopened": _("a rouvert un point du débat"),
    "draft.wording_proposed": _("a proposé une autre formulation"),
    "draft.wording_taken": _("a accepté la formulation proposée"),
    "draft.wording_declined": _("a décliné la formulation proposée"),
    "draft.released": _("Tous les accords sont réunis : le texte est bon à diffuser"),
    "draft.review_reminded": _("Rappel à ceux dont l’avis est attendu"),
    "draft.review_escalated": _("Relecture en retard : les superviseurs en sont avertis"),
    "draft.author_warned": _("L’auteur a été prévenu : l’heure approche sans accord"),
    "review.approved": _("a approuvé le texte tel quel"),
    "review.changes": _("a demandé une modification"),
    "review.reject": _("a rejeté le texte"),
    "objection.raised": _("s’est opposé à la diffusion"),
    "objection.lifted": _("a levé une opposition"),
}
WORDS.update(ACTS)
WORDS.update(
    {
        "category_rule.set": _("a changé la règle d’accord d’une catégorie"),
        "category_rule.ended": _("a retiré la règle d’accord d’une catégorie"),
        "list.added": _("a ajouté à une liste des vérifications"),
        "list.removed": _("a retiré d’une liste des vérifications"),
        "list.tried": _("a essayé un changement d’une liste sur les derniers textes"),
        "reserve.added": _("a ajouté une période de réserve électorale"),
        "reserve.ended": _("a retiré une période de réserve électorale"),
        "template.proposed": _("a proposé un modèle"),
        "template.approved": _("a approuvé un modèle"),
        "template.ended": _("a retiré un modèle"),
    }
)
# What machines do step by step is in the trail; people want to read what came of it.
QUIET: set[str] = set()
# Where the reason of an act stands, which the trail never holds: a field of the row that the
# entry is about, or of the comment that it names.
REASONS: dict[str, tuple[type[models.Model], str]] = {
    "review.changes": (Review, "reason"),
    "review.reject": (Review, "reason"),
    "image.purged": (StoredImage, "purge_reason"),
    "objection.raised": (Objection, "reason"),
    "objection.lifted": (Objection, "lifting_reason"),
}
DETAILS.update(
    {
        "category": _("catégorie : %(value)s"),
        "comment": _("message n° %(value)s du débat"),
        "cropped_from": _("recadrée de l’image %(value)s"),
        "came_from": _("repris du brouillon n° %(value)s"),
        "follow_up": "%(value)s",
        "follows": _("à la suite du brouillon n° %(value)s"),
        "digest": _("empreinte %(value)s"),
        "list": _("liste : %(value)s"),
        "required": _("accords demandés : %(value)s"),
        "role": _("comme %(value)s"),
        "sha256": _("empreinte des octets : %(value)s"),
        "template": _("d’après le modèle n° %(value)s"),
        "template_id": _("modèle n° %(value)s"),
        "replaces": _("à la place du modèle n° %(value)s"),
        "value": _("empreinte de ce qui est essayé : %(value)s"),
        "version": _("enregistrement n° %(value)s"),
    }
)
VALUES["category"] = dict(Category.choices)
VALUES["list"] = dict(ListName.choices)
VALUES["follow_up"] = dict(FollowUp.choices)
VALUES["role"] = {Role.SEAT: _("titulaire"), Role.SUPERVISION: _("superviseur")}
VALUES["fields"] |= {
    "parts": _("texte ou images"),
    "category": _("catégorie"),
    "urgent": _("urgence"),
    "in_reply": _("réponse au message qu’il suit"),
    "requested_at": _("heure de diffusion"),
    "requested_local": _("heure telle qu’elle est dite"),
    "requested_zone": _("fuseau de cette heure"),
}


@dataclass
class HistoryLine:
    """One act, or a run of the same by one person: `at` is the last one's time; with the reason
    that was given for it.
    """

    at: dt.datetime
    who: str
    words: Sentence
    times: int = 1
    reason: str = ""


def entries_of(draft: Draft) -> QuerySet[AuditEntry, Any]:
    """The trail of a draft, the latest first, each entry with the `reason` given for its act."""
    by_source = defaultdict(list)
    for act, source in REASONS.items():
        by_source[source].append(act)
    named = Cast(KeyTextTransform("comment", "details"), BigIntegerField())
    reasons = [
        When(
            act__in=acts,
            then=Subquery(model._default_manager.filter(pk=OuterRef("about")).values(field)[:1]),
        )
        for (model, field), acts in by_source.items()
    ]
    rows = AuditEntry.objects.filter(draft_id=draft.pk).exclude(act__in=QUIET)
    return (
        rows.select_related("actor")
        .order_by("-id")
        .annotate(about=Coalesce(named, "subject_id"))
        .annotate(reason=Case(*reasons, default=Value(""), output_field=TextField()))
    )


def history_of(entries: Iterable[Any]) -> list[HistoryLine]:
    """What `entries_of` a draft say, in their order."""
    lines: list[HistoryLine] = []
    for entry in entries:
        words = str(WORDS.get(entry.act, entry.act))
        # What begins with a capital happened by itself: a name before it would make no sentence.
        who = entry.actor.name if entry.actor is not None and not words[0].isupper() else ""
        if outcome := in_words("outcome", entry.details.get("outcome")):
            words += f" ({outcome})"
        reason = entry.reason or ""
        last = lines[-1] if lines else None
        if last is not None and (last.who, last.words, last.reason) == (who, words, reason):
            last.times += 1
            continue
        lines.append(HistoryLine(entry.at, who, words, reason=reason))
    return lines
