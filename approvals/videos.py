"""Videos: pieces put together, read and written anew elsewhere, and stored beside the images.

Nothing here holds a film in memory. Only MP4 (and MOV, its parent) with H.264 and AAC is read, in
a process of its own (`approvals.decode_video`), one at a time on a machine.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from approvals import decode_video
from approvals.images import (
    DECODE_SECONDS,
    Unfit,
    alone_on_this_machine,
    path_of,
    put_still,
    write_once,
)
from approvals.models.image import MAX_BYTES

log = structlog.get_logger(__name__)

MAX_VIDEO = MAX_BYTES["video/mp4"]
# What a browser sends at once: a slow line has it here within the minute that a request may take.
PIECE = 2 * 1024 * 1024
UPLOADS = "uploads"


@dataclass(frozen=True)
class NormalizedVideo:
    """A video as it is stored, shown and sent; its bytes are in a file that soon goes."""

    path: Path
    sha256: str
    size: int
    width: int
    height: int
    milliseconds: int
    poster: bytes
    mime: str = "video/mp4"

    def put(self) -> None:
        """As an image is: under its own digest, and read back before anybody counts on it."""
        put_still(self.sha256, self.poster)
        with self.path.open("rb") as fresh:
            write_once(path_of(self.sha256), self.sha256, File(fresh))


def piece_path(token: str, offset: int) -> str:
    return f"{UPLOADS}/{token}/{offset:012d}"


def put_piece(token: str, offset: int, raw: bytes) -> None:
    """Twice is once: what a lost answer made the browser send again."""
    name = piece_path(token, offset)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(raw))


def delete_pieces(token: str) -> None:
    folder = f"{UPLOADS}/{token}"
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def tokens_with_pieces() -> list[str]:
    try:
        return default_storage.listdir(UPLOADS)[0]
    except FileNotFoundError:
        return []


@contextmanager
def received(token: str, size: int) -> Iterator[NormalizedVideo]:
    """The pieces as one video, made fit to be stored. Raises Unfit."""
    with alone_on_this_machine(), tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        with source.open("wb") as whole:
            _join(token, size, whole)
        yield _decoded(source, target)


def _join(token: str, size: int, whole: IO[bytes]) -> None:
    while (at := whole.tell()) < size:
        try:
            with default_storage.open(piece_path(token, at)) as piece:
                raw = piece.read(PIECE)
        except FileNotFoundError as error:
            raise Unfit(_sentence("damaged")) from error
        if not raw:
            raise Unfit(_sentence("damaged"))
        whole.write(raw)


def _decoded(source: Path, target: Path) -> NormalizedVideo:
    """Asks the other process: no environment, so no secret; limits on memory and time."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", decode_video.__file__, str(source), str(target)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={},
            timeout=DECODE_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        log.warning("video not read", error=type(error).__name__)
        raise Unfit(_sentence("damaged")) from error
    head, _newline, poster = done.stdout.partition(b"\n")
    said = json.loads(head)
    if "refused" in said:
        log.info("video refused", **said)
        raise Unfit(_sentence(said["refused"]))
    size = target.stat().st_size
    if size > MAX_VIDEO:
        raise Unfit(too_heavy())
    with target.open("rb") as fresh:
        sha256 = hashlib.file_digest(fresh, "sha256").hexdigest()
    shape = {name: said[name] for name in ("width", "height", "milliseconds")}
    return NormalizedVideo(target, sha256, size, **shape, poster=poster)


def too_heavy() -> str:
    return _("512 Mo max par vidéo : celle-ci est plus lourde. Réduisez-la et recommencez.")


def _sentence(reason: str) -> str:
    return {
        "codec": _(
            "X ne lit que les vidéos H.264 au son AAC. Exportez celle-ci en MP4 ordinaire (sur un "
            "iPhone : « Le plus compatible ») et recommencez."
        ),
        "tracks": _(
            "Cette vidéo a plusieurs pistes d’image ou de son, ou aucune image. Exportez-la à "
            "nouveau avec une seule de chaque."
        ),
        "sound": _("Le son de cette vidéo a plus de deux voies : X ne prend que mono et stéréo."),
        "too_large": _("Cette vidéo est trop grande pour X : 1920 × 1200 points au plus."),
        "shape": _(
            "Cette vidéo est trop petite ou trop étroite pour X : 32 points au moins de chaque "
            "côté, et un côté au plus trois fois plus long que l’autre."
        ),
        "too_long": _("Cette vidéo est trop longue pour X : 2 minutes 20 au plus."),
        "too_short": _("Cette vidéo est trop courte pour X : une demi-seconde au moins."),
        "too_fast": _("Cette vidéo a trop d’images par seconde pour X : 60 au plus."),
        "damaged": _(
            "Cette vidéo ne peut pas être lue : elle est abîmée, incomplète, ou n’est pas un MP4. "
            "Exportez-la à nouveau et recommencez."
        ),
    }[reason]
