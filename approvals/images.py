"""Images: what was uploaded is checked, decoded elsewhere, written anew bare, and stored.

Only JPEG, PNG, WEBP and GIF are ever decoded, each by the one decoder that the first bytes call
for, one at a time and in a process of its own (`approvals.decode`).
What is stored is what reviewers see and what X receives, under the SHA-256 of its bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, BinaryIO

import structlog
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.errors import Invalid, Refusal
from approvals import decode

log = structlog.get_logger(__name__)

MAX_IMAGES = 4
MAX_ALT = 1000
# What people may bring, as file managers count it; what X takes is in `approvals.decode`.
MAX_UPLOAD = 20 * 1024 * 1024
# Seconds for one decode, and for those before it.
DECODE_SECONDS, WAIT_SECONDS = 60, 60
# Half the threads of the web server: pages go on.
MAX_DECODES = 4
_waiting = threading.BoundedSemaphore(MAX_DECODES)

SUFFIXES = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".gif": "GIF",
}


class Unfit(Invalid):
    """This file cannot be taken as an image; the sentence says why and what to do."""

    code = "unfit_image"


class Busy(Unfit):
    """Too many images at once; nothing is wrong with this one."""

    code = "images_busy"

    def __str__(self) -> str:
        return _("Trop d’images arrivent en même temps. Réessayez dans un instant.")


class Unreadable(Refusal):
    """A stored image that is gone, or no longer the one that was stored."""

    code = "image_unreadable"
    status = 404


@dataclass(frozen=True)
class NormalizedImage:
    """An image as it is stored, shown and sent; of what moves also a still, for people's eyes."""

    raw: bytes
    mime: str
    width: int
    height: int
    poster: bytes = b""
    milliseconds: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def size(self) -> int:
        return len(self.raw)

    def put(self) -> None:
        """Stores the bytes under their own digest, and reads them back before anybody counts on it.

        Doing it twice is doing it once; a file broken by a crash is written again.
        """
        put_still(self.sha256, self.poster)
        write_once(path_of(self.sha256), self.sha256, ContentFile(self.raw))


@dataclass(frozen=True, slots=True)
class Box:
    """What of an image is kept, in its points from the upper left corner."""

    left: int
    top: int
    width: int
    height: int


def cropped(sha256: str, mime: str, box: Box) -> NormalizedImage:
    """What is kept of a stored image, as a new one. Raises Unreadable, Unfit."""
    kind = next(kind for kind, known in decode.MIMES.items() if known == mime)
    corners = (box.left, box.top, box.left + box.width, box.top + box.height)
    with alone_on_this_machine():
        return _decoded(shown_bytes(sha256), kind, *corners)


def received(upload: UploadedFile[bytes]) -> NormalizedImage:
    """An uploaded file, made fit to be stored. Raises Unfit."""
    size = upload.size or 0
    if size > MAX_UPLOAD:
        megabytes = number_format(size / 1024 / 1024, decimal_pos=1)
        raise Unfit(
            _("20 Mo max par image : celle-ci pèse %(size)s Mo. Réduisez-la et recommencez.")
            % {"size": megabytes}
        )
    kind = _kind_of(upload.read(12), upload.name or "")
    with alone_on_this_machine():  # who waits holds no bytes in memory
        upload.seek(0)
        return _decoded(upload.read(MAX_UPLOAD), kind)


def _kind_of(raw: bytes, name: str) -> str:
    """JPEG, PNG, WEBP or GIF by the first bytes; the name only must not say otherwise."""
    if not raw:
        raise Unfit(_("Ce fichier est vide (0 octet). Enregistrez l’image à nouveau."))
    if raw.startswith(b"\xff\xd8\xff"):
        kind = "JPEG"
    elif raw.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = "PNG"
    elif raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        kind = "WEBP"
    elif raw[:6] in (b"GIF87a", b"GIF89a"):
        kind = "GIF"
    else:
        raise Unfit(_("Ce fichier n’est pas une image JPEG, PNG, WEBP ou GIF : choisissez-en une."))
    said = SUFFIXES.get(PurePath(name).suffix.lower(), kind)
    if said != kind:
        raise Unfit(
            _(
                "Le nom de ce fichier annonce une image %(said)s, mais c’est une image %(kind)s. "
                "Enregistrez-la à nouveau sous le bon format."
            )
            % {"said": said, "kind": kind}
        )
    return kind


