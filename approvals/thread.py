"""A thread as one types it: how much it may hold, what the composer's buttons do to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.requests import parse_int
from approvals.message import Image, Message, as_json, read_messages
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


@dataclass(frozen=True, slots=True)
class Removed:
    """What a button took away, and from where: a message, or one image of the message there; of an
    image that was cropped also the digest of the part that took its place.
    """

    position: int
    message: Message
    place: int | None = None
    part: str = ""

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Removed:
        """Of what `as_json` gives."""
        (message,) = read_messages([kept["message"]])
        return cls(kept["position"], message, kept["place"], kept["part"])

    def as_json(self) -> dict[str, Any]:
        (message,) = as_json([self.message])
        return {
            "position": self.position,
            "message": message,
            "place": self.place,
            "part": self.part,
        }


def cropped_in(messages: Sequence[Message], sha256: str, part: str) -> Removed | None:
    """What a crop takes the place of: the first image with this digest."""
    for position, message in enumerate(messages):
        for place, image in enumerate(message.images):
            if image.sha256 == sha256:
                return Removed(position, Message(images=(image,)), place, part)
    return None


def removed_by(thread: Sequence[TypedMessage], button: str) -> Removed | None:
    """What this button takes away, or None."""
    verb, position, sha256 = _read_button(button)
    if position is None or position >= len(thread):
        return None
    message = thread[position].message
    if verb == "remove" and len(thread) > 1:
        return Removed(position, message)
    for place, image in enumerate(message.images):
        if verb == "drop" and image.sha256 == sha256:
            return Removed(position, Message(images=(image,)), place)
    return None


def put_back(thread: Sequence[TypedMessage], removed: Removed) -> list[TypedMessage]:
    """The thread with it where it was, as far as that place is there."""
    messages = list(thread)
    if removed.part:
        (whole,) = removed.message.images
        return [_with_whole(typed, removed.part, whole.sha256) for typed in thread]
    if removed.place is None:
        messages.insert(removed.position, TypedMessage(removed.message))
        return messages
    position = min(removed.position, len(messages) - 1)
    images = list(messages[position].message.images)
    images[removed.place : removed.place] = removed.message.images
    return [
        *messages[:position],
        _with_images(messages[position], images),
        *messages[position + 1 :],
    ]


def _with_images(typed: TypedMessage, images: Iterable[Image]) -> TypedMessage:
    return replace(typed, message=replace(typed.message, images=tuple(images)))


def _with_whole(typed: TypedMessage, part: str, whole: str) -> TypedMessage:
    """Described as the part is by now."""
    images = typed.message.images
    return _with_images(
        typed, (replace(i, sha256=whole) if i.sha256 == part else i for i in images)
    )


def _read_button(button: str) -> tuple[str, int | None, str]:
    verb, _dash, rest = button.partition("-")
    number, _dash, sha256 = rest.partition("-")
    return verb, parse_int(number), sha256


def press(thread: Sequence[TypedMessage], button: str) -> list[TypedMessage]:
    """The thread after a button of the composer: « add », « remove-1 », « up-1 », « down-1 »; of
    an image « drop-1-SHA256 », « earlier-1-SHA256 »; any other changes nothing.
    """
    messages = list(thread)
    if button == "add":
        return [*messages, TypedMessage(Message())]
    verb, position, sha256 = _read_button(button)
    if position is None or position >= len(messages):
        return messages
    typed = messages[position]
    if verb == "remove" and len(messages) > 1:
        del messages[position]
    elif verb == "up" and position > 0:
        messages.insert(position - 1, messages.pop(position))
    elif verb == "down":
        messages.insert(position + 1, messages.pop(position))
    elif verb == "drop":
        kept = [image for image in typed.message.images if image.sha256 != sha256]
        messages[position] = _with_images(typed, kept)
    elif verb == "earlier":
        images = list(typed.message.images)
        for place in range(1, len(images)):
            if images[place].sha256 == sha256:
                images[place - 1 : place + 1] = images[place], images[place - 1]
                break
        messages[position] = _with_images(typed, images)
    return messages
