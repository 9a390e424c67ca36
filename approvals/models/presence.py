"""Who has a draft before their eyes at this moment: no act, and nothing of it is in the trail."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Presence(models.Model):
    """That somebody's page of a draft was there at `seen_at`, to read it or to write. Rows that are
    old say nothing, and are deleted.
    """

    draft = models.ForeignKey("approvals.Draft", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    writing = models.BooleanField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "person", "writing"], name="present_once_each_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.person_id}"
