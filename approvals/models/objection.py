"""Objections: what one reviewer raises holds a text until it is lifted."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from accounts.roles import Role
from approvals.models.search import searchable

# Who may object gives verdicts too, but for the approval of one's own words: see REVIEW_ENTITLED.
# `objection_stands(draft)` is a function of the database, in approvals/sql/functions.sql.
RAISED_BY_REVIEWER = """
IF NEW.lifted_at IS NOT NULL OR NEW.lifted_by_id IS NOT NULL
   OR NEW.raised_at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN
    RAISE EXCEPTION 'an objection is of the moment at which it is raised, and stands'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_raised_now';
END IF;
IF NOT EXISTS (
    SELECT 1 FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
    WHERE r.id = NEW.revision_id AND r.draft_id = NEW.draft_id AND r.closed_at IS NULL
      AND NEW.role = reviewer_role(d.account_id, NEW.raised_by_id)
) OR NEW.role = 'seat' AND EXISTS (
    SELECT 1 FROM approvals_contributor c
    WHERE c.draft_id = NEW.draft_id AND c.person_id = NEW.raised_by_id
) THEN
    RAISE EXCEPTION 'a reviewer of the account objects to the open revision of the draft'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_entitled';
END IF;
RETURN NEW;
"""

LIFTED_BY_WHO_MAY = """
IF NEW.lifted_at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN
    RAISE EXCEPTION 'an objection is lifted at the moment at which somebody lifts it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_lifted_now';
END IF;
IF NEW.lifted_by_id <> OLD.raised_by_id AND (
    NEW.lifting_reason = ''
    OR reviewer_role((SELECT account_id FROM approvals_draft WHERE id = NEW.draft_id),
                     NEW.lifted_by_id) IS DISTINCT FROM 'supervision'
    OR EXISTS (SELECT 1 FROM approvals_contributor c
               WHERE c.draft_id = NEW.draft_id AND c.person_id = NEW.lifted_by_id)
) THEN
    RAISE EXCEPTION 'who raised an objection lifts it, or a supervisor who wrote nothing of the '
                    'text, with a reason'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_lifted_by_who_may';
END IF;
RETURN NEW;
"""


class Objection(models.Model):
    """« Je m’oppose »: while one stands, its draft is neither released nor sent, whatever revision
    it has come to. `revision` is the one that the objector read.
    """

    draft = models.ForeignKey(
        "approvals.Draft", on_delete=models.PROTECT, related_name="objections"
    )
    revision = models.ForeignKey("approvals.Revision", on_delete=models.PROTECT)
    raised_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="objections_raised"
    )
    role = models.CharField(max_length=12)
    reason = models.TextField(_("motif"), max_length=4000)
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    lifting_reason = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "raised_by"],
                condition=models.Q(lifted_at__isnull=True),
                name="objection_stands_once",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="objection_has_reason"),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="objection_lifted_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="raised_by_reviewer",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=RAISED_BY_REVIEWER,
            ),
            searchable(
                "searchable",
                "search_add(NEW.draft_id, 'objection', NEW.revision_id, NEW.raised_by_id,"
                " NEW.raised_at, NEW.reason)",
            ),
            searchable(
                "searchable_lifting",
                "search_add(NEW.draft_id, 'lifting', NEW.revision_id, NEW.lifted_by_id,"
                " NEW.lifted_at, NEW.lifting_reason)",
                changed=("lifting_reason",),
            ),
            pgtrigger.Trigger(
                name="lifted_by_who_may",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=True),
                func=LIFTED_BY_WHO_MAY,
            ),
            pgtrigger.ReadOnly(
                name="immutable", exclude=["lifted_at", "lifted_by", "lifting_reason"]
            ),
            pgtrigger.Protect(
                name="lifted_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.raised_by_id}"

    @property
    def role_label(self) -> str:
        """What who objected was on the account, in words."""
        return str(Role(self.role).label)
