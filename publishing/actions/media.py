"""The media of a post on their way: the bytes read again, their digests, their uploads."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from approvals.digest import SignedContent, digest_of
from approvals.images import digest_of_stored
from approvals.message import Image
from publishing.actions.pieces import keep_upload, upload_in_pieces
from publishing.gateway import ApiResult, upload_image
from publishing.models import Attempt, Outcome, Phase, Reason

if TYPE_CHECKING:
    from publishing.actions.send import Claimed

log = structlog.get_logger(__name__)

# X keeps an upload for a day: one that is nearly over is made anew.
MEDIA_MARGIN = 3600
# What is larger waits on the disk of the worker.
MAX_IN_MEMORY = 6 * 1024 * 1024


def prepare(claimed: Claimed) -> tuple[str, tuple[str, ...]] | ApiResult:
    """The digest over the very bytes to be sent, and the ids of their uploads.

    All the images of a thread are read before its first message leaves: none begins that could
    not be ended. One that is gone, or altered, changes the digest: it is the turn's to say so.
    """
    signed = SignedContent.read(claimed.content)
    if not any(message.images for message in signed.messages):
        return digest_of(signed.canonical()), ()
    with contextlib.ExitStack() as until_sent:
        until_sent.enter_context(_renewing(claimed.attempt_id))
        copies: dict[str, IO[bytes]] = {
            image.sha256: until_sent.enter_context(tempfile.SpooledTemporaryFile(MAX_IN_MEMORY))
            for image in claimed.message.images
        }
        try:
            stored = _read_again(signed, copies)
        except Exception as error:  # whatever the storage raises, nothing was sent
            log.warning("media unreadable", attempt=claimed.attempt_id, error=type(error).__name__)
            return ApiResult(Outcome.NOT_SENT, Reason.MEDIA_UNREADABLE)
        digest = digest_of(stored.canonical())
        if digest != digest_of(claimed.content):
            log.error("media altered or gone", attempt=claimed.attempt_id)
            return digest, ()
        sent = _all_uploaded(claimed, copies)
    return sent if isinstance(sent, ApiResult) else (digest, sent)


def _all_uploaded(claimed: Claimed, copies: dict[str, IO[bytes]]) -> tuple[str, ...] | ApiResult:
    """The ids of the uploads, or why one of them is none."""
    media_ids: list[str] = []
    for image in claimed.message.images:
        sent = _uploaded(claimed, image, copies[image.sha256])
        if isinstance(sent, ApiResult):
            return sent
        media_ids.append(sent)
    return tuple(media_ids)


def _read_again(signed: SignedContent, copies: dict[str, IO[bytes]]) -> SignedContent:
    """The content with the digests of the media as they are now; the bytes of those to be sent are
    copied as they are read, so that what was judged is what is sent.
    """

    def again(image: Image) -> Image:
        try:
            return replace(image, sha256=digest_of_stored(image.sha256, copies.get(image.sha256)))
        except FileNotFoundError:
            return replace(image, sha256="")

    messages = tuple(
        replace(message, images=tuple(map(again, message.images))) for message in signed.messages
    )
    return replace(signed, messages=messages)


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


def _uploaded(claimed: Claimed, image: Image, copy: IO[bytes]) -> str | ApiResult:
    """The media id of an upload still good, or of a new one."""
    known = claimed.media.get(image.sha256)
    if known and float(known["expires"]) < time.time() + MEDIA_MARGIN:
        known = None
    if image.moves:
        return upload_in_pieces(claimed, image, copy, known)
    if known:
        return known["id"]
    copy.seek(0)
    raw = copy.read()
    mime = _mime(raw)
    upload = upload_image(claimed.credentials, f"image.{mime[6:]}", raw, mime, image.alt)
    if isinstance(upload, ApiResult):
        return upload
    entry = {"id": upload.media_id, "expires": str(time.time() + upload.good_for)}
    keep_upload(claimed, image, entry)
    return upload.media_id


def _mime(raw: bytes) -> str:
    if raw.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if raw[8:12] == b"WEBP" else "image/jpeg"


def renew(attempt_id: int) -> None:
    """Says that the worker of this attempt is still at it."""
    Attempt.objects.filter(pk=attempt_id, phase=Phase.PREPARING).update(renewed_at=Now())
