"""Images that were stored for an account: whose they are, and what they are."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from accounts.models.triggers import never_deleted
from approvals.message import MediaKind

SIDE_AND_SIZE = {"width__gte": 1, "height__gte": 1, "size__gte": 1}
# What X takes of each, and of which kind it is.
MAX_BYTES = {
    "image/jpeg": 5_000_000,
    "image/png": 5_000_000,
    "image/webp": 5_000_000,
    "image/gif": 15_000_000,
    "video/mp4": 512_000_000,
}
KINDS: dict[str, MediaKind] = {"image/gif": "gif", "video/mp4": "video"}
# What the trail calls the arrival of each.
ADDED: dict[MediaKind, str] = {
    "image": "image.added",
    "gif": "gif.added",
    "video": "video.added",
}

# A draft shows, and a revision sends, images of its own account only, none that was purged: the
# rows are locked, so that none is while the draft takes it.
IMAGES_OF_ACCOUNT = """
IF TG_OP = 'UPDATE' AND NEW.parts IS NOT DISTINCT FROM OLD.parts THEN
    RETURN NEW;
END IF;
PERFORM 1 FROM approvals_storedimage s
WHERE s.account_id = NEW.account_id AND s.purged_at IS NULL AND s.sha256 IN (
    SELECT image->>'sha256' FROM jsonb_path_query(NEW.parts, '$[*].images[*]') image)
FOR SHARE;
IF EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*]') part
    WHERE jsonb_array_length(part->'images') > 4
) OR EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*].images[*]') image
    WHERE NOT EXISTS (SELECT 1 FROM approvals_storedimage s
                      WHERE s.account_id = NEW.account_id AND s.sha256 = image->>'sha256'
                        AND s.purged_at IS NULL
                        AND coalesce(image->>'kind', 'image') = media_kind(s.mime))
) THEN
    RAISE EXCEPTION 'a message has at most four images, all of them its account''s'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'images_of_account';
END IF;
IF EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*]') part
    WHERE jsonb_array_length(part->'images') > 1
      AND jsonb_path_exists(part, '$.images[*] ? (exists (@.kind))')
) THEN
    RAISE EXCEPTION 'a GIF or a video stands alone in its message'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'moving_media_alone';
END IF;
IF EXISTS (
    SELECT 1 FROM jsonb_path_query(NEW.parts, '$[*].images[*] ? (exists (@.captions))') image
    WHERE coalesce(image->>'kind', 'image') <> 'video'
       OR coalesce(char_length(image->>'captions'), 0) NOT BETWEEN 1 AND 10000
) THEN
    RAISE EXCEPTION 'captions are those of a video, within their limit'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'captions_of_video';
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


# `image_is_needed(account, sha256)` is a function of the database, in approvals/sql/functions.sql.
PURGED_BY_WHO_MAY = """
IF TG_OP = 'INSERT' AND NEW.purged_at IS NULL AND NEW.bytes_deleted_at IS NULL THEN
    RETURN NEW;
END IF;
IF TG_OP = 'INSERT' OR OLD.purged_at IS NOT NULL AND (
    NEW.bytes_deleted_at IS NULL OR OLD.bytes_deleted_at IS NOT NULL
    OR (NEW.purged_at, NEW.purged_by_id, NEW.purge_reason)
       IS DISTINCT FROM (OLD.purged_at, OLD.purged_by_id, OLD.purge_reason)
) THEN
    RAISE EXCEPTION 'what is purged stays so, and its bytes are deleted once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'purged_stays_purged';
END IF;
IF OLD.purged_at IS NULL AND NOT coalesce(
    NEW.purged_at BETWEEN now() - interval '1 minute' AND clock_timestamp()
    AND NEW.purge_reason <> '' AND NEW.bytes_deleted_at IS NULL
    AND reviewer_role(NEW.account_id, NEW.purged_by_id) = 'supervision', false
) AND NOT coalesce(
    NEW.purged_at BETWEEN now() - interval '1 minute' AND clock_timestamp()
    AND NEW.purged_by_id IS NULL AND NEW.purge_reason = '' AND NEW.bytes_deleted_at IS NULL
    AND OLD.created_at < now() - interval '30 days'
    AND NOT image_is_named(NEW.account_id, NEW.sha256), false
) THEN
    RAISE EXCEPTION 'a supervisor of the account purges an image now, with a reason'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'purged_by_supervisor';
END IF;
IF OLD.purged_at IS NULL AND image_is_needed(NEW.account_id, NEW.sha256) THEN
    RAISE EXCEPTION 'an image that a draft shows, or that was released, is not purged'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'purged_when_unneeded';
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


def _within_limits() -> models.Q:
    limit = models.Q()
    for mime, most in MAX_BYTES.items():
        limit |= models.Q(mime=mime, size__lte=most)
    return limit


class StoredImage(models.Model):
    """An image, GIF or video of an account. Its bytes are in the storage, under their digest; what
    it says (`alt`) belongs to the draft that shows it. Purged, its row says so for ever and its
    bytes go; the same bytes uploaded again are another row. The clock purges what no draft ever
    named, by nobody and without a reason.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    # Of a video: how long it lasts. Those that came first do not say.
    milliseconds = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    purged_at = models.DateTimeField(null=True, editable=False)
    purged_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    purge_reason = models.TextField(max_length=1000, db_default="", default="", blank=True)
    bytes_deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sha256"],
                condition=models.Q(purged_at=None),
                name="image_once_an_account",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="image_by_its_digest"
            ),
            models.CheckConstraint(
                condition=models.Q(mime__in=list(MAX_BYTES)), name="image_of_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(**SIDE_AND_SIZE) & _within_limits(), name="image_within_limits"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "sha256"], name="images_by_digest"),
            models.Index(fields=["sha256"], name="images_of_any_account"),
            models.Index(
                fields=["purged_at"],
                condition=models.Q(purged_at__isnull=False, bytes_deleted_at=None),
                name="images_to_delete",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="immutable",
                exclude=["purged_at", "purged_by", "purge_reason", "bytes_deleted_at"],
            ),
            pgtrigger.Trigger(
                name="purged_by_who_may",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PURGED_BY_WHO_MAY,
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.sha256[:12]}"

    @property
    def kind(self) -> MediaKind:
        """`media_kind(mime)` in approvals/sql/functions.sql says the same."""
        return KINDS.get(self.mime, "image")
