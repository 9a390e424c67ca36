"""Images: what was uploaded is checked, decoded, written anew without metadata, and stored.

Only JPEG, PNG and WEBP are ever decoded, each by the one decoder that the first bytes call for.
What is stored is what reviewers see and what X receives, under the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from accounts.errors import Invalid, Refusal

log = structlog.get_logger(__name__)

IMAGES_AT_MOST = 4
ALT_AT_MOST = 1000
# What people may bring, as file managers count it; X's own limit, counted the narrow way.
UPLOAD_AT_MOST = 5 * 1024 * 1024
BYTES_AT_MOST = 5_000_000
# A decoded pixel takes four bytes: this bounds the memory of one upload.
PIXELS_AT_MOST = 40_000_000
SIDE_AT_MOST = 4096
# Each scan of a progressive JPEG is a pass over the whole picture; cameras make about ten.
SCANS_AT_MOST = 20
QUALITIES = (95, 90, 85, 75)

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SUFFIXES = {".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG",
            ".webp": "WEBP"}  # fmt: skip
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


class Unfit(Invalid):
    """This file cannot be taken as an image; the sentence says why and what to do."""

    code = "unfit_image"


class Unreadable(Refusal):
    """A stored image that is gone, or no longer the one that was stored."""

    code = "image_unreadable"
    status = 404


@dataclass(frozen=True)
class Rewritten:
    """An image as it is stored, shown and sent."""

    raw: bytes
    mime: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def received(upload: UploadedFile[bytes]) -> Rewritten:
    """An uploaded file, made fit to be stored. Raises Unfit."""
    size = upload.size or 0
    if size > UPLOAD_AT_MOST:
        megabytes = number_format(size / 1024 / 1024, decimal_pos=1)
        raise Unfit(
            _("5 Mo max par image : celle-ci pèse %(size)s Mo. Réduisez-la et recommencez.")
            % {"size": megabytes}
        )
    return rewrite(upload.read(UPLOAD_AT_MOST + 1), upload.name or "")


def rewrite(raw: bytes, name: str = "") -> Rewritten:
    """The same picture, written anew. Raises Unfit for all that is not surely one image."""
    kind = _kind_of(raw, name)
    try:
        with Image.open(io.BytesIO(raw), formats=[kind]) as image:
            _refuse_by_header(image, raw)
            fresh = _upright_and_bare(image)
    except Unfit:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # a decoder may raise anything over a broken or hostile file
        log.info("image refused", kind=kind, error=type(error).__name__)
        raise _damaged() from error
    return _encoded(fresh, kind)


def _kind_of(raw: bytes, name: str) -> str:
    """JPEG, PNG or WEBP by the first bytes; the name only must not say otherwise."""
    if not raw:
        raise Unfit(_("Ce fichier est vide (0 octet). Enregistrez l’image à nouveau."))
    if raw.startswith(b"\xff\xd8\xff"):
        kind = "JPEG"
    elif raw.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = "PNG"
    elif raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        kind = "WEBP"
    else:
        raise Unfit(
            _("Ce fichier n’est pas une image JPEG, PNG ou WEBP : seules celles-ci sont acceptées.")
        )
    said = SUFFIXES.get(PurePath(name).suffix.lower(), kind)
    if said != kind:
        raise Unfit(
            _("Le nom de ce fichier annonce une image %(said)s, mais c’est une image %(kind)s. "
              "Enregistrez-la à nouveau sous le bon format.")
            % {"said": said, "kind": kind}
        )  # fmt: skip
    if kind == "PNG" and b"IEND" not in raw:
        raise _damaged()
    lower = raw.lower()
    if any(mark in lower for mark in HIDDEN):
        raise Unfit(
            _("Ce fichier contient autre chose qu’une image. Enregistrez l’image seule et "
              "recommencez.")
        )  # fmt: skip
    return kind


def _refuse_by_header(image: Image.Image, raw: bytes) -> None:
    """What the header alone tells, before a single pixel is decoded."""
    if image.width * image.height > PIXELS_AT_MOST:
        raise _too_large()
    # Phones put several pictures into one JPEG (« MPO »): the first is the photograph.
    jpeg = image.format in ("JPEG", "MPO")
    if not jpeg and getattr(image, "is_animated", False):
        raise Unfit(_("Les images animées ne sont pas acceptées : choisissez une image fixe."))
    if jpeg and raw.count(b"\xff\xda") > SCANS_AT_MOST:
        raise Unfit(
            _("Cette image est enregistrée d’une façon inhabituelle. Enregistrez-la à nouveau en "
              "JPEG ordinaire.")
        )  # fmt: skip


def _damaged() -> Unfit:
    return Unfit(
        _("Cette image est abîmée ou incomplète : elle ne peut pas être lue. Enregistrez-la à "
          "nouveau et recommencez.")
    )  # fmt: skip


def _too_large() -> Unfit:
    return Unfit(
        _("Cette image a trop de points : 40 millions au plus. Réduisez-la et recommencez.")
    )


def _upright_and_bare(image: Image.Image) -> Image.Image:
    """The pixels alone: no larger than X wants, upright, in plain colours."""
    image.draft("RGB", (SIDE_AT_MOST, SIDE_AT_MOST))  # a JPEG far too large is decoded smaller
    image.load()
    turn = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    profile = image.info.get("icc_profile")
    image.thumbnail((SIDE_AT_MOST, SIDE_AT_MOST), Image.Resampling.LANCZOS)
    plain = _plain_colours(image, profile)
    if turn is not None:
        plain = plain.transpose(turn)
    # Pillow would write comments and profiles found here into the new file.
    plain.info = {}
    return plain


def _plain_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, or RGBA where something shows through, in sRGB: the profile itself goes."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    clear = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if clear else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB" if image.mode == "CMYK" else image.mode,
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a profile that makes no sense: the colours as they are
        image = converted or image
    return image.convert(mode)


def _encoded(image: Image.Image, kind: str) -> Rewritten:
    """Within X's limit: a PNG stays one unless too heavy, quality goes down before size does."""
    if kind == "PNG":
        raw = _written(image, "PNG")
        if len(raw) <= BYTES_AT_MOST:
            return Rewritten(raw, MIMES[kind], *image.size)
        kind = "JPEG"
    if kind == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    while True:
        for quality in QUALITIES:
            raw = _written(image, kind, quality=quality)
            if len(raw) <= BYTES_AT_MOST:
                return Rewritten(raw, MIMES[kind], *image.size)
        image = image.resize((max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1)))


