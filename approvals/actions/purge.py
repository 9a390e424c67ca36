"""Purging the images of a draft that came to nothing: the bytes go, the digest and the reason stay.

The act only marks the rows. The bytes are deleted afterwards, again and again until it is done,
and only while no account has the same image.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.functions import Mod, Now

from accounts import audit
from accounts.actions.base import action, require_text
from accounts.models import AuditEntry, Person
from approvals import images
from approvals.actions.base import lock_draft
from approvals.errors import NothingToPurge, WrongState
from approvals.message import Message
from approvals.models import Draft, DraftState, StoredImage
from approvals.models.image import ADDED

log = structlog.get_logger(__name__)

ENDED = (DraftState.REJECTED, DraftState.ABANDONED)


# A database trigger knows this age too.
KEPT_UNNAMED = dt.timedelta(days=30)
# The clock looks at one image in so many each hour: at each of them once in 30 days.
SLICES = 720
MAX_FORGOTTEN = 200


class ImageIsNamed(Func):
    """Of approvals/sql/functions.sql; the trigger asks it too."""

    function = "image_is_named"
    output_field = BooleanField()


class ImageIsNeeded(Func):
    """Of approvals/sql/functions.sql; the trigger asks it too."""

    function = "image_is_needed"
    output_field = BooleanField()


@dataclass(frozen=True)
class PurgeChoice:
    """What a purge of a draft would take, and what is kept because it serves elsewhere."""

    purged: list[StoredImage]
    kept: list[StoredImage]


def purge_choice(draft: Draft) -> PurgeChoice:
    """Of the images that the draft or a version of it names: nothing while it goes on."""
    if draft.state not in ENDED:
        return PurgeChoice([], [])
    named = digests_of(draft.messages).union(
        *(digests_of(revision.messages) for revision in draft.revisions.all())
    )
    rows = StoredImage.objects.filter(account=draft.account_id, sha256__in=named, purged_at=None)
    asked = list(rows.annotate(needed=ImageIsNeeded(F("account_id"), F("sha256"))).order_by("pk"))
    return PurgeChoice(
        purged=[row for row in asked if not row.needed], kept=[row for row in asked if row.needed]
    )


def digests_of(messages: Iterable[Message]) -> set[str]:
    return {image.sha256 for message in messages for image in message.images}


@action
def purge_images(*, actor: Person, draft_id: int, reason: str) -> int:
    """Purges what nothing else shows, for good; how many. Raises NotFound, Forbidden, WrongState,
    Invalid without a reason, NothingToPurge.
    """
    draft, _role = lock_draft(draft_id, actor, act="purge_images")
    reason = require_text(reason)
    if draft.state not in ENDED:
        raise WrongState
    chosen = purge_choice(draft).purged
    if not chosen:
        raise NothingToPurge
    for image in chosen:
        StoredImage.objects.filter(pk=image.pk).update(
            purged_at=Now(), purged_by=actor, purge_reason=reason
        )
        audit.record("image.purged", actor=actor, about=draft, subject=image, sha256=image.sha256)
    return len(chosen)


def unnamed_images(now: dt.datetime) -> list[StoredImage]:
    """Of this hour's slice, what was stored long ago and no draft names: tried and left out, or
    replaced by its crop. What was added lately, or to a draft that lately changed, may come back.
    """
    ago = now - KEPT_UNNAMED
    added = AuditEntry.objects.filter(act__in=ADDED.values(), subject_id=OuterRef("pk"))
    changed = Draft.objects.filter(pk=OuterRef("draft_id"), updated_at__gte=ago)
    lately = added.filter(Q(at__gte=ago) | Exists(changed))
    rows = StoredImage.objects.annotate(
        slice=Mod("pk", SLICES), named=ImageIsNamed(F("account_id"), F("sha256"))
    ).filter(
        ~Exists(lately), slice=int(now.timestamp() // 3600) % SLICES, purged_at=None, named=False
    )
    return list(rows.filter(created_at__lt=ago).order_by("pk")[:MAX_FORGOTTEN])


@action
def forget_image(image: StoredImage) -> None:
    """Purges what no draft names. Raises Constrained when one has just taken it."""
    standing = StoredImage.objects.filter(pk=image.pk, purged_at=None)
    if standing.update(purged_at=Now()):
        audit.record(
            "image.forgotten",
            actor=None,
            account=image.account_id,
            subject=image,
            sha256=image.sha256,
        )


def images_to_delete() -> QuerySet[StoredImage]:
    """Purged, and no account has the same image now."""
    alive = StoredImage.objects.filter(sha256=OuterRef("sha256"), purged_at=None)
    return StoredImage.objects.filter(
        ~Exists(alive), purged_at__isnull=False, bytes_deleted_at=None
    )


@action
def delete_bytes(sha256: str) -> None:
    """Deletes a purged image from the storage, unless somebody has just brought it again. Raises
    what the storage raises: it is tried again.
    """
    lock_bytes(sha256)
    rows = images_to_delete().filter(sha256=sha256)
    if not rows.exists():
        return
    default_storage.delete(images.path_of(sha256))
    default_storage.delete(images.poster_path_of(sha256))
    rows.update(bytes_deleted_at=Now())
    log.info("image deleted", sha256=sha256)


def lock_bytes(sha256: str) -> None:
    """Who deletes these bytes and who counts on them take turns, one transaction each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])


def purges_of(draft: Draft) -> dict[str, StoredImage]:
    """The images that its text names and that were purged since it was last saved, by digest; one
    query, for a draft that came to nothing.
    """
    if draft.state not in ENDED:
        return {}
    rows = StoredImage.objects.filter(
        account=draft.account_id,
        sha256__in=digests_of(draft.messages),
        purged_at__gt=draft.updated_at,
    )
    return {row.sha256: row for row in rows}
