"""One part of one release on its way: media, turn, one POST, its answer. No transaction is open
while X is spoken to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from approvals.digest import canonical, digest_of
from approvals.images import stored_bytes
from publishing.actions.claim import Claimed, claim, may_still_leave, renew, take_turn
from publishing.actions.record import apply_answer, close_unprepared, write_answer
from publishing.gateway import LeftTooLate, Reply, boot_clock, post, upload_image
from publishing.models import Outcome, Part, Reason

log = structlog.get_logger(__name__)

# A connection that stood within this many seconds needs no second look at the database.
FRESH_FOR = 0.5
# While PostgreSQL restarts; well within the 45 s after which the attempt is reaped.
PATIENCE = (0.2, 0.5, 1, 2, 4, 8)
# After this many seconds, the rest of an account is another task's.
LONGEST = 60
# X keeps an upload for a day: one that is nearly over is made anew.
MEDIA_MARGIN = 3600


def send_due(account_id: int, *, at_most: int = 50) -> int:
    """Sends what is due of one account, one after the other; how many parts were tried.

    Nothing is begun that a task's time limit could cut short: the scan wakes another.
    """
    began = boot_clock()
    for done in range(at_most):
        if boot_clock() - began > LONGEST:
            return done
        claimed = claim(account_id)
        if claimed is None:
            return done
        send(claimed)
    return at_most


def send(claimed: Claimed) -> None:
    """At most one POST of this part, and its answer written down before anything follows."""
    prepared = _prepare(claimed)
    if isinstance(prepared, Reply):
        close_unprepared(claimed.attempt_id, prepared)
        return
    digest, media_ids = prepared
    before_turn = boot_clock()
    if not take_turn(claimed, digest):
        return
    reply = post(
        claimed.line,
        claimed.text,
        last_look=_last_look(claimed.attempt_id, before_turn),
        reply_to=claimed.reply_to,
        media_ids=media_ids,
        reply_settings="" if claimed.reply_to else claimed.reply_settings,
    )
    log.info(
        "answer", attempt=claimed.attempt_id, outcome=str(reply.outcome), reason=str(reply.reason)
    )
    keep_answer(claimed.attempt_id, reply)
    apply_answer(claimed.attempt_id)


def keep_answer(attempt_id: int, reply: Reply) -> None:
    """Writes X's answer down, through a restart of PostgreSQL if need be: it is the only copy.

    Raises OperationalError when the database stays away; the reaper then calls it uncertain.
    """
    for pause in (*PATIENCE, None):
        try:
            write_answer(attempt_id, reply)
            return
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            connection.close()
            time.sleep(pause)


def _last_look(attempt_id: int, before_turn: float) -> Callable[[], None]:
    """A process that was stopped, or a slow connection: the database is asked once more.

    Counted from before the turn was taken, for a process may stop just after its commit.
    """

    def look() -> None:
        age = boot_clock() - before_turn
        if age < FRESH_FOR:
            return
        if age > settings.DURATIONS.post_total / 2 or not may_still_leave(attempt_id):
            raise LeftTooLate

    return look


def _prepare(claimed: Claimed) -> tuple[str, tuple[str, ...]] | Reply:
    """The digest over the very bytes to be sent, and the ids of their uploads.

    All the images of a thread are read before its first message leaves: none begins that could
    not be ended. One that is gone, or altered, changes the digest: it is the turn's to say so.
    """
    content: dict[str, Any] = json.loads(claimed.content)
    if not any(part["images"] for part in content["parts"]):
        return digest_of(canonical(content)), ()
    try:
        own = _read_again(content, {image["sha256"] for image in claimed.images})
    except Exception as error:  # whatever the storage raises, nothing was sent
        log.warning("media unreadable", attempt=claimed.attempt_id, error=type(error).__name__)
        return Reply(Outcome.NOT_SENT, Reason.MEDIA_UNREADABLE)
    digest = digest_of(canonical(content))
    if digest != digest_of(claimed.content):
        log.error("media altered or gone", attempt=claimed.attempt_id)
        return digest, ()
    media_ids: list[str] = []
    with _renewing(claimed.attempt_id):
        for image in claimed.images:
            sent = _uploaded(claimed, image["sha256"], own[image["sha256"]], image["alt"])
            if isinstance(sent, Reply):
                return sent
            media_ids.append(sent)
    return digest, tuple(media_ids)


def _read_again(content: dict[str, Any], wanted: set[str]) -> dict[str, bytes]:
    """Puts into `content` the digests of the images as they are now; the bytes of those wanted."""
    kept: dict[str, bytes] = {}
    for part in content["parts"]:
        for image in part["images"]:
            approved = image["sha256"]
            try:
                raw = stored_bytes(approved)
            except FileNotFoundError:
                raw = b""
            image["sha256"] = hashlib.sha256(raw).hexdigest()
            if approved in wanted:
                kept[approved] = raw
    return kept


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


def _uploaded(claimed: Claimed, sha256: str, raw: bytes, alt: str) -> str | Reply:
    """The media id of an upload still good, or of a new one."""
    known = claimed.media.get(sha256)
    if known and float(known["expires"]) > time.time() + MEDIA_MARGIN:
        return known["id"]
    mime = _mime(raw)
    upload = upload_image(claimed.line, f"image.{mime[6:]}", raw, mime, alt)
    if isinstance(upload, Reply):
        return upload
    part = Part.objects.get(attempts=claimed.attempt_id)
    part.media[sha256] = {
        "id": upload.media_id,
        "expires": str(time.time() + upload.good_for),
    }
    Part.objects.filter(pk=part.pk).update(media=part.media)
    return upload.media_id


def _mime(raw: bytes) -> str:
    if raw.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if raw[8:12] == b"WEBP" else "image/jpeg"
