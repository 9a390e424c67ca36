"""One message as the checks read it: its folded text, sentences, links and names, found once."""

from __future__ import annotations

import datetime as dt
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.text import format_lazy

from approvals.checks.finding import Finding, Severity
from approvals.checks.folding import fold_char
from approvals.checks.lists import DEFAULT_LISTS, Lists, Reserve
from approvals.checks.names import Name, first_names, names
from approvals.tweet_text import Entity, entities

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A full stop inside a number, an abbreviation's or an initial's ends no sentence.
_SENTENCE_END = re.compile(r"[!?\u2026]+|\.(?=\s|$)|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:m|mm|mr|dr|me|st|bd|av|art|cf|etc|[a-z]))$")


# A tweet is about one thing; a longer text is read piece by piece.
PASSAGE = 300


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a message besides its text. `category` is a `Category` or empty."""

    category: str = ""
    image_count: int = 0
    department: str = ""
    handle: str = ""
    has_agreement: bool = False  # the prosecutor's agreement, or the authority's reference
    written_on: dt.date | None = None
    sent_on: dt.date | None = None
    had: tuple[str, ...] = ()  # what X has, or had, of the drafts that this one came from
    recent: tuple[str, ...] = ()  # the account's texts approved in the last month
    elsewhere: tuple[str, ...] = ()  # other accounts' of the last week
    lists: Lists = DEFAULT_LISTS
    reserve: Reserve | None = None  # the one that keeps this category back at the hour of sending


@dataclass(frozen=True)
class Analysis:
    """`folded` is the text in NFKC, without accents, in lower case and with one apostrophe."""

    text: str
    context: Context = field(default_factory=Context)

    @cached_property
    def _folding(self) -> tuple[str, array[int]]:
        pieces: list[str] = []
        origins = array("l")
        for position, char in enumerate(self.text):
            piece = fold_char(char)
            pieces.append(piece)
            origins.extend([position] * len(piece))
        origins.append(len(self.text))
        return "".join(pieces), origins

    @property
    def folded(self) -> str:
        return self._folding[0]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the text."""
        origins = self._folding[1]
        return origins[start], (origins[end - 1] + 1 if end > start else origins[end])

    def words(self, start: int, end: int) -> str:
        """The text's own words of a stretch of the folded text."""
        first, last = self.place(start, end)
        return self.text[first:last]

    @cached_property
    def links(self) -> list[Entity]:
        return entities(self.text)

    @cached_property
    def names(self) -> list[Name]:
        return list(names(self.text))

    @cached_property
    def first_names(self) -> list[re.Match[str]]:
        return list(first_names(self.text))

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence of the folded text begins and ends."""
        return list(_sentences(self.folded))

    def sentence_of(self, match: re.Match[str]) -> str:
        """The folded sentence in which a match of the folded text stands."""
        start, end = self.sentence_at(match.start())
        return self.folded[start:end]

    def passage_of(self, match: re.Match[str]) -> str:
        """What is read at once around a match: the whole of a tweet, its sentence beyond."""
        return self.folded if len(self.folded) <= PASSAGE else self.sentence_of(match)

    def finding(
        self,
        check: str,
        severity: Severity,
        start: int,
        end: int,
        sentence: StrOrPromise,
        suggestion: str = "",
    ) -> Finding:
        """A finding about a stretch of the folded text, whose words the sentence may name."""
        place = self.place(start, end)
        return self.finding_in_text(check, severity, *place, sentence, suggestion)

    def finding_in_text(
        self,
        check: str,
        severity: Severity,
        start: int,
        end: int,
        sentence: StrOrPromise,
        suggestion: str = "",
    ) -> Finding:
        """The same of a stretch of the text itself."""
        words = self.text[start:end]
        said = format_lazy(sentence, words=words, suggestion=suggestion)
        return Finding(check, severity, start, end, words, said, suggestion)

    def sentence_at(self, position: int) -> tuple[int, int]:
        low, high = 0, len(self.sentences)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.sentences[middle][0] <= position else (low, middle)
        return self.sentences[low] if self.sentences else (0, 0)


def _sentences(folded: str) -> Iterator[tuple[int, int]]:
    """A sentence without an end is cut, so that reading the one around a word costs little."""
    for start, end in _whole_sentences(folded):
        for first in range(start, end, PASSAGE):
            yield first, min(first + PASSAGE, end)


def _whole_sentences(folded: str) -> Iterator[tuple[int, int]]:
    start = 0
    for mark in _SENTENCE_END.finditer(folded):
        if mark[0] == "." and _ABBREVIATION.search(folded, max(mark.start() - 5, 0), mark.start()):
            continue
        if folded[start : mark.end()].strip():
            yield start, mark.end()
        start = mark.end()
    if folded[start:].strip():
        yield start, len(folded)