def _written(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def path_of(sha256: str) -> str:
    return f"images/{sha256}"


def put(image: Rewritten) -> None:
    """Stores the bytes under their own digest, and reads them back before anybody counts on it.

    Doing it twice is doing it once; a file broken by a crash is written again.
    """
    name = path_of(image.sha256)
    for _try in range(3):
        if _holds(name, image.sha256):
            return
        default_storage.delete(name)
        saved = default_storage.save(name, ContentFile(image.raw))
        if saved != name:  # somebody else stored the same image at the same moment
            default_storage.delete(saved)
    raise Unreadable(_("L’image n’a pas pu être enregistrée. Réessayez dans un instant."))


def _holds(name: str, sha256: str) -> bool:
    try:
        with default_storage.open(name) as stored:
            return hashlib.sha256(stored.read()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def stored_bytes(sha256: str) -> bytes:
    """The bytes as they were stored. Raises FileNotFoundError, and what the storage raises."""
    with default_storage.open(path_of(sha256)) as stored:
        raw: bytes = stored.read()
    return raw


def shown_bytes(sha256: str) -> bytes:
    """The bytes for people's eyes: the approved ones, or none. Raises Unreadable."""
    try:
        raw = stored_bytes(sha256)
    except FileNotFoundError:
        raw = b""
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Unreadable(_("Cette image n’est plus lisible : il faut l’ajouter à nouveau."))
    return raw


def alt_length(alt: str) -> int:
    """As browsers count it: an emoji may count twice, so that X never counts more."""
    return len(alt.encode("utf-16-le", "surrogatepass")) // 2
