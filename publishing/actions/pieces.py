"""What moves goes to X piece by piece, and X works on it: in steps, none of them long.

A step ends as « not sent » and is gone on with at the next try: meanwhile the worker is free for
other accounts. While pieces are sent, nothing of the upload stands in `Part.media`: after a worker
that died, it begins again under another id, for nobody knows which pieces X had, and what no post
uses X forgets.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from django.conf import settings

from approvals.message import Image
from publishing.gateway import (
    ApiResult,
    Processed,
    append_piece,
    begin_upload,
    boot_clock,
    caption_video,
    describe_media,
    finish_upload,
    upload_status,
)
from publishing.models import Outcome, Part, Reason

if TYPE_CHECKING:
    from publishing.actions.send import Claimed

# X takes up to 1,000 pieces: 512 MB are 128 of them.
PIECE = 4 * 1024 * 1024
CATEGORIES = {"gif": ("image/gif", "tweet_gif"), "video": ("video/mp4", "tweet_video")}
# Seconds between two questions about what X works on, whatever it asks for.
ASK_AGAIN = (1, 60)


def upload_in_pieces(
    claimed: Claimed, image: Image, copy: IO[bytes], known: dict[str, str] | None
) -> str | ApiResult:
    """The media id, once X has all of it and is done; else the step ended, or X said no."""
    if known and known.keys() == {"id", "expires"}:
        return known["id"]
    if not known or "working" not in known:
        keep_upload(claimed, image, None)
    result = _step(claimed, image, copy, known)
    if isinstance(result, ApiResult) and known and result.reason == Reason.MEDIA_REFUSED:
        # Of an upload of some time ago: X may have forgotten it.
        return replace(result, outcome=Outcome.NOT_SENT, reason=Reason.MEDIA_GONE)
    return result


def _step(
    claimed: Claimed, image: Image, copy: IO[bytes], known: dict[str, str] | None
) -> str | ApiResult:
    entry = known or _begin(claimed, image, copy)
    if isinstance(entry, ApiResult):
        return entry
    if "working" not in entry:
        stopped = _append(claimed, image, copy, entry)
        if stopped is not None:
            return stopped
        processed = finish_upload(claimed.credentials, entry["id"])
    else:
        processed = upload_status(claimed.credentials, entry["id"])
    if isinstance(processed, ApiResult):
        return processed
    if processed.state == "failed":
        keep_upload(claimed, image, None)
        return ApiResult(Outcome.REFUSED, Reason.MEDIA_UNUSABLE)
    entry = {"id": entry["id"], "expires": entry["expires"]}
    keep_upload(claimed, image, entry | {"working": "yes"})
    if processed.state == "working":
        return _goes_on(_ask_after(processed))
    undescribed = describe_media(claimed.credentials, entry["id"], image.alt)
    if undescribed is not None:
        return undescribed
    if image.captions:
        uncaptioned = _captioned(claimed, image, entry, known)
        if uncaptioned is not None:
            return uncaptioned
    keep_upload(claimed, image, entry)
    return entry["id"]


def _captioned(
    claimed: Claimed, image: Image, entry: dict[str, str], known: dict[str, str] | None
) -> ApiResult | None:
    """The captions go up as the video did, and X is told whose they are; why it stopped there."""
    captions = (known or {}).get("captions", "")
    if captions:
        processed = upload_status(claimed.credentials, captions)
    else:
        sent = _captions_sent(claimed, image.captions.encode())
        if isinstance(sent, ApiResult):
            return _of_captions(sent)
        captions = sent
        processed = finish_upload(claimed.credentials, captions)
    if isinstance(processed, ApiResult):
        return _of_captions(processed)
    if processed.state == "failed":
        return ApiResult(Outcome.REFUSED, Reason.CAPTIONS_REFUSED)
    if processed.state == "working":
        keep_upload(claimed, image, entry | {"working": "yes", "captions": captions})
        return _goes_on(_ask_after(processed))
    failed = caption_video(claimed.credentials, entry["id"], captions)
    return _of_captions(failed) if failed is not None else None


def _captions_sent(claimed: Claimed, raw: bytes) -> str | ApiResult:
    """Their id; they are one piece."""
    upload = begin_upload(claimed.credentials, len(raw), "text/srt", "subtitles")
    if isinstance(upload, ApiResult):
        return upload
    failed = append_piece(claimed.credentials, upload.media_id, 0, raw)
    return failed if failed is not None else upload.media_id


def _of_captions(result: ApiResult) -> ApiResult:
    """X's no to the file is one to the captions, for their author to read."""
    if result.reason == Reason.MEDIA_REFUSED:
        return replace(result, reason=Reason.CAPTIONS_REFUSED)
    return result


def _begin(claimed: Claimed, image: Image, copy: IO[bytes]) -> dict[str, str] | ApiResult:
    mime, category = CATEGORIES[image.kind]
    size = copy.seek(0, 2)
    upload = begin_upload(claimed.credentials, size, mime, category)
    if isinstance(upload, ApiResult):
        return upload
    return {"id": upload.media_id, "expires": str(time.time() + upload.good_for), "pieces": "0"}


def _append(
    claimed: Claimed, image: Image, copy: IO[bytes], entry: dict[str, str]
) -> ApiResult | None:
    """Sends the pieces that X has not had; why it stopped, when it did."""
    ends = boot_clock() + settings.DURATIONS.upload_step
    number = int(entry["pieces"])
    copy.seek(number * PIECE)
    while piece := copy.read(PIECE):
        if boot_clock() > ends:
            keep_upload(claimed, image, entry | {"pieces": str(number)})
            return _goes_on(0)
        failed = append_piece(claimed.credentials, entry["id"], number, piece)
        if failed is not None:
            return failed
        number += 1
    return None


def _ask_after(processed: Processed) -> float:
    least, most = ASK_AGAIN
    return min(max(processed.ask_after, least), most)


def _goes_on(after: float) -> ApiResult:
    return ApiResult(Outcome.NOT_SENT, Reason.MEDIA_ON_ITS_WAY, retry_after=after or None)


def keep_upload(claimed: Claimed, image: Image, entry: dict[str, str] | None) -> None:
    """What the next try finds of this upload; None forgets it."""
    part = Part.objects.get(attempts=claimed.attempt_id)
    part.media.pop(image.sha256, None)
    if entry is not None:
        part.media[image.sha256] = entry
    Part.objects.filter(pk=part.pk).update(media=part.media)
