"""What changed between two versions: of texts word by word, of images one by one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from approvals.message import Message
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
    """An image that came, went, or is described otherwise (`words`, as `changes` gives them)."""

    position: int
    kind: Literal["added", "removed", "described", "moved"]
    alt: str = ""
    words: tuple[list[DiffSegment], ...] = ()


def image_changes(before: Sequence[Message], after: Sequence[Message]) -> list[ImageChange]:
    """What differs between the images of two threads, message by message."""
    differences: list[ImageChange] = []
    for position in range(max(len(before), len(after))):
        old = _alts(before[position]) if position < len(before) else {}
        new = _alts(after[position]) if position < len(after) else {}
        differences += [ImageChange(position, "removed", old[key]) for key in old if key not in new]
        differences += [ImageChange(position, "added", new[key]) for key in new if key not in old]
        differences += [
            ImageChange(position, "described", new[key], (word_diff(old[key], new[key]),))
            for key in new
            if key in old and old[key] != new[key]
        ]
        if [key for key in old if key in new] != [key for key in new if key in old]:
            differences.append(ImageChange(position, "moved"))
    return differences


def _alts(message: Message) -> dict[str, str]:
    return {image.sha256: image.alt for image in message.images}