def _decoded(raw: bytes, kind: str, *corners: int) -> NormalizedImage:
    """Asks the other process: no environment, so no secret; limits on memory and time."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", decode.__file__, kind, *map(str, corners)],
            input=raw,
            capture_output=True,
            env={},
            timeout=DECODE_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        log.warning("image not decoded", kind=kind, error=type(error).__name__)
        raise Unfit(_sentence("unusual")) from error
    head, _newline, fresh = done.stdout.partition(b"\n")
    said = json.loads(head)
    if "refused" in said:
        log.info("image refused", kind=kind, **said)
        raise Unfit(_sentence(said["refused"]))
    raw, poster = fresh[: len(fresh) - said["poster"]], fresh[len(fresh) - said["poster"] :]
    return NormalizedImage(raw, said["mime"], said["width"], said["height"], poster)


def _sentence(reason: str) -> str:
    return {
        "hidden": _(
            "Ce fichier contient autre chose qu’une image. Enregistrez l’image seule et "
            "recommencez."
        ),
        "animated": _(
            "D’images animées X ne prend que les GIF : choisissez un GIF ou une image fixe."
        ),
        "gif_too_large": _(
            "Ce GIF est trop grand pour X : au plus 1280 × 1080 points, 350 vues et 15 Mo. "
            "Réduisez-le et recommencez."
        ),
        "unusual": _(
            "Cette image est enregistrée d’une façon inhabituelle. Enregistrez-la à "
            "nouveau en JPEG ordinaire."
        ),
        "too_large": _(
            "Cette image a trop de points : 50 millions au plus. Réduisez-la et recommencez."
        ),
        "too_small": _(
            "Cette image est trop petite ou trop étroite pour X : il faut au moins "
            "4 points de chaque côté."
        ),
        "damaged": _(
            "Cette image est abîmée ou incomplète : elle ne peut pas être lue. "
            "Enregistrez-la à nouveau et recommencez."
        ),
    }[reason]


@contextmanager
def alone_on_this_machine() -> Iterator[None]:
    """One decode at a time on this machine, by a lock that ends with its process. Raises Busy.

    Those who wait hold a thread of the web server each: only so many may.
    """
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        with Path(decode.__file__).open("rb") as lock:
            deadline = time.monotonic() + WAIT_SECONDS
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise Busy
                time.sleep(0.05)
            yield
    finally:
        _waiting.release()


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def path_of(sha256: str) -> str:
    return f"images/{sha256}"


def poster_path_of(sha256: str) -> str:
    return f"{path_of(sha256)}.jpg"


def put_still(sha256: str, still: bytes) -> None:
    if still:
        digest = hashlib.sha256(still).hexdigest()
        write_once(poster_path_of(sha256), digest, ContentFile(still))


def write_once(name: str, sha256: str, content: File[bytes]) -> None:
    """Stores what has this digest, and reads it back. Raises Unreadable."""
    for _try in range(3):
        if _holds(name, sha256):
            return
        default_storage.delete(name)
        content.seek(0)
        saved = default_storage.save(name, content)
        if saved != name:  # somebody else stored the same image at the same moment
            default_storage.delete(saved)
    raise Unreadable(_("L’image n’a pas pu être enregistrée. Réessayez dans un instant."))


def _holds(name: str, sha256: str) -> bool:
    try:
        return _digest(name) == sha256
    except FileNotFoundError:
        return False


def stored_bytes(sha256: str) -> bytes:
    """The bytes as they were stored. Raises FileNotFoundError, and what the storage raises."""
    with default_storage.open(path_of(sha256)) as stored:
        raw: bytes = stored.read()
    return raw


def digest_of_stored(sha256: str, copy: IO[bytes] | None = None) -> str:
    """The digest of the bytes as they are now, copied as they are read: a film is never whole in
    memory. Raises FileNotFoundError, and what the storage raises.
    """
    return _digest(path_of(sha256), copy)


def _digest(name: str, copy: IO[bytes] | None = None) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name) as stored:
        for piece in stored.chunks(1024 * 1024):
            digest.update(piece)
            if copy is not None:
                copy.write(piece)
    return digest.hexdigest()


def shown_bytes(sha256: str) -> bytes:
    """The bytes for people's eyes: the approved ones, or none. Raises Unreadable."""
    try:
        raw = stored_bytes(sha256)
    except FileNotFoundError:
        raw = b""
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Unreadable(gone())
    return raw


def poster_bytes(sha256: str) -> bytes:
    """A still of what moves. Raises Unreadable."""
    try:
        with default_storage.open(poster_path_of(sha256)) as stored:
            raw: bytes = stored.read()
    except FileNotFoundError as error:
        raise Unreadable(gone()) from error
    return raw


def gone() -> str:
    return _("Cette image n’est plus lisible : il faut l’ajouter à nouveau.")


def alt_length(alt: str) -> int:
    """As browsers count it: an emoji may count twice, so that X never counts more."""
    return len(alt.encode("utf-16-le", "surrogatepass")) // 2
