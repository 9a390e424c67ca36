"""The presumption of innocence: nobody is guilty before judgment (article 9-1, civil code)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.cues import cues_of
from approvals.checks.finding import Finding, Severity
from approvals.checks.judicial import is_case
from approvals.checks.vocabulary import pattern

_GUILTY = pattern("guilt", "guilty")
_JUDGED = pattern("guilt", "judged")


def guilt_formula(analysis: Analysis) -> Iterator[Finding]:
    """Somebody called guilty, or « présumé coupable »: one is presumed innocent."""
    for match in _GUILTY.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        formula = match[0].startswith(("presum", "coupable"))
        if _JUDGED.search(sentence) or (cues_of(sentence).definition and not formula):
            continue
        yield analysis.finding(
            "guilt_formula",
            Severity.BLOCK,
            *match.span(),
            _(
                "« {words} » : une personne est présumée innocente jusqu’à son jugement. Écrivez "
                "« soupçonné » ou « mis en cause »."
            ),
        )


_GUILT_WORDS = pattern("guilt", "guilt_words")
_GENERIC = pattern("guilt", "generic")


def guilt_words(analysis: Analysis) -> Iterator[Finding]:
    """Words that take somebody of a case for its author, before any judgment."""
    for match in _GUILT_WORDS.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        cues = cues_of(sentence)
        if _GENERIC.search(sentence):
            continue
        if not is_case(analysis.passage_of(match)) and (cues.general or not cues.particular):
            continue
        yield analysis.finding(
            "guilt_words",
            Severity.WARN,
            *match.span(),
            _(
                "« {words} » tient quelqu’un pour coupable avant son jugement. Écrivez "
                "« soupçonné de », « mis en cause » ou « suspect »."
            ),
        )
