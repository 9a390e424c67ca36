"""Retractions: deleting a live post on X, with a reason, verified by reading."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from approvals.models.search import searchable
from publishing.models.publication import draft_of

PLANNED_AFTER_END = """
IF NOT EXISTS (
    SELECT 1 FROM approvals_draft d JOIN publishing_publication p ON p.account_id = d.account_id
    WHERE d.id = NEW.after_id AND p.id = NEW.publication_id AND d.follow_up = 'end_of_search'
) THEN
    RAISE EXCEPTION 'a retraction is planned for when the end of the search is on X'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'planned_after_end_of_search';
END IF;
RETURN NEW;
"""


class RetractionState(models.TextChoices):
    REQUESTED = "requested", _("demandé")
    DELETING = "deleting", _("suppression en cours")
    VERIFIED = "verified", _("vérifié : ce n’est plus sur X")
    FAILING = "failing", _("X ne supprime pas : nouvel essai")
    CANCELLED = "cancelled", _("sans objet")


class Retraction(models.Model):
    publication = models.ForeignKey(
        "publishing.Publication", on_delete=models.PROTECT, related_name="retractions"
    )
    reason = models.TextField(_("motif"))
    requested_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=10, choices=RetractionState.choices, default=RetractionState.REQUESTED
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now(), null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication"],
                condition=models.Q(ended_at__isnull=True),
                name="one_standing_retraction",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(ended_at__isnull=True),
                name="retractions_due",
            )
        ]
        triggers = [
            searchable(
                "searchable",
                f"search_add({draft_of('NEW.publication_id')}, 'retraction', NULL,"
                " NEW.requested_by_id, NEW.requested_at, NEW.reason)",
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"retraction of {self.publication_id}: {self.state}"


class PlannedRetraction(models.Model):
    """A retraction that somebody asked for as soon as `after`, which ends the search, is on X."""

    publication = models.ForeignKey(
        "publishing.Publication", on_delete=models.PROTECT, related_name="planned_retractions"
    )
    after = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("motif"))
    planned_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(db_default=Now(), editable=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "after"], name="planned_once")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="planned_after_end_of_search",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=PLANNED_AFTER_END,
            ),
            pgtrigger.ReadOnly(name="same_plan", exclude=["done_at"]),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"retraction of {self.publication_id} after {self.after_id}"
