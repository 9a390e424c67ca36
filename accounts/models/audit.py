"""The audit trail: ids, digests and field names, never texts; rows are added, nothing else."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from accounts.models.triggers import append_only

WRITTEN_AT_ONCE = """
IF NEW.at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN
    RAISE EXCEPTION 'an act is written down at its moment'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'written_at_once';
END IF;
RETURN NEW;
"""


class AuditEntry(models.Model):
    """One act. `actor` is empty for what a machine did."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    act = models.CharField(max_length=60)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField(null=True)
    # The draft that the act concerns, so that a draft's page shows its whole history.
    draft_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["draft_id", "id"], name="audit_of_draft"),
            models.Index(fields=["account", "-id"], name="audit_of_account"),
            models.Index(fields=["actor", "-id"], name="audit_of_actor"),
            models.Index(fields=["act", "-id"], name="audit_of_act"),
        ]
        triggers = [
            # Nobody writes down an act of another day.
            pgtrigger.Trigger(
                name="written_at_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=WRITTEN_AT_ONCE,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.act}"
