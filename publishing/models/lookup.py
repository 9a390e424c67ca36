"""Lookups at X, as rows: for what is uncertain, for what was given up, for what was published."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from publishing.models.states import PartState


class LookupKind(models.TextChoices):
    UNCERTAIN = "lookups", _("recherche d’un envoi incertain")
    GIVEN_UP = "given_up", _("recherche d’un envoi abandonné")
    READ_BACK = "read_back", _("relecture d’un envoi diffusé")
    RETRACTED = "retracted", _("relecture d’un envoi retiré")
    BEFORE_ACT = "before_act", _("dernière recherche avant une décision")
    POINTED = "pointed", _("vérification d’un lien donné")


class LookupResult(models.TextChoices):
    NONE = "", _("à venir")
    FOUND = "found", _("trouvé sur X")
    ABSENT = "absent", _("pas trouvé sur X")
    UNREADABLE = "unreadable", _("X n’a pas répondu")
    DIFFERS = "differs", _("diffère")
    OTHER_ACCOUNT = "other", _("d’un autre compte")
    CANCELLED = "cancelled", _("sans objet")


# Those that read the account's timeline; the others read one post by its id.
SEARCHES = (LookupKind.UNCERTAIN, LookupKind.GIVEN_UP, LookupKind.BEFORE_ACT)
# What of its series an uncertain part still has ahead; when none is left, people decide.
AHEAD_OF_DECISION = models.Q(
    kind=LookupKind.UNCERTAIN, done_at=None, part__state=PartState.UNCERTAIN
)


class Lookup(models.Model):
    """One lookup due at `due_at`. The last of a series counts as made even if X did not answer."""

    part = models.ForeignKey("publishing.Part", on_delete=models.PROTECT, related_name="lookups")
    kind = models.CharField(max_length=12, choices=LookupKind.choices)
    due_at = models.DateTimeField()
    is_last = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    # The post that a person says it is; the confirmation that waits for this look.
    x_id = models.CharField(max_length=30, default="", blank=True)
    confirmation = models.ForeignKey(
        "publishing.Confirmation", on_delete=models.PROTECT, null=True, related_name="lookups"
    )
    result = models.CharField(max_length=10, choices=LookupResult.choices, default="", blank=True)
    # X's own, when it did not let itself be read.
    status = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(done_at__isnull=True), name="lookups_due"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="done_stays_done",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="same_lookup", fields=["part", "kind", "is_last", "confirmation"]
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.part_id}: {self.result}"
