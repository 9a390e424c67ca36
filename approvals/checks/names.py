"""Persons named in a text, told from streets, schools and towns that bear a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from approvals.checks.folding import fold
from approvals.checks.vocabulary import pattern, word_set, words_of

_UPPER = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0152"
_LOWER = "a-z\u00df-\u00f6\u00f8-\u00ff\u0153"
_CAPITALISED = (
    rf"(?:[{_UPPER}]['\u2019])?[{_UPPER}][{_LOWER}]+(?:[-'\u2019][{_UPPER}]?[{_LOWER}]+)*"
)
_CAPITALS = rf"[{_UPPER}]{{2,}}(?:[-'\u2019][{_UPPER}]+)*"
_PARTICLE = (
    r"(?:(?:de|du|des|de la|d'|le|la|el|ben|da|van|von|al|Le|La|De|Du|El|Ben|Da|Van|LE|LA|DE)"
    r"[ '\u2019]?)"
)
_FAMILY = (
    rf"(?:{_PARTICLE}{{0,2}}(?:{_CAPITALISED}|{_CAPITALS}|[{_UPPER}](?:\.|(?![\w'\u2019.-]))))"
)
_FULL_NAME = re.compile(
    rf"(?<![\w#@-])(?P<first>{_CAPITALISED}|{_CAPITALS})"
    rf"(?: (?P<second>{_CAPITALISED}|{_CAPITALS}))?? (?P<family>{_FAMILY})(?![\w])"
)
_TITLED = re.compile(
    rf"(?<![\w])(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|MONSIEUR|MADAME|MME) "
    rf"(?P<name>{_FAMILY}(?: (?:{_CAPITALISED}|{_CAPITALS}))?)"
)
_ONE_WORD = re.compile(rf"(?<![\w#@-])(?:{_CAPITALISED}|{_CAPITALS})(?![\w])")
# What stands before the name of a place, not of a person met there.
_PLACE_BEFORE = pattern("names", "place_before")
_OFFICIAL_BEFORE = pattern("names", "official_before")
_RANK_BEFORE = pattern("names", "rank_before")
# First names that are words or places as well: a name only with a family name in capitals.
_ALSO_WORDS = word_set("names", "also_words")
_ALSO_ALONE = _ALSO_WORDS | word_set("names", "also_words_alone")
_NEVER_FAMILY = word_set("names", "never_family")


@dataclass(frozen=True, slots=True)
class Name:
    """Where a person is named in the text; `rank` is whether a police rank stands before."""

    start: int
    end: int
    official: bool
    rank: bool


def names(text: str) -> Iterator[Name]:
    """The persons named with a family name, an initial or a title."""
    towns = town_names()
    for titled in _TITLED.finditer(text):
        yield _name(text, *titled.span())
    position = 0
    while match := _FULL_NAME.search(text, position):
        first, family = fold(match["first"]), fold(match["family"])
        position = match.start() + len(match["first"])
        if match["second"]:
            position = match.end()
        if not is_first_name(first) or family.strip(".") in _NEVER_FAMILY:
            continue
        whole = fold(match[0])
        if whole in towns or whole.replace(" ", "-") in towns or _stands_for_place(text, match):
            continue
        if first in _ALSO_WORDS and not (match["first"].istitle() and match["family"].isupper()):
            continue
        position = match.end()
        yield _name(text, *match.span())


def first_names(text: str) -> Iterator[re.Match[str]]:
    """Each word that is a first name and little else."""
    for match in _ONE_WORD.finditer(text):
        word = fold(match[0])
        if word in _ALSO_ALONE or word in town_names() or not is_first_name(word):
            continue
        if not _stands_for_place(text, match):
            yield match


def _name(text: str, start: int, end: int) -> Name:
    before = _before(text, start)
    return Name(
        start, end, bool(_OFFICIAL_BEFORE.search(before)), bool(_RANK_BEFORE.search(before))
    )


def _stands_for_place(text: str, match: re.Match[str]) -> bool:
    return bool(_PLACE_BEFORE.search(_before(text, match.start())))


def _before(text: str, start: int) -> str:
    return fold(text[max(start - 50, 0) : start])


@cache
def known_first_names() -> frozenset[str]:
    names_listed = " ".join(words_of("first_names")).split(",")
    return frozenset(fold(name.strip()) for name in names_listed if name.strip())


def is_first_name(folded: str) -> bool:
    """« Jean-Pierre » too, if each half is one."""
    known = known_first_names()
    return folded in known or ("-" in folded and all(p in known for p in folded.split("-")))


@cache
def towns() -> dict[str, frozenset[str]]:
    """The departments in which a town of this folded name stands."""
    found: dict[str, set[str]] = {}
    for line in words_of("communes"):
        department, communes = line.split("\t")
        for commune in communes.split(", "):
            found.setdefault(fold(commune), set()).add(department)
    return {name: frozenset(departments) for name, departments in found.items()}


@cache
def town_names() -> frozenset[str]:
    return frozenset(towns())
