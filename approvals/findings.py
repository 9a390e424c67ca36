"""What a draft's text should be told about before anyone approves it.

A check is a pure function of the text and its links that yields findings; `findings` runs them
all. Errors keep a text from being submitted, warnings do not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from approvals.tweet_text import (
    MAX_CHARACTERS,
    MAX_WEIGHT,
    Entity,
    entities,
    fitting_end,
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


def findings(text: str, had: Collection[str] = ()) -> list[Finding]:
    """What is found in a normalised text: errors first, then in the order of the text. `had` is
    what X has, or had, of the drafts that this one came from. Of one kind, the first are enough.
    """
    if len(text) > MAX_CHARACTERS:
        sentence = _("Ce texte est beaucoup trop long : 4 000 signes au plus.")
        return [Finding("unread", "error", 0, 0, "", sentence)]
    links = entities(text)
    found = [f for check in CHECKS for f in islice(check(text, links), MAX_OF_ONE_KIND)]
    found += same_as_before(text, had)
    return sorted(found, key=lambda finding: (finding.level != "error", finding.start))


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
    if text.strip() and text.strip() in {one.strip() for one in had}:
        sentence = _(
            "X a déjà eu ce texte mot pour mot, et refuse deux fois le même : changez ce qui "
            "doit l’être."
        )
        yield Finding("same_as_before", "warning", 0, 0, "", sentence)


_AFTER_HYPHENS = re.compile(r"(?:[-\u2010\u2011]\w+)+")
_HYPHEN = re.compile(r"[-\u2010\u2011]")


def hashtag_cut(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for tag in links:
        if tag.kind != "hashtag" or not (rest := _AFTER_HYPHENS.match(text, tag.end)):
            continue
        words = text[tag.start : rest.end()]
        parts = _HYPHEN.split(words[1:])
        suggestion = words[0] + "".join(part[0].upper() + part[1:] for part in parts)
        sentence = format_lazy(
            _(
                "Le trait d’union coupe le mot-dièse : seul {linked} sera un lien. "
                "Écrivez {suggestion}."
            ),
            linked=text[tag.start : tag.end],
            suggestion=suggestion,
        )
        yield Finding("hashtag_cut", "warning", tag.start, rest.end(), words, sentence, suggestion)


def mention(text: str, links: Sequence[Entity]) -> Iterator[Finding]:
    for named in links:
        if named.kind == "mention":
            words = text[named.start : named.end]
            sentence = format_lazy(
                _("X peut refuser un tweet qui mentionne {words} sans y avoir été invité."),
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


CHECKS = (empty, too_long, hashtag_cut, mention, link_without_scheme)
