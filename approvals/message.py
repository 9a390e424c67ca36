"""A message as it is typed, signed and sent: its text and its images in their order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Image:
    """One image: the digest of its bytes, and what it shows in words."""

    sha256: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One post of a thread."""

    text: str = ""
    images: tuple[Image, ...] = ()


def read_messages(parts: Iterable[dict[str, Any]]) -> tuple[Message, ...]:
    """Of the JSON in which drafts and signed contents keep them."""
    return tuple(
        Message(part["text"], tuple(Image(i["sha256"], i["alt"]) for i in part["images"]))
        for part in parts
    )


def as_json(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """What `read_messages` reads."""
    return [
        {
            "text": message.text,
            "images": [{"sha256": image.sha256, "alt": image.alt} for image in message.images],
        }
        for message in messages
    ]
