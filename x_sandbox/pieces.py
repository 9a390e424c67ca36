"""Media that come piece by piece: announced, appended, finished, and worked on for a while."""

import mimetypes
import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from x_sandbox import problems
from x_sandbox.call import Call
from x_sandbox.problems import Answer, Problem
from x_sandbox.switches import Switches
from x_sandbox.world import Media, World, sha256

GIF_BYTES = 15 * 1024 * 1024
VIDEO_BYTES = 512 * 1024 * 1024
CAPTIONS_BYTES = 512 * 1024
PIECE_BYTES = 5 * 1024 * 1024
# Each category of what comes so: its type, and how much of it X takes.
CATEGORIES = {
    "tweet_gif": ("image/gif", GIF_BYTES),
    "tweet_video": ("video/mp4", VIDEO_BYTES),
    "subtitles": ("text/srt", CAPTIONS_BYTES),
}
_UNFIT = "Your media could not be processed."


@dataclass
class _Coming:
    """An upload that is not finished; a restart forgets it."""

    account: str
    category: str
    size: int
    pieces: list[bytes] = field(default_factory=list)


class Pieces:
    """The four calls of a chunked upload."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world = world
        self.switches = switches
        self.coming: dict[str, _Coming] = {}

    def initialize(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        category, size = str(body.get("media_category")), body.get("total_bytes")
        mime, most = CATEGORIES.get(category, ("", 0))
        if not most or body.get("media_type") != mime:
            raise Problem(problems.invalid("`media_category` and `media_type` must agree."))
        if not isinstance(size, int) or not 1 <= size <= most:
            raise Problem(problems.invalid("`total_bytes` is out of range.", total_bytes=str(size)))
        media_id = str(self.world.next_id())
        self.coming[media_id] = _Coming(call.account.handle, category, size)
        lasts = int(self.switches.get("media_ttl", call.account.handle))
        return Answer(200, {"data": {"id": media_id, "expires_after_secs": lasts}})

    def append(self, call: Call) -> Answer:
        """Pieces come in their order, each once: what a real X makes of others nobody knows."""
        coming, (piece, index) = self._coming(call), call.body
        if piece is None or not 1 <= len(piece) <= PIECE_BYTES or index != str(len(coming.pieces)):
            raise Problem(problems.invalid("The segment is not valid.", segment_index=str(index)))
        coming.pieces.append(piece)
        return Answer(200, {"data": {"expires_at": int(time.time()) + 86_400}})

    def finalize(self, call: Call) -> Answer:
        coming, media_id = self._coming(call), call.request.match_info["id"]
        data = b"".join(coming.pieces)
        if len(data) != coming.size:
            raise Problem(problems.invalid("The media is not whole.", media_id=media_id))
        handle = call.account.handle
        if coming.category == "tweet_gif":
            media = picture(media_id, handle, data, coming.category)
        elif coming.category == "subtitles":
            media = _captions(media_id, handle, data)
        else:
            media = _film(media_id, handle, data)
        media.ready_at = time.time() + self.switches.get("media_processing", handle)
        if media.kind == "captions":
            media.ready_at = 0.0
        media.failed = call.drew("processing_failed") is not None
        del self.coming[media_id]
        self.world.add_media(media, data)
        return self._state(media)

    def status(self, call: Call) -> Answer:
        media_id = call.request.query.get("media_id", "")
        media = self.world.media.get(media_id)
        if media is None or media.account != call.account.handle:
            raise Problem(problems.invalid("Your media IDs are invalid.", media_id=media_id))
        return self._state(media)

    def _coming(self, call: Call) -> _Coming:
        media_id = call.request.match_info["id"]
        coming = self.coming.get(media_id)
        if coming is None or coming.account != call.account.handle:
            raise Problem(problems.invalid("Your media IDs are invalid.", id=media_id))
        return coming

    def _state(self, media: Media) -> Answer:
        lasts = int(self.switches.get("media_ttl", media.account))
        data: dict[str, Any] = {
            "id": media.id,
            "media_key": media.key,
            "size": media.size,
            "expires_after_secs": lasts,
        }
        left = media.ready_at - time.time()
        if left > 0:
            data["processing_info"] = {
                "state": "in_progress",
                "check_after_secs": 1,
                "progress_percent": 50,
            }
        elif media.failed:
            data["processing_info"] = {"state": "failed", "progress_percent": 100}
        elif media.ready_at > media.at:
            data["processing_info"] = {"state": "succeeded", "progress_percent": 100}
        return Answer(200, {"data": data})


def picture(media_id: str, account: str, data: bytes, category: str) -> Media:
    """An image or a GIF as X keeps it. Raises Problem for what is none."""
    try:
        with Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP", "GIF"]) as image:
            width, height, form = image.width, image.height, str(image.format)
            moving = form == "GIF" and getattr(image, "is_animated", False)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Problem(problems.invalid(_UNFIT, media=category)) from error
    return Media(
        id=media_id,
        account=account,
        sha256=sha256(data),
        size=len(data),
        content_type=mimetypes.types_map.get(f".{form.lower()}", f"image/{form.lower()}"),
        width=width,
        height=height,
        kind="animated_gif" if moving else "photo",
        at=time.time(),
    )


def _film(media_id: str, account: str, data: bytes) -> Media:
    """A video by its first box; nothing of it is decoded, so it has no size here."""
    if data[4:8] != b"ftyp":
        raise Problem(problems.invalid(_UNFIT, media="tweet_video"))
    return Media(
        id=media_id,
        account=account,
        sha256=sha256(data),
        size=len(data),
        content_type="video/mp4",
        width=0,
        height=0,
        kind="video",
        at=time.time(),
    )


def _captions(media_id: str, account: str, data: bytes) -> Media:
    """A file of captions: plain text with times in it."""
    if b" --> " not in data or b"\0" in data:
        raise Problem(problems.invalid(_UNFIT, media="subtitles"))
    return Media(
        id=media_id,
        account=account,
        sha256=sha256(data),
        size=len(data),
        content_type="text/srt",
        width=0,
        height=0,
        kind="captions",
        at=time.time(),
    )
