"""What a draft's text should be told about before anyone approves it.

A check is a pure function of the text and its links that yields findings; `findings` runs them
all. Errors keep a text from being submitted, warnings do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from approvals.hidden_characters import code_of, hidden_characters, name_of
from approvals.tweet_text import (
    MAX_CHARACTERS,
    MAX_WEIGHT,
    Entity,
    entities,
    fitting_end,
    in_hashtag,
    normalise,
    weighted_length,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_OF_ONE_KIND = 20


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    level: Literal["error", "warning"]
    start: int
    end: int
    words: str
    sentence: StrOrPromise
    suggestion: str = ""  # what to write instead of the words, where that is known
    also: tuple[int, ...] = ()  # where else the one character stands


def findings(text: str, had: Collection[str] = ()) -> list[Finding]:
    """What is found in a normalised text: errors first, then in the order of the text. `had` is
    what X has, or had, of the drafts that this one came from. Of one kind, the first are enough.
    """
    if len(text) > MAX_CHARACTERS:
        sentence = _("Ce texte est beaucoup trop long : 4 000 signes au plus.")
        return [Finding("unread", "error", 0, 0, "", sentence)]
    links = entities(text)
    all_found = [f for check in CHECKS for f in islice(check(text, links), MAX_OF_ONE_KIND)]
    all_found += same_as_before(text, had)
    return sorted(all_found, key=lambda finding: (finding.level != "error", finding.start))


def findings_in_descriptions(images: Sequence[dict[str, str]]) -> list[Finding]:
    """Hidden characters of the descriptions of a message's images, which X gets too."""
    return [
        replace(
            finding,
            start=0,
            end=0,
            also=(),
            code="hidden_in_description",
            sentence=format_lazy(
                _("Description de l’image {number}. {sentence}"),
                number=number,
                sentence=finding.sentence,
            ),
        )
        for number, image in enumerate(images, 1)
        if len(image["alt"]) <= MAX_CHARACTERS
        for finding in islice(hidden_character(image["alt"], ()), MAX_OF_ONE_KIND)
    ]


def empty(text: str, _links: Sequence[Entity]) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("empty", "error", 0, len(text), text, _("Le texte est vide."))


def too_long(text: str, _links: Sequence[Entity]) -> Iterator[Finding]:
    excess = weighted_length(text) - MAX_WEIGHT
    if excess > 0:
        start = fitting_end(text)
        sentence = format_lazy(
            ngettext_lazy("{count} signe de trop.", "{count} signes de trop.", excess),
            count=excess,
        )
        yield Finding("too_long", "error", start, len(text), text[start:], sentence)


def same_as_before(text: str, had: Collection[str]) -> Iterator[Finding]:
    """Of the whole text: no word of it is marked."""
    if text.strip() and text.strip() in {text_before.strip() for text_before in had}:
        sentence = _(
            "X a déjà eu ce texte mot pour mot, et n’accepte pas deux fois le même texte "
            ": changez ce qui "
            "doit l’être."
        )
        yield Finding("same_as_before", "warning", 0, 0, "", sentence)


def hidden_character(text: str, _links: Sequence[Entity]) -> Iterator[Finding]:
    """One finding for each character that nobody may submit, however often it stands there."""
    places: dict[str, list[int]] = {}
    for position in hidden_characters(text):
        places.setdefault(text[position], []).append(position)
    for char, starts in places.items():
        first, *more = starts
        yield Finding(
            "hidden_character",
            "error",
            first,
            first + 1,
            char,
            hidden_sentence(text, starts),
            also=tuple(more),
        )


def hidden_sentence(text: str, starts: list[int]) -> StrOrPromise:
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


# Category Pd has the hyphens and dashes; these look like one, or like an apostrophe.
_DASHES = "\u2212\u2043\u00ad\u02d7"
_APOSTROPHES = "'\u2018\u2019\u201a\u201b\u2032\u2035`\u00b4\uff07"
_HYPHENS = "-\u2010\u2011"


def hashtag_cut(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for tag in links:
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
        yield Finding("hashtag_cut", "warning", tag.start, end, words, sentence, suggestion)


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


# What closes a sentence or a bracket after a link is no part of the link.
_CLOSING = "\"'.,;:!?…)]}>»”’"
_CLOSES_LINK = '"<>)]}»”'
_NO_LINK_CHARACTER = re.compile(r"[^A-Za-z0-9!*;:=+,.$/%#\-_~@|&?]")


def link_cut(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for position, link in enumerate(links):
        bare = link.value.partition("://")[2] or link.value
        if link.kind != "url" or not ("/" in bare or "?" in bare):
            continue
        stop = links[position + 1].start if position + 1 < len(links) else len(text)
        rest = text[link.end : stop].split(maxsplit=1)[:1]
        words = rest[0].rstrip(_CLOSING) if rest and not text[link.end].isspace() else ""
        cutting = _NO_LINK_CHARACTER.search(words)
        if not cutting or cutting[0] in _CLOSES_LINK or not any(c.isalnum() for c in words):
            continue
        if list(hidden_characters(words)):
            continue
        scheme = "" if "://" in link.value else "https://"
        suggestion = f"{scheme}{link.value}{quote(words, safe='/?=&#%+.,;:@!~')}"
        if entities(suggestion) != [Entity("url", 0, len(suggestion), suggestion)]:
            continue
        sentence = format_lazy(
            _(
                "Le caractère « {char} » coupe le lien, qui s’arrête à {linked}. Écrivez "
                "{suggestion}, ou mettez une espace après l’adresse."
            ),
            char=cutting[0],
            linked=link.value,
            suggestion=suggestion,
        )
        end = link.end + len(words)
        yield Finding(
            "link_cut", "warning", link.start, end, text[link.start : end], sentence, suggestion
        )


def mention(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for named in links:
        if named.kind == "mention":
            words = text[named.start : named.end]
            sentence = format_lazy(
                _(
                    "X peut refuser un tweet qui cite {words} si ce compte ne vous a pas "
                    "mentionné d’abord."
                ),
                words=words,
            )
            yield Finding("mention", "warning", named.start, named.end, words, sentence)


def link_without_scheme(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for link in links:
        if link.kind == "url" and not link.value.lower().startswith(("http://", "https://")):
            suggestion = f"https://{link.value}"
            sentence = format_lazy(
                _(
                    "« {words} » sera un lien. Écrivez {suggestion}, ou mettez une espace après "
                    "le point si ce n’est pas une adresse."
                ),
                words=link.value,
                suggestion=suggestion,
            )
            yield Finding(
                "link_without_scheme",
                "warning",
                link.start,
                link.end,
                link.value,
                sentence,
                suggestion,
            )


CHECKS = (
    empty,
    too_long,
    hidden_character,
    hashtag_cut,
    mention,
    link_without_scheme,
    link_cut,
)
