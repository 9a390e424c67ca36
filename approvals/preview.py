"""What X would make of messages, with what was found in them: as every page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from approvals.checks import Finding
from approvals.message import Image, Message
from approvals.thread import text_too_long
from approvals.tweet_text import MAX_WEIGHT, weighted_length


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a message that a thread of the debate is about."""

    start: int
    end: int
    comment: int
    who: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message at its place in the thread; `unread`: it is too long to be worth any work."""

    message: Message
    position: int
    weight: int
    findings: Sequence[Finding]
    unread: bool
    quotes: Sequence[Quote] = ()

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def images(self) -> tuple[Image, ...]:
        return self.message.images

    @property
    def over(self) -> int:
        return max(self.weight - MAX_WEIGHT, 0)

    @property
    def left(self) -> int:
        return MAX_WEIGHT - self.weight


def shown_messages(
    messages: Sequence[Message],
    *,
    found: Sequence[Sequence[Finding]] = (),
    unread: bool = False,
    quotes: Mapping[int, Sequence[Quote]] | None = None,
) -> list[ShownMessage]:
    """No work is done on a text that is too long to be kept, nor on any when `unread` says so."""
    shown = []
    for position, message in enumerate(messages):
        skipped = unread or text_too_long(message)
        weight = 0 if skipped else weighted_length(message.text)
        findings = found[position] if position < len(found) else ()
        quoted = (quotes or {}).get(position, ())
        shown.append(ShownMessage(message, position, weight, findings, skipped, quoted))
    return shown
