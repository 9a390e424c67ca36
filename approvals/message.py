"""A message as it is typed, signed and sent: its text and its images in their order. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

# What X lets stand in fours, and what stands alone in its message.
MediaKind = Literal["image", "gif", "video"]
REFERENCE = re.compile(r"([0-9a-f]{64})(?:\.(gif|video))?")


@dataclass(frozen=True, slots=True)
class Image:
    """One image, GIF or video: the digest of its bytes, what it shows in words, and of a video its
    captions, as SRT.
    """

    sha256: str
    alt: str = ""
    kind: MediaKind = "image"
    captions: str = ""

    @property
    def reference(self) -> str:
        """As the composer's form names it: « SHA256 », « SHA256.gif »."""
        return self.sha256 if self.kind == "image" else f"{self.sha256}.{self.kind}"

    @property
    def moves(self) -> bool:
        """X shows it alone, and gets it piece by piece."""
        return self.kind != "image"


@dataclass(frozen=True, slots=True)
class Message:
    """One post of a thread."""

    text: str = ""
    images: tuple[Image, ...] = ()


def read_messages(parts: Iterable[dict[str, Any]]) -> tuple[Message, ...]:
    """Of the JSON in which drafts and signed contents keep them."""
    return tuple(Message(part["text"], tuple(map(_read_image, part["images"]))) for part in parts)


def _read_image(image: dict[str, Any]) -> Image:
    captions = image.get("captions", "")
    return Image(image["sha256"], image["alt"], image.get("kind", "image"), captions)


def read_reference(reference: str, alt: str = "") -> Image | None:
    """What `Image.reference` names; None for anything else."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        return None
    kinds: dict[str | None, MediaKind] = {None: "image", "gif": "gif", "video": "video"}
    return Image(found[1], alt, kinds[found[2]])


def as_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """What `read_messages` reads."""
    return [
        {
            "text": message.text,
            "images": [_as_json(image) for image in message.images],
        }
        for message in messages
    ]


def _as_json(image: Image) -> dict[str, str]:
    """An image says no kind, what has no captions says nothing of them: its digest is what it was
    before others came.
    """
    kind = {"kind": image.kind} if image.moves else {}
    captions = {"captions": image.captions} if image.captions else {}
    return {"sha256": image.sha256, "alt": image.alt, **kind, **captions}
