"""What changed between two versions: of texts word by word, of images one by one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from approvals.message import Image, MediaKind, Message
from approvals.tweet_text import MAX_CHARACTERS

Kind = Literal["same", "del", "ins"]

# difflib takes cubic time on words that repeat; two whole tweets stay under this.
_MAX_COMPARED = 300 * 300

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class DiffSegment:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[DiffSegment]:
    """The stretches in reading order; what went stands before what came in its place."""
    if max(len(before), len(after)) > MAX_CHARACTERS:
        whole_texts: list[DiffSegment] = [DiffSegment("del", before), DiffSegment("ins", after)]
        return [stretch for stretch in whole_texts if stretch.text]
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    whole: list[tuple[Kind, list[str]]] = [
        ("same", old[:start]),
        *middle,
        ("same", old[len(old) - end :]),
    ]
    return [DiffSegment(kind, "".join(tokens)) for kind, tokens in whole if tokens]


def _alike(old: list[str], new: list[str]) -> int:
    """How many tokens both begin with."""
    count = 0
    for old_part, other in zip(old, new, strict=False):
        if old_part != other:
            break
        count += 1
    return count


def _compared(old: list[str], new: list[str]) -> list[tuple[Kind, list[str]]]:
    if len(old) * len(new) > _MAX_COMPARED:
        return [("del", old), ("ins", new)]
    pieces: list[tuple[Kind, list[str]]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("same", old[i1:i2]))
        else:
            pieces += [("del", old[i1:i2]), ("ins", new[j1:j2])]
    return pieces


def changes(before: list[str], after: list[str]) -> list[list[DiffSegment]]:
    """The diffs of a thread, message by message; empty when no text differs."""
    if before == after:
        return []
    length = max(len(before), len(after))
    old = before + [""] * (length - len(before))
    new = after + [""] * (length - len(after))
    return [word_diff(b, a) for b, a in zip(old, new, strict=True)]


@dataclass(frozen=True)
class ImageChange:
    """An image, GIF or video that came, went, or of which the description or the captions changed
    (`words`, as `changes` gives them).
    """

    position: int
    kind: Literal["added", "removed", "described", "captioned", "moved"]
    alt: str = ""
    words: tuple[list[DiffSegment], ...] = ()
    media: MediaKind = "image"


def image_changes(before: Sequence[Message], after: Sequence[Message]) -> list[ImageChange]:
    """What differs between the images of two threads, message by message."""
    differences: list[ImageChange] = []
    for position in range(max(len(before), len(after))):
        old = _by_digest(before[position]) if position < len(before) else {}
        new = _by_digest(after[position]) if position < len(after) else {}
        gone = [old[key] for key in old if key not in new]
        came = [new[key] for key in new if key not in old]
        differences += [ImageChange(position, "removed", i.alt, media=i.kind) for i in gone]
        differences += [ImageChange(position, "added", i.alt, media=i.kind) for i in came]
        for key, image in new.items():
            if key in old:
                differences += _word_changes(position, old[key], image)
        if [key for key in old if key in new] != [key for key in new if key in old]:
            differences.append(ImageChange(position, "moved"))
    return differences


def _word_changes(position: int, old: Image, new: Image) -> Iterator[ImageChange]:
    """What changed of what is said of one that stayed."""
    if old.alt != new.alt:
        words = (word_diff(old.alt, new.alt),)
        yield ImageChange(position, "described", new.alt, words, new.kind)
    if old.captions != new.captions:
        words = (word_diff(old.captions, new.captions),)
        yield ImageChange(position, "captioned", new.alt, words, new.kind)


def _by_digest(message: Message) -> dict[str, Image]:
    return {image.sha256: image for image in message.images}
