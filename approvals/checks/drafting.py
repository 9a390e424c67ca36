"""What shows that a text is not finished, or was only meant to try the application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.checks.vocabulary import pattern

_DRAFT_WORDS = pattern("drafting", "draft_words")
_NOT_A_DRAFT = pattern("drafting", "not_a_draft")


def draft_words(analysis: Analysis) -> Iterator[Finding]:
    """Notes to oneself, blanks to fill, and texts that are for inside."""
    for match in _DRAFT_WORDS.finditer(analysis.folded):
        if match[0].startswith("a ") and _NOT_A_DRAFT.search(analysis.sentence_of(match)):
            continue
        yield analysis.finding(
            "draft_words",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » : ce texte n’est pas terminé. Complétez-le ou effacez cette note."),
        )


def forbidden_word(analysis: Analysis) -> Iterator[Finding]:
    """Whole words of the administrators' list."""
    words = analysis.context.lists.words
    if not words:
        return
    for match in _any_of(words).finditer(analysis.folded):
        yield analysis.finding(
            "forbidden_word",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » est sur la liste des mots refusés : dites-le autrement."),
        )


@lru_cache(maxsize=8)
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    folded = sorted((Analysis(word).folded for word in words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, folded))})(?!\w)")


_TEST_WORDS = pattern("drafting", "test_words")
_REAL_TEST = pattern("drafting", "real_test")
_EXERCISE = pattern("drafting", "exercise")


def test_words(analysis: Analysis) -> Iterator[Finding]:
    """A message that tries the application."""
    for match in _TEST_WORDS.finditer(analysis.folded):
        if _REAL_TEST.search(analysis.sentence_of(match)):
            continue
        yield analysis.finding(
            "test_words",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » : un essai ne se fait pas sur un vrai compte. Utilisez le bac à sable."),
        )


def exercise(analysis: Analysis) -> Iterator[Finding]:
    """An exercise that a reader may take for the real thing."""
    if "exercice" in analysis.folded[:40]:
        return
    for match in _EXERCISE.finditer(analysis.folded):
        yield analysis.finding(
            "exercise",
            Severity.ADVICE,
            *match.span(),
            _("Un lecteur pressé peut croire à un vrai événement : commencez par « EXERCICE »."),
        )
