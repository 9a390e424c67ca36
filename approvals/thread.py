"""A thread as one types it: how much it may hold, what the composer's buttons do to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from accounts.requests import parse_int
from approvals.message import Message
from approvals.tweet_text import MAX_CHARACTERS, MAX_THREAD_CHARACTERS

MAX_PARTS = 25

TEXT_TOO_LONG = _("Ce texte est beaucoup trop long : 4 000 signes au plus.")
THREAD_TOO_LONG = _("Ce fil est beaucoup trop long : 16 000 signes au plus, tous messages compris.")
TOO_MANY_MESSAGES = _("Un fil compte 25 messages au plus.")


def text_too_long(message: Message) -> bool:
    return len(message.text) > MAX_CHARACTERS


def thread_too_long(messages: Sequence[Message]) -> bool:
    return sum(len(message.text) for message in messages) > MAX_THREAD_CHARACTERS


@dataclass(frozen=True, slots=True)
class TypedMessage:
    """A message being typed, and the position of the saved one that it was, if it was one."""

    message: Message
    origin: int | None = None


def press(thread: Sequence[TypedMessage], button: str) -> list[TypedMessage]:
    """The thread after a button of the composer: « add », « remove-1 », « up-1 », « down-1 »,
    « drop-1-SHA256 » of an image; any other changes nothing.
    """
    messages = list(thread)
    if button == "add":
        return [*messages, TypedMessage(Message())]
    verb, _dash, rest = button.partition("-")
    number, _dash, sha256 = rest.partition("-")
    position = parse_int(number)
    if position is None or position >= len(messages):
        return messages
    if verb == "remove" and len(messages) > 1:
        del messages[position]
    elif verb == "up" and position > 0:
        messages.insert(position - 1, messages.pop(position))
    elif verb == "down":
        messages.insert(position + 1, messages.pop(position))
    elif verb == "drop":
        typed = messages[position]
        kept = tuple(image for image in typed.message.images if image.sha256 != sha256)
        messages[position] = replace(typed, message=replace(typed.message, images=kept))
    return messages
