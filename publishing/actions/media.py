"""The images of a post on their way: the bytes read again, their digests, their uploads."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from approvals.digest import SignedContent, digest_of
from approvals.images import stored_bytes
from approvals.message import Image
from publishing.gateway import ApiResult, upload_image
from publishing.models import Attempt, Outcome, Part, Phase, Reason

if TYPE_CHECKING:
    from publishing.actions.send import Claimed

log = structlog.get_logger(__name__)

# X keeps an upload for a day: one that is nearly over is made anew.
MEDIA_MARGIN = 3600


def prepare(claimed: Claimed) -> tuple[str, tuple[str, ...]] | ApiResult:
    """The digest over the very bytes to be sent, and the ids of their uploads.

    All the images of a thread are read before its first message leaves: none begins that could
    not be ended. One that is gone, or altered, changes the digest: it is the turn's to say so.
    """
    signed = SignedContent.read(claimed.content)
    if not any(message.images for message in signed.messages):
        return digest_of(signed.canonical()), ()
    images = claimed.message.images
    try:
        stored, own = _read_again(signed, {image.sha256 for image in images})
    except Exception as error:  # whatever the storage raises, nothing was sent
        log.warning("media unreadable", attempt=claimed.attempt_id, error=type(error).__name__)
        return ApiResult(Outcome.NOT_SENT, Reason.MEDIA_UNREADABLE)
    digest = digest_of(stored.canonical())
    if digest != digest_of(claimed.content):
        log.error("media altered or gone", attempt=claimed.attempt_id)
        return digest, ()
    media_ids: list[str] = []
    with _renewing(claimed.attempt_id):
        for image in images:
            sent = _uploaded(claimed, image, own[image.sha256])
            if isinstance(sent, ApiResult):
                return sent
            media_ids.append(sent)
    return digest, tuple(media_ids)


def _read_again(signed: SignedContent, wanted: set[str]) -> tuple[SignedContent, dict[str, bytes]]:
    """The content with the digests of the images as they are now; the bytes of those wanted."""
    kept: dict[str, bytes] = {}

    def again(image: Image) -> Image:
        try:
            raw = stored_bytes(image.sha256)
        except FileNotFoundError:
            raw = b""
        if image.sha256 in wanted:
            kept[image.sha256] = raw
        return replace(image, sha256=hashlib.sha256(raw).hexdigest())

    messages = tuple(
        replace(message, images=tuple(map(again, message.images))) for message in signed.messages
    )
    return replace(signed, messages=messages), kept


@contextlib.contextmanager
def _renewing(attempt_id: int) -> Iterator[None]:
    """Says again and again that this worker is at it: an upload may be slow."""
    renew(attempt_id)
    done = threading.Event()

    def go_on() -> None:
        try:
            while not done.wait(settings.DURATIONS.attempt_renew):
                renew(attempt_id)
        finally:
            connection.close()

    beat = threading.Thread(target=go_on, daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _uploaded(claimed: Claimed, image: Image, raw: bytes) -> str | ApiResult:
    """The media id of an upload still good, or of a new one."""
    known = claimed.media.get(image.sha256)
    if known and float(known["expires"]) > time.time() + MEDIA_MARGIN:
        return known["id"]
    mime = _mime(raw)
    upload = upload_image(claimed.credentials, f"image.{mime[6:]}", raw, mime, image.alt)
    if isinstance(upload, ApiResult):
        return upload
    part = Part.objects.get(attempts=claimed.attempt_id)
    part.media[image.sha256] = {
        "id": upload.media_id,
        "expires": str(time.time() + upload.good_for),
    }
    Part.objects.filter(pk=part.pk).update(media=part.media)
    return upload.media_id


def _mime(raw: bytes) -> str:
    if raw.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if raw[8:12] == b"WEBP" else "image/jpeg"


def renew(attempt_id: int) -> None:
    """Says that the worker of this attempt is still at it."""
    Attempt.objects.filter(pk=attempt_id, phase=Phase.PREPARING).update(renewed_at=Now())
