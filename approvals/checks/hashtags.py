"""The form of hashtags: whole, readable by a screen reader, few."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.tweet_text import Entity, entities, in_hashtag, normalise

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_ALONE = re.compile(r"(?<![\w#])# (?=[^\W\d_])(\w+)")
MAX_HASHTAGS = 3
# A word of so many letters in one case is most likely several.
MAX_ONE_WORD = 15
# Category Pd has the hyphens and dashes; these look like one, or like an apostrophe.
_DASHES = "\u2212\u2043\u00ad\u02d7"
_APOSTROPHES = "'\u2018\u2019\u201a\u201b\u2032\u2035`\u00b4\uff07"
_HYPHENS = "-\u2010\u2011"


def hashtag_broken(analysis: Analysis) -> Iterator[Finding]:
    """A hashtag that X ends before its author meant it to, or does not begin at all."""
    text = analysis.text
    for alone in _ALONE.finditer(text):
        yield analysis.finding_in_text(
            "hashtag_broken",
            Severity.WARN,
            *alone.span(),
            _("L’espace coupe le mot-dièse. Écrivez {suggestion}."),
            alone[0][0] + alone[1],
        )
    for tag in analysis.links:
        if tag.kind != "hashtag" or (end := _hashtag_meant(text, tag.end)) == tag.end:
            continue
        words = text[tag.start : end]
        suggestion = words[0] + _as_one_word(words[1:])
        if entities(suggestion) != [Entity("hashtag", 0, len(suggestion), suggestion[1:])]:
            continue
        sentence = format_lazy(
            _("{sign} coupe le mot-dièse : seul {linked} sera un lien. Écrivez {suggestion}."),
            sign=_cutting_sign(text[tag.end]),
            linked=text[tag.start : tag.end],
            suggestion=suggestion,
        )
        yield Finding("hashtag_broken", Severity.WARN, tag.start, end, words, sentence, suggestion)


def hashtag_style(analysis: Analysis) -> Iterator[Finding]:
    """More hashtags than a reader follows, or several words run together in one case."""
    tags = [link for link in analysis.links if link.kind == "hashtag"]
    if len(tags) > MAX_HASHTAGS:
        tag = tags[MAX_HASHTAGS]
        yield analysis.finding_in_text(
            "hashtag_style",
            Severity.WARN,
            tag.start,
            tag.end,
            _("Plus de trois mots-dièse : gardez ceux que l’on cherche vraiment."),
        )
    for tag in tags:
        letters = [char for char in tag.value if char.isalpha()]
        one_case = all(c.islower() for c in letters[1:]) or all(c.isupper() for c in letters)
        if len(letters) > MAX_ONE_WORD and one_case:
            yield analysis.finding_in_text(
                "hashtag_style",
                Severity.WARN,
                tag.start,
                tag.end,
                _(
                    "{words} : mettez une majuscule à chaque mot, un lecteur d’écran les lira "
                    "séparément (#SécuritéRoutière)."
                ),
            )


def _cutting_sign(char: str) -> StrOrPromise:
    if char in _HYPHENS:
        return _("Le trait d’union")
    if char in _APOSTROPHES:
        return _("L’apostrophe")
    if _separates(char):
        return _("Le tiret")
    return format_lazy(_("Le caractère « {char} »"), char=char)


def _separates(char: str) -> bool:
    dash = unicodedata.category(char) == "Pd" or char in _DASHES
    return (dash or char in _APOSTROPHES) and not in_hashtag(char)


def _is_almost_letter(char: str) -> bool:
    """Read as a letter or a number, without being one to X: Ⅷ, ², ™, ⓐ."""
    if in_hashtag(char) or unicodedata.category(char)[0] not in "NS":
        return False
    return any(c.isalnum() for c in unicodedata.normalize("NFKC", char))


def _hashtag_meant(text: str, end: int) -> int:
    """Where the words end that an author takes for the hashtag which X ends at `end`."""
    while True:
        start = end
        while start < len(text) and _separates(text[start]):
            start += 1
        stop = start
        while stop < len(text) and (in_hashtag(text[stop]) or _is_almost_letter(text[stop])):
            stop += 1
        if stop == start:
            return end
        end = stop


def _as_one_word(words: str) -> str:
    parts = "".join(" " if _separates(char) else char for char in words).split()
    joined = words
    if len(parts) > 1:
        joined = "".join(part[0].upper() + part[1:] for part in parts)
    plain = "".join(
        unicodedata.normalize("NFKC", char) if _is_almost_letter(char) else char for char in joined
    )
    return normalise("".join(char for char in plain if in_hashtag(char)))
