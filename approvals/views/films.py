"""A stored video as players ask for it: a range at a time, never whole in memory."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

from approvals.images import Unreadable, digest_of_stored, gone, path_of

# What one answer holds of a range that has no end: the player asks for more.
MAX_RANGE = 2 * 1024 * 1024
RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})?")


def film(request: HttpRequest, sha256: str, size: int) -> HttpResponseBase:
    """The range that was asked for, or all. The bytes are compared with their digest where a player
    begins, and their number each time. Raises Unreadable.
    """
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    start = int(asked[1]) if asked else 0
    try:
        name = path_of(sha256)
        if default_storage.size(name) != size:
            raise Unreadable(gone())
        if start == 0 and digest_of_stored(sha256) != sha256:
            raise Unreadable(gone())
        response = _part(name, start, asked[2], size) if asked else _whole(name)
    except FileNotFoundError as error:
        raise Unreadable(gone()) from error
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = f'inline; filename="{sha256[:12]}.mp4"'
    return response


def _whole(name: str) -> HttpResponseBase:
    return FileResponse(default_storage.open(name), content_type="video/mp4")


def _part(name: str, start: int, end: str | None, size: int) -> HttpResponseBase:
    last = min(int(end) if end else size, start + MAX_RANGE - 1, size - 1)
    if start >= size or last < start:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with default_storage.open(name) as stored:
        stored.seek(start)
        raw = stored.read(last - start + 1)
    return HttpResponse(
        raw,
        status=206,
        content_type="video/mp4",
        headers={"Content-Range": f"bytes {start}-{last}/{size}"},
    )
