"""Characters that nobody sees, that look like others, or that a screen reader cannot read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.checks.folding import LOOKALIKES
from approvals.hidden_characters import code_of, hidden_characters, name_of
from approvals.tweet_text import MAX_WEIGHT, fitting_end, weighted_length

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def empty(analysis: Analysis) -> Iterator[Finding]:
    """A message without a word."""
    text = analysis.text
    if not text.strip():
        yield Finding("empty", Severity.BLOCK, 0, len(text), text, _("Le texte est vide."))


def too_long(analysis: Analysis) -> Iterator[Finding]:
    """More than X takes, as X counts."""
    text = analysis.text
    excess = weighted_length(text) - MAX_WEIGHT
    if excess > 0:
        start = fitting_end(text)
        sentence = format_lazy(
            ngettext_lazy("{count} signe de trop.", "{count} signes de trop.", excess),
            count=excess,
        )
        yield Finding("too_long", Severity.BLOCK, start, len(text), text[start:], sentence)


def invisible(analysis: Analysis) -> Iterator[Finding]:
    """One finding for each character that nobody may submit, however often it stands there."""
    yield from invisible_in(analysis.text)


def invisible_in(text: str) -> Iterator[Finding]:
    """The same of any text, an image's description too."""
    places: dict[str, list[int]] = {}
    for position in hidden_characters(text):
        places.setdefault(text[position], []).append(position)
    for char, starts in places.items():
        first, *more = starts
        sentence = _invisible_sentence(text, starts)
        yield Finding(
            "invisible", Severity.BLOCK, first, first + 1, char, sentence, also=tuple(more)
        )


def _invisible_sentence(text: str, starts: list[int]) -> StrOrPromise:
    first = starts[0]
    before = "".join(c for c in text[max(first - 20, 0) : first] if c.isprintable()).split()
    if before:
        where = format_lazy(_("après « {words} »"), words=before[-1])
    else:
        where = format_lazy(_("au début"))
    sentence = ngettext_lazy(
        "Le caractère {code} ({name}), {where}, ne se voit pas ou est refusé par X : effacez-le.",
        "Le caractère {code} ({name}), {count} fois, d’abord {where}, ne se voit pas ou est refusé "
        "par X : effacez-le.",
        len(starts),
    )
    return format_lazy(
        sentence,
        code=code_of(text[first]),
        name=name_of(text[first]),
        where=where,
        count=len(starts),
    )


_FOREIGN = "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0531-\u058f\u13a0-\u13fd"
_FOREIGN_LETTER = re.compile(f"[{_FOREIGN}]")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def homoglyph(analysis: Analysis) -> Iterator[Finding]:
    """A word with letters of two scripts, or all of lookalikes: « Pоlice » with a Cyrillic о."""
    text = analysis.text
    if not _FOREIGN_LETTER.search(text):
        return
    for word in _WORD.finditer(text):
        if not _FOREIGN_LETTER.search(word[0]):
            continue
        latin = word[0].translate(LOOKALIKES)
        mixed = any("a" <= char.lower() <= "z" or char in "éèêàçôîûùëï" for char in word[0])
        if not mixed and _FOREIGN_LETTER.search(latin):
            continue
        sentence = _(
            "« {words} » mêle des lettres d’un autre alphabet : retapez ce mot ({suggestion})."
        )
        yield analysis.finding_in_text("homoglyph", Severity.BLOCK, *word.span(), sentence, latin)


# Mathematical letters, letters in circles and squares, full width, small capitals, raised letters.
_STYLED = re.compile(
    "[\U0001d400-\U0001d7ff\u2460-\u24ff\uff01-\uff5e\U0001f110-\U0001f16b\u1d00-\u1d2b\u1d2c-\u1d6a"
    "\u02b0-\u02b8\u02e0-\u02e4\u2071\u2090-\u209c\u2100-\u2101\u210a-\u2115\u2119-\u211d"
    "\u2124\u2128\u212c-\u2131\u2133-\u2138\ua730\ua731\u0262\u026a\u0274\u0280\u028f\u0299\u029c"
    "\u029f\u0250\u0279\u0287\u028c-\u028e\u0183\u0185]"
    "(?:[ \ufe0f]?[\U0001d400-\U0001d7ff\u2460-\u24ff\uff01-\uff5e\U0001f110-\U0001f16b"
    "\u1d00-\u1d6a\u02b0-\u02b8\u2071\u2090-\u209c\u0262\u026a\u0274\u0280\u028f\u0299\u029c"
    "\u029f\u0250\u0279\u0287\u028c-\u028e])*"
)
# These have letters in them and are plain emoji.
_EMOJI_OF_LETTERS = frozenset("\u24c2")
_BEFORE_ORDINAL = frozenset("0123456789IVXLCM")


def styled(analysis: Analysis) -> Iterator[Finding]:
    """Letters of mathematics instead of bold ones: a screen reader spells them or says nothing."""
    for match in _STYLED.finditer(analysis.text):
        before = analysis.text[match.start() - 1 : match.start()]
        if match[0].strip("\ufe0f ") in _EMOJI_OF_LETTERS or (before and before in _BEFORE_ORDINAL):
            continue
        plain = unicodedata.normalize("NFKC", match[0])
        sentence = _(
            "« {words} » n’est pas fait de lettres ordinaires : un lecteur d’écran ne peut pas le "
            "lire. Écrivez {suggestion}."
        )
        yield analysis.finding_in_text("styled", Severity.BLOCK, *match.span(), sentence, plain)
