"""Images that were stored for an account: whose they are, and what they are."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from accounts.models.triggers import append_only

SIDE_AND_SIZE = {"width__gte": 1, "height__gte": 1, "size__gte": 1, "size__lte": 5_000_000}

# A draft shows, and a revision sends, images of its own account only.
IMAGES_OF_ACCOUNT = """
IF EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*]') part
    WHERE jsonb_array_length(part->'images') > 4
) OR EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*].images[*]') image
    WHERE NOT EXISTS (SELECT 1 FROM approvals_storedimage s
                      WHERE s.account_id = NEW.account_id AND s.sha256 = image->>'sha256')
) THEN
    RAISE EXCEPTION 'a message has at most four images, all of them its account''s'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'images_of_account';
END IF;
RETURN NEW;
"""

IMAGES_DESCRIBED = """
IF EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.content::jsonb, '$.parts[*].images[*]') image
    WHERE coalesce(char_length(btrim(image->>'alt')), 0) NOT BETWEEN 1 AND 1000
) THEN
    RAISE EXCEPTION 'each image that is submitted is described'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'images_described';
END IF;
RETURN NEW;
"""


def images_of_account() -> pgtrigger.Trigger:
    """For drafts."""
    return pgtrigger.Trigger(
        name="images_of_account",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=IMAGES_OF_ACCOUNT,
    )


def images_described() -> pgtrigger.Trigger:
    """For revisions."""
    return pgtrigger.Trigger(
        name="images_described",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=IMAGES_DESCRIBED,
    )


class StoredImage(models.Model):
    """An image of an account. Its bytes are in the storage, under their digest; what it says
    (`alt`) belongs to the draft that shows it.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="image_once_an_account"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="image_by_its_digest"
            ),
            models.CheckConstraint(
                condition=models.Q(mime__in=["image/jpeg", "image/png", "image/webp"]),
                name="image_of_known_kind",
            ),
            models.CheckConstraint(condition=models.Q(**SIDE_AND_SIZE), name="image_within_limits"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.sha256[:12]}"
