"""A template's text and its slots, written « [lieu] » in it; pure, without a clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.requests import parse_int
from accounts.timefmt import format_date, format_hour
from approvals.tweet_text import entities, normalise_typed
from approvals.typed_time import Unreadable, parse_day, parse_hour

MAX_SLOTS = 8
MAX_NAME = 40
MAX_TEXT = 200
MAX_PLACE = 80
MAX_NUMBER = 99_999
MIN_CHOICES, MAX_CHOICES, MAX_CHOICE = 2, 12, 60

MARKER = re.compile(rf"\[([^\[\]\n]{{1,{MAX_NAME}}})\]")
BRACKET = re.compile(r"[\[\]]")
# A date and an hour as long as any.
LONGEST_DATE, LONGEST_HOUR = "mercredi 1er septembre 2027", "23 h 59"


class SlotKind(TextChoices):
    """What may stand in a slot."""

    TEXT = "text", _("texte")
    PLACE = "place", _("lieu")
    DATE = "date", _("date")
    HOUR = "hour", _("heure")
    NUMBER = "number", _("nombre")
    CHOICE = "choice", _("choix")


@dataclass(frozen=True, slots=True)
class Slot:
    """`maximum` bounds a text in characters and a number in value; of other kinds it is 0."""

    name: str
    kind: str
    maximum: int = 0
    choices: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Whether its bounds are those of its kind; the database asks the same."""
        if self.kind == SlotKind.CHOICE:
            kept = {choice for choice in self.choices if 0 < len(choice) <= MAX_CHOICE}
            return len(kept) == len(self.choices) and MIN_CHOICES <= len(kept) <= MAX_CHOICES
        most = {SlotKind.TEXT: MAX_TEXT, SlotKind.NUMBER: MAX_NUMBER}.get(SlotKind(self.kind), 0)
        return not self.choices and (0 < self.maximum <= most if most else self.maximum == 0)

    @property
    def bound_words(self) -> str:
        """« texte, 60 signes au plus »"""
        kind = str(SlotKind(self.kind).label)
        if self.kind in (SlotKind.TEXT, SlotKind.PLACE):
            count = self.maximum or MAX_PLACE
            bound = ngettext("%(count)d signe au plus", "%(count)d signes au plus", count)
            return f"{kind}, {bound % {'count': count}}"
        if self.kind == SlotKind.NUMBER:
            bound = gettext("%(count)d au plus") % {"count": self.maximum}
            return f"{kind}, {bound}"
        if self.kind == SlotKind.CHOICE:
            return gettext("%(kind)s : %(choices)s") % {
                "kind": kind,
                "choices": " · ".join(self.choices),
            }
        return kind

    @property
    def longest(self) -> str:
        """What takes as much of the text as anything that may stand here, but for emoji."""
        return {
            SlotKind.TEXT: "x" * self.maximum,
            SlotKind.PLACE: "x" * MAX_PLACE,
            SlotKind.DATE: LONGEST_DATE,
            SlotKind.HOUR: LONGEST_HOUR,
            SlotKind.NUMBER: str(self.maximum),
            SlotKind.CHOICE: max(self.choices, key=len, default=""),
        }[SlotKind(self.kind)]

    def parse(self, typed: str, today: dt.date) -> str:
        """The words that stand in its place; what X shows is French, whoever types. Raises
        Unreadable with what is wrong.
        """
        words = " ".join(normalise_typed(typed).split())
        if not words:
            raise Unreadable(gettext("À remplir : le texte en a besoin."))
        if self.kind == SlotKind.DATE:
            read = parse_day(words, today)
            if read.hour is not None:
                raise Unreadable(gettext("Écrivez la date seule, sans l’heure."))
            with translation.override("fr"):
                pattern = "l j F" if read.day.year == today.year else "l j F Y"
                return format_date(read.day, pattern)
        if self.kind == SlotKind.HOUR:
            hour = parse_hour(words)
            with translation.override("fr"):
                return " ".join(format_hour(hour).split())
        if self.kind == SlotKind.NUMBER:
            return self._parse_number(words)
        if self.kind == SlotKind.CHOICE:
            if words not in self.choices:
                raise Unreadable(gettext("Choisissez l’une des réponses proposées."))
            return words
        return self._parse_words(words)

    def _parse_number(self, words: str) -> str:
        number = parse_int(words)
        if number is None or number > self.maximum:
            raise Unreadable(
                gettext("Écrivez un nombre entier, %(count)d au plus.") % {"count": self.maximum}
            )
        return str(number)

    def _parse_words(self, words: str) -> str:
        most = self.maximum or MAX_PLACE
        if len(words) > most:
            raise Unreadable(
                ngettext("%(count)d signe au plus.", "%(count)d signes au plus.", most)
                % {"count": most}
            )
        if entities(words):
            raise Unreadable(
                gettext("Pas de lien, de mot-dièse ni de compte ici : le modèle les porte.")
            )
        return words


def read_slots(stored: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """Of the JSON in which templates keep them."""
    return tuple(
        Slot(row["name"], row["kind"], row["maximum"], tuple(row["choices"])) for row in stored
    )


def slots_as_json(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """What `read_slots` reads."""
    return [
        {"name": s.name, "kind": s.kind, "maximum": s.maximum, "choices": list(s.choices)}
        for s in slots
    ]


def names_in(text: str) -> list[str]:
    """The names of the slots of a text, each once, in their order."""
    return list(dict.fromkeys(MARKER.findall(text)))


def has_stray_bracket(text: str) -> bool:
    """Whether a bracket stands there that is no slot's."""
    return BRACKET.search(MARKER.sub("", text)) is not None


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with these words in the place of its slots."""
    return MARKER.sub(lambda match: words[match[1]], text)


def longest_text(text: str, slots: Sequence[Slot]) -> str:
    return fill(text, {slot.name: slot.longest for slot in slots})


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text in stretches, each with whether it is a slot."""
    found = MARKER.split(text)
    return [(piece, bool(place % 2)) for place, piece in enumerate(found) if piece]
