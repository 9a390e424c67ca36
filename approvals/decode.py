"""One picture decoded and written anew, in a process of its own with a memory limit.

Standard input: the bytes of a JPEG, PNG, WEBP or GIF, which the first argument names; four more,
LEFT TOP RIGHT BOTTOM, keep a part of it. Standard output: a line of JSON, {"mime", "width",
"height", "poster"} and then the new bytes, the last `poster` of them a still of what moves; or
{"refused": REASON} alone.
Only the one decoder that was named is ever used. Nothing of Django is loaded here.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from typing import Any

from PIL import Image, ImageCms, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

# Address space of this process; a lossless WEBP of the most points takes about 1 GB of it.
MAX_MEMORY = 1280 * 1024 * 1024
MAX_CPU_SECONDS = 40

# X's own limit on an image, counted the narrow way.
MAX_BYTES = 5_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 4096
# X's lower limit.
MIN_SIDE = 4
# Each scan of a progressive JPEG is a pass over the whole picture; cameras make about ten.
MAX_SCANS = 20
MAX_SEGMENTS = 5000
QUALITIES = (95, 90, 85, 75)
# X's limits on an animated GIF.
MAX_GIF_BYTES = 15_000_000
MAX_GIF_SIZE = (1280, 1080)
MAX_GIF_FRAMES = 350
MAX_GIF_PIXELS = 300_000_000
# Of its extensions those that say how it moves; not comments, texts and what applications add.
GIF_TIMING, GIF_APPLICATION, GIF_LOOPS = 0xF9, 0xFF, (b"NETSCAPE2.0", b"ANIMEXTS1.0")

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    "GIF": GifImageFile,
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}
# A picture that is a page or a program as well.
HIDDEN = (b"<script", b"<html", b"<!doctype", b"<iframe", b"<?php", b"%pdf-1")
# EXIF orientation: what puts the picture upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 274
# What ends the coded points of a scan: any marker but a stuffed zero, a fill byte or a restart.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA


class Refused(Exception):
    """This picture is not taken; the reason is one of those that `approvals.images` words."""


def rewritten(
    raw: bytes, kind: str, corners: tuple[int, int, int, int] | None = None
) -> tuple[bytes, dict[str, Any]]:
    """The new bytes and what they are. Raises Refused."""
    lower = raw.lower()
    if any(mark in lower for mark in HIDDEN):
        raise Refused("hidden")
    del lower
    if kind == "PNG" and b"IEND" not in raw:
        raise Refused("damaged")
    if kind == "JPEG":
        raw = primary_picture(raw)
    if kind == "GIF":
        raw = bare_gif(raw)
    if kind == "WEBP":
        _refuse_by_size(*webp_size(raw))
    with DECODERS[kind](io.BytesIO(raw)) as image:
        _refuse_by_size(*image.size)
        if getattr(image, "is_animated", False):
            if not isinstance(image, GifImageFile):
                raise Refused("animated")
            return _moving(image, raw)
        fresh = _upright_and_bare(image)
    if corners is not None:
        fresh = fresh.crop(corners)
        _refuse_by_size(*fresh.size)
    return _encoded(fresh, "PNG" if kind == "GIF" else kind)


def _moving(image: GifImageFile, raw: bytes) -> tuple[bytes, dict[str, Any]]:
    """The bare bytes as they are, once every frame was decoded; a still of the first behind."""
    frames = image.n_frames
    width, height = image.size
    fits = all(side <= most for side, most in zip(image.size, MAX_GIF_SIZE, strict=True))
    few = frames <= MAX_GIF_FRAMES and width * height * frames <= MAX_GIF_PIXELS
    if not fits or not few or len(raw) > MAX_GIF_BYTES:
        raise Refused("gif_too_large")
    for frame in range(frames):
        image.seek(frame)
        image.load()
    image.seek(0)
    poster, _said = _encoded(_upright_and_bare(image), "JPEG")
    said = {"mime": "image/gif", "width": width, "height": height, "poster": len(poster)}
    return raw + poster, said


def bare_gif(raw: bytes) -> bytes:
    """Its pictures and how they move, block by block, and nothing that stands between or behind."""
    at = 13 + _colours(raw[10])
    kept = [raw[:at]]
    while raw[at] != 0x3B:
        begins = at
        if raw[at] == 0x2C:
            at = _behind(raw, at + 11 + _colours(raw[at + 9]))
            kept.append(raw[begins:at])
        elif raw[at] == 0x21:
            label, name = raw[at + 1], raw[at + 3 : at + 14]
            at = _behind(raw, at + 2)
            if label == GIF_TIMING or (label == GIF_APPLICATION and name in GIF_LOOPS):
                kept.append(raw[begins:at])
        else:
            raise Refused("damaged")
    return b"".join([*kept, b";"])


def _colours(flags: int) -> int:
    """How many bytes the table of colours takes that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind(raw: bytes, at: int) -> int:
    """Where the chain of sub-blocks that begins here has ended."""
    while raw[at]:
        at += raw[at] + 1
    return at + 1


