"""How an institution speaks: for itself, of no party, in short sentences, without mockery.

The State's charter for social networks (SIG, 2024) asks for short sentences with one idea, no
private abbreviations and no reacting faces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import emoji
from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity
from approvals.checks.vocabulary import pattern, words_of

MAX_WORDS = 25

_PERSONAL = pattern("tone", "personal")
_QUOTED = re.compile(r"\u00ab[^\u00bb]{0,300}\u00bb|\"[^\"]{0,300}\"|\u201c[^\u201d]{0,300}\u201d")
_WRITTEN_FOR_READER = pattern("tone", "written_for_reader")


def personal_voice(analysis: Analysis) -> Iterator[Finding]:
    """Somebody's own life or opinion under the institution's name."""
    quotes = [match.span() for match in _QUOTED.finditer(analysis.folded)]
    for match in _PERSONAL.finditer(analysis.folded):
        if any(start <= match.start() < end for start, end in quotes[:50]):
            continue
        if _WRITTEN_FOR_READER.search(analysis.sentence_of(match)):
            continue
        yield analysis.finding(
            "personal_voice",
            Severity.WARN,
            *match.span(),
            _("« {words} » parle en votre nom : ce compte parle au nom du service."),
        )


_POLITICS = pattern("tone", "politics")
_VOTING = pattern("tone", "voting")


def politics(analysis: Analysis) -> Iterator[Finding]:
    """A party, a candidate, a judgment of those who govern."""
    for match in _POLITICS.finditer(analysis.folded):
        if _VOTING.search(analysis.sentence_of(match)):
            continue
        if match[0] in ("rn", "renaissance", "modem", "faure", "roussel") and not _is_party(
            analysis, match
        ):
            continue
        yield analysis.finding(
            "politics",
            Severity.WARN,
            *match.span(),
            _("« {words} » touche à la politique : le service est neutre."),
        )


def _is_party(analysis: Analysis, match: re.Match[str]) -> bool:
    before = analysis.folded[max(match.start() - 12, 0) : match.start()]
    return bool(re.search(r"\b(?:le|du|au|parti) $", before)) and not re.match(
        r"\W*\d", analysis.folded[match.end() :][:6]
    )


def long_sentence(analysis: Analysis) -> Iterator[Finding]:
    """A sentence of more words than one reads in a breath."""
    for start, end in analysis.sentences:
        words = analysis.folded[start:end].split()
        if len(words) > MAX_WORDS:
            yield analysis.finding(
                "long_sentence",
                Severity.ADVICE,
                start,
                end,
                _("Plus de 25 mots d’une traite : coupez en deux phrases, une idée chacune."),
            )


_TEXT_SPEAK = pattern("tone", "text_speak")


def text_speak(analysis: Analysis) -> Iterator[Finding]:
    """Abbreviations that only the trade, or only friends, read."""
    for match in _TEXT_SPEAK.finditer(analysis.folded):
        yield analysis.finding(
            "text_speak",
            Severity.ADVICE,
            *match.span(),
            _("« {words} » : écrivez le mot en entier, tout le monde vous lit."),
        )


# Without the cats' and the monkeys' faces, and the people who bow or raise a hand.
_FACE_RANGES = ((0x1F600, 0x1F637), (0x1F641, 0x1F644), (0x1F910, 0x1F917), (0x1F920, 0x1F92F))
_FACES = frozenset(
    char
    for char in emoji.EMOJI_DATA
    if len(char) == 1
    and (
        0x1F600 <= ord(char) <= 0x1F64F
        or 0x1F910 <= ord(char) <= 0x1F92F
        or 0x1F970 <= ord(char) <= 0x1F97A
    )
    and not 0x1F645 <= ord(char) <= 0x1F647
)


def reacting_face(analysis: Analysis) -> Iterator[Finding]:
    """Faces that react: the charter wants none of an institution."""
    for position, char in enumerate(analysis.text):
        if char in _FACES:
            yield analysis.finding_in_text(
                "reacting_face",
                Severity.ADVICE,
                position,
                position + 1,
                _("{words} : un visage qui réagit prête à confusion au nom de l’État."),
            )


# One line of words/spelling.txt a mistake: what is found, a tabulation, what to write.
_MISSPELT = [
    (re.compile(rf"\b{wrong}\b"), right)
    for wrong, right in (line.split("\t") for line in words_of("spelling"))
]


def spelling(analysis: Analysis) -> Iterator[Finding]:
    """The handful of words that police posts get wrong; the browser's own aid knows the rest."""
    for rule, right in _MISSPELT:
        for match in rule.finditer(analysis.folded):
            yield analysis.finding(
                "spelling",
                Severity.ADVICE,
                *match.span(),
                _("« {words} » : on écrit « {suggestion} »."),
                right,
            )
