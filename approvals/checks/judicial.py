"""The secrecy of the inquiry: whether a text tells of one case.

Law: article 11 of the code of criminal procedure. An inquiry is secret; the prosecutor speaks of
it, or agrees that others do. « Le vol est puni de trois ans » and « un homme arrêté pour vol »
share their words, so no word decides: each sign of a case or of things in general has a weight,
counted once, and the sum decides. docs/checks.md says how the weights were found.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import PASSAGE, Analysis
from approvals.checks.cues import is_negated
from approvals.checks.finding import Finding, Severity
from approvals.checks.vocabulary import pattern, sections

OTHER_MEANING = "other_meaning"
# Each section of words/judicial.txt is one sign, with its weight.
SIGNS = [s for s in sections("judicial").values() if s.name != OTHER_MEANING]
THRESHOLD = 7
# When something happened, and to whom, tells a case only beside what police or courts do.
_NOT_ALONE = frozenset({"when", "person", "past"})
_CATEGORY_WEIGHT = {
    "operation": 1,
    "witnesses": 1,
    "advice": -2,
    "recruitment": -2,
    "traffic": -2,
    "service": -2,
}

# What an authority asks the police to say: its request stands for the prosecutor's agreement.
_ASKED_FOR = frozenset({"disappearance", "witnesses"})
# By whether an authority asks for such messages, and whether its request, or the agreement, is
# recorded.
_SENTENCES = {
    (False, False): _(
        "« {words} » touche une affaire : seul le procureur peut en parler, ou donner son accord. "
        "Enregistrez cet accord, ou retirez ce qui vient de l’enquête."
    ),
    (False, True): _(
        "« {words} » touche une affaire : vérifiez que l’accord du procureur couvre ce point."
    ),
    (True, False): _(
        "« {words} » touche une affaire : seule l’autorité qui enquête peut en faire parler. "
        "Enregistrez sa demande, ou retirez ce qui vient de l’enquête."
    ),
    (True, True): _(
        "« {words} » touche une affaire : vérifiez que la demande de l’autorité couvre ce point."
    ),
}

_OTHER_MEANING = pattern("judicial", OTHER_MEANING)


@lru_cache(maxsize=512)
def score(passage: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The sum of the weights of a folded passage, 0 without a sign of what police or courts do,
    and where these signs stand in it, the heaviest first.
    """
    passage = _OTHER_MEANING.sub(lambda match: "\u00b7" * len(match[0]), passage)
    total, places = 0, []
    for sign in SIGNS:
        asserted = (
            match
            for match in sign.pattern.finditer(passage)
            if sign.weight < 0 or not is_negated(passage, match.start())
        )
        if match := next(asserted, None):
            total += sign.weight
            if sign.weight > 0 and sign.name not in _NOT_ALONE:
                places.append((sign.weight, match.span()))
    places.sort(key=lambda place: -place[0])
    return (total if places else 0), tuple(span for _weight, span in places)


def is_case(passage: str) -> bool:
    """Whether a folded passage tells of one case."""
    return score(passage)[0] >= THRESHOLD


def judicial(analysis: Analysis) -> Iterator[Finding]:
    """Elements of one inquiry, unless the prosecutor's agreement is recorded."""
    agreed = analysis.context.has_agreement
    severity = Severity.WARN if agreed else Severity.BLOCK
    asked_for = analysis.context.category in _ASKED_FOR
    sentence = _SENTENCES[asked_for, agreed]
    for start, end in passages(analysis):
        total, places = score(analysis.folded[start:end])
        total += _CATEGORY_WEIGHT.get(analysis.context.category, 0)
        if total >= THRESHOLD and places:
            first, last = places[0]
            yield analysis.finding("judicial", severity, start + first, start + last, sentence)


def passages(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """What to read at once: the whole of a tweet, pieces that overlap of a longer text."""
    length = len(analysis.folded)
    if length <= PASSAGE:
        yield 0, length
        return
    for start in range(0, length, PASSAGE // 2):
        yield start, min(start + PASSAGE, length)