def primary_picture(raw: bytes) -> bytes:
    """The first picture of a JPEG, up to its end: phones put others, or a film, behind it."""
    at, scans = 2, 0
    for _segment in range(MAX_SEGMENTS):
        match = MARKER.search(raw, at)
        if not match:
            return raw  # it has no end: the decoder will say so
        at = match.end()
        marker = raw[at - 1]
        if marker == EOI:
            return raw[:at]
        if marker in (SOI, 0x01):
            continue
        at += max(int.from_bytes(raw[at : at + 2], "big"), 2)
        if marker == SOS:
            scans += 1
            if scans > MAX_SCANS:
                raise Refused("unusual")
    raise Refused("unusual")


def webp_size(raw: bytes) -> tuple[int, int]:
    """From the header: Pillow's decoder asks for its memory before it says a size."""
    form = raw[12:16]
    if form == b"VP8X":
        return (
            int.from_bytes(raw[24:27], "little") + 1,
            int.from_bytes(raw[27:30], "little") + 1,
        )
    if form == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return (
            int.from_bytes(raw[26:28], "little") & 0x3FFF,
            int.from_bytes(raw[28:30], "little") & 0x3FFF,
        )
    raise Refused("damaged")


def _refuse_by_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refused("too_large")
    if min(width, height) < MIN_SIDE:
        raise Refused("too_small")


def _upright_and_bare(image: Image.Image) -> Image.Image:
    """The pixels alone: no larger than X wants, upright, in plain colours."""
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a JPEG far too large is decoded smaller
    image.load()
    turn = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    profile = image.info.get("icc_profile")
    plain = _full_colours(image)
    plain.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    _refuse_by_size(*plain.size)
    plain = _in_srgb(plain, profile)
    if turn is not None:
        plain = plain.transpose(turn)
    # Pillow would write comments and profiles found here into the new file.
    plain.info = {}
    return plain


def _full_colours(image: Image.Image) -> Image.Image:
    """RGB or CMYK, or RGBA where something shows through: by a channel, a palette or one colour.

    Before anything else is done to the points: only so are the clear ones known after.
    """
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as the profile means them; what shows through stays. The profile itself goes."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if not profile:
        return image.convert(mode)
    try:
        converted = ImageCms.profileToProfile(
            image.convert("RGB") if mode == "RGBA" else image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        converted = None  # a profile that makes no sense: the colours as they are
    if converted is None:
        return image.convert(mode)
    if mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted


def _encoded(image: Image.Image, kind: str) -> tuple[bytes, dict[str, Any]]:
    """Within X's limit: a PNG stays one unless too heavy, quality goes down before size does."""
    if kind == "PNG":
        raw = _written(image, "PNG")
        if len(raw) <= MAX_BYTES:
            return raw, _described(image, kind)
        kind = "JPEG"
    if kind == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    while True:
        for quality in QUALITIES:
            raw = _written(image, kind, quality=quality)
            if len(raw) <= MAX_BYTES:
                return raw, _described(image, kind)
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4))
        _refuse_by_size(*image.size)


def _described(image: Image.Image, kind: str) -> dict[str, Any]:
    return {"mime": MIMES[kind], "width": image.width, "height": image.height, "poster": 0}


def _written(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = b""
    said: dict[str, Any]
    try:
        kind, *corners = sys.argv[1:]
        left, top, right, bottom = map(int, corners or (0, 0, 0, 0))
        kept = (left, top, right, bottom) if corners else None
        raw, said = rewritten(sys.stdin.buffer.read(), kind, kept)
    except Refused as refused:
        said = {"refused": str(refused)}
    except MemoryError:
        said = {"refused": "too_large"}
    except Exception as error:  # a decoder may raise anything over a broken or hostile file
        said = {"refused": "damaged", "error": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + raw)


if __name__ == "__main__":
    main()
