"""Characters that X refuses or nobody sees: which they are in a text, and what they are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import emoji
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_SELECTORS = "\ufe0e\ufe0f"
_BLACK_FLAG = "\U0001f3f4"
_MAY_STAND = "\n\t"
# Format characters that are seen: signs that enclose the digits after them.
_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Default ignorable code points of other categories, and the empty Braille cell.
_IGNORED = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFDD0, 0xFDEF),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)

_FRENCH_NAMES: dict[str, str | Promise] = {
    "\u00ad": _("trait d’union conditionnel"),
    "\u034f": _("diacritique invisible"),
    "\u061c": _("marque de lettre arabe"),
    "\u0085": _("saut de ligne"),
    "\u200b": _("espace sans chasse"),
    "\u200c": _("antiliant sans chasse"),
    "\u200d": _("liant sans chasse"),
    "\u200e": _("marque de gauche à droite"),
    "\u200f": _("marque de droite à gauche"),
    "\u2028": _("séparateur de lignes"),
    "\u2029": _("séparateur de paragraphes"),
    "\u202a": _("enchâssement de gauche à droite"),
    "\u202b": _("enchâssement de droite à gauche"),
    "\u202c": _("fin d’écriture dans un sens imposé"),
    "\u202d": _("écriture forcée de gauche à droite"),
    "\u202e": _("écriture forcée de droite à gauche"),
    "\u2060": _("gluon de mots"),
    "\u2066": _("isolat de gauche à droite"),
    "\u2067": _("isolat de droite à gauche"),
    "\u2068": _("isolat de sens automatique"),
    "\u2069": _("fin d’isolat"),
    "\u2800": _("motif braille vide"),
    "\u3164": _("remplissage hangûl"),
    "\ufe0e": _("sélecteur de forme texte"),
    "\ufe0f": _("sélecteur de forme emoji"),
    "\ufeff": _("indicateur d’ordre des octets"),
}


def hidden_characters(text: str) -> Iterator[int]:
    """Where a character stands that X refuses, that nobody sees or that turns the line, but for
    what an emoji is made of.
    """
    position = 0
    while position < len(text):
        if end := _flag_end(text, position):
            position = end
            continue
        if _is_hidden(text[position]) and not _belongs_to_emoji(text, position):
            yield position
        position += 1


def code_of(char: str) -> str:
    return f"U+{ord(char):04X}"


def name_of(char: str) -> str:
    """What a character is called; of the rare ones Unicode's own name."""
    if char in _FRENCH_NAMES:
        return str(_FRENCH_NAMES[char])
    if unicodedata.category(char) == "Cc":
        return str(_("caractère de commande"))
    return unicodedata.name(char, "") or str(_("ce n’est pas un caractère"))


@cache
def _is_hidden(char: str) -> bool:
    code = ord(char)
    if char in _MAY_STAND or char in _SEEN:
        return False
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or code & 0xFFFE == 0xFFFE:
        return True
    return any(first <= code <= last for first, last in _IGNORED)


def _belongs_to_emoji(text: str, position: int) -> bool:
    char, before = text[position], text[max(position - 2, 0) : position]
    after = text[position + 1 : position + 2]
    if char in _SELECTORS:
        if before[-1:] in _keycap_bases():
            return after == _KEYCAP
        return before[-1:] in _emoji_characters()
    if char == _JOINER:
        base = before[0] if len(before) == 2 and before[1] == "\ufe0f" else before[-1:]
        return base in _emoji_characters() and after in _emoji_characters()
    return False


def _flag_end(text: str, start: int) -> int:
    """Where a flag written with tag characters ends; 0 where none starts."""
    if text[start] != _BLACK_FLAG:
        return 0
    return next((start + len(f) for f in _tag_flags() if text.startswith(f, start)), 0)


@cache
def _emoji_characters() -> frozenset[str]:
    """The emoji of one character, with skin tones; no digit, which is one with a keycap only."""
    return frozenset(text for text in emoji.EMOJI_DATA if len(text) == 1)


@cache
def _keycap_bases() -> frozenset[str]:
    return frozenset(text[0] for text in emoji.EMOJI_DATA if text.endswith(_KEYCAP))


@cache
def _tag_flags() -> tuple[str, ...]:
    return tuple(t for t in emoji.EMOJI_DATA if t[0] == _BLACK_FLAG and t[-1] == "\U000e007f")
