"""Names as pages, mails and the trail show them: nothing invisible, nothing that turns a line."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.errors import Invalid

# Control, format (direction and zero-width), surrogates, private use, unassigned; line separators.
REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SENTENCE = _("Le nom contient un caractère invisible ou de mise en forme : tapez-le à nouveau.")
# Invisible too, whatever their category: Hangul fillers, the empty Braille cell, and marks of no
# width (Khmer's inherent vowels, Mongolian and other variation selectors).
BLANKS = {
    *"\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}


def is_printable(text: str) -> bool:
    return not any(unicodedata.category(c) in REFUSED or c in BLANKS for c in text)


def clean_name(typed: str) -> str:
    """Composed, with single spaces. Raises Invalid for what cannot be seen, or nothing."""
    if not is_printable(typed):
        raise Invalid(SENTENCE, field="name")
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name:
        raise Invalid(_("Ce champ ne peut pas rester vide."), field="name")
    return name


def validate_name(typed: str) -> None:
    """For forms."""
    if not is_printable(typed):
        raise ValidationError(SENTENCE, code="invisible")
