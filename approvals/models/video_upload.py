"""Videos on their way from a browser, piece by piece."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from approvals.models.image import MAX_BYTES


class VideoUpload(models.Model):
    """A video that somebody is sending, until it is read: one at a time for each person and
    account. Its pieces are in the storage under `token`; `sha256` says what it became. Rows go
    when another video comes, or after a day.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    renewed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person"], name="one_upload_a_person_and_account"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    size__gte=1,
                    size__lte=MAX_BYTES["video/mp4"],
                    received__lte=models.F("size"),
                ),
                name="upload_within_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token}: {self.received}/{self.size}"

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
