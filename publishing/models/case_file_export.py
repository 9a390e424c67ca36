"""The PDF of a case file that somebody asked for: made by a worker, kept for an hour."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class CaseFileExport(models.Model):
    """The bytes are in the row: a deleted row leaves no file behind. `next_try_at` is empty once
    they are there, or once it was given up; only who asked may fetch them.
    """

    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    next_try_at = models.DateTimeField(null=True, db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    content = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(made_at=None, content=None, sha256="")
                | models.Q(made_at__isnull=False, content__isnull=False, next_try_at=None),
                name="case_file_made_whole",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="case_files_to_make",
            ),
            models.Index(fields=["draft", "asked_by"], name="case_files_of_draft"),
            models.Index(fields=["asked_at"], name="case_files_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.sha256[:12]}"

    @property
    def failed(self) -> bool:
        return self.made_at is None and self.next_try_at is None
