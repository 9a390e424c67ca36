"""What changed between two texts, word by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Stretch:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "del", "ins"]
    text: str


def word_diff(before: str, after: str) -> list[Stretch]:
    """The stretches in reading order; what went stands before what came in its place."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    stretches: list[Stretch] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            stretches.append(Stretch("same", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            stretches.append(Stretch("del", "".join(old[i1:i2])))
        if j2 > j1:
            stretches.append(Stretch("ins", "".join(new[j1:j2])))
    return stretches


def changes(before: list[str], after: list[str]) -> list[list[Stretch]]:
    """The diffs of a thread, message by message; empty when no text differs."""
    if before == after:
        return []
    length = max(len(before), len(after))
    old = before + [""] * (length - len(before))
    new = after + [""] * (length - len(after))
    return [word_diff(b, a) for b, a in zip(old, new, strict=True)]
