"""Whom a text may harm: minors, victims, protected officers, those named by their origin.

Law: law of 29 July 1881, articles 39 bis (minors), 39 quinquies (victims of sexual offences),
39 sexies (officers of protected units); code of juvenile criminal justice, L513-4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.cues import cues_of
from approvals.checks.finding import Finding, Severity
from approvals.checks.judicial import is_case
from approvals.checks.vocabulary import pattern

_MINOR = pattern("people", "minor")
_NOT_A_MINOR = pattern("people", "not_a_minor")
_HAPPENED = pattern("people", "happened")
# No single case: helplines, lessons, talks in schools, figures.
_IN_GENERAL = pattern("people", "in_general")


def minor_places(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """Where the text speaks of a minor to whom something happened, or who did something."""
    for match in _MINOR.finditer(analysis.folded):
        if _is_no_minor(analysis.folded, match):
            continue
        one = bool(_ONE_BEFORE.search(analysis.folded, max(match.start() - 20, 0), match.start()))
        if _happened(analysis.passage_of(match), _HAPPENED, one=one or match[0][0].isdigit()):
            yield match.span()


_ONE_BEFORE = re.compile(
    r"(?:\b(?:une?|deux|trois|quatre|cinq|\d|la|le|cet|cette|notre|son|sa|leur|ce|jeune)|l') ?"
    r"(?:\w+ )?$"
)


def _is_no_minor(folded: str, match: re.Match[str]) -> bool:
    """« dégâts mineurs », « depuis 8 ans », « chien de 4 ans »."""
    first = max(match.start() - 45, 0)
    around = folded[first : match.end() + 25]
    start, end = match.start() - first, match.end() - first
    return any(m.start() < end and start < m.end() for m in _NOT_A_MINOR.finditer(around))


def _happened(passage: str, pattern: re.Pattern[str], *, one: bool = False) -> bool:
    """Whether a passage tells of what happened to somebody rather than of what may; `one` is
    whether it speaks of one person or of some, not of all.
    """
    if is_case(passage):
        return True
    if not pattern.search(passage) or _IN_GENERAL.search(passage):
        return False
    cues = cues_of(passage)
    if cues.law or cues.definition or cues.advice or cues.trade:
        return cues.past and (cues.when or cues.people)
    return cues.particular or one


def minor_mention(analysis: Analysis) -> Iterator[Finding]:
    """A minor in what happened."""
    for start, end in minor_places(analysis):
        yield analysis.finding(
            "minor_mention",
            Severity.WARN,
            start,
            end,
            _(
                "« {words} » : un mineur est en cause ou victime. Gardez-vous de tout détail qui "
                "le fasse reconnaître (âge et commune, école, famille, image)."
            ),
        )


def minor_identified(analysis: Analysis) -> Iterator[Finding]:
    """A minor who is named, or shown by an image."""
    places = list(minor_places(analysis))
    if not places or analysis.context.has_agreement:
        return
    sentence = _(
        "« {words} » : un mineur ne doit pas pouvoir être reconnu. Retirez le nom, ou l’image."
    )
    named = next(_persons(analysis), None)
    if named:
        yield analysis.finding_in_text("minor_identified", Severity.BLOCK, *named, sentence)
    elif analysis.context.image_count:
        yield analysis.finding("minor_identified", Severity.BLOCK, *places[0], sentence)


def _persons(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """Where somebody who is no official is named, be it by the first name alone."""
    for name in analysis.names:
        if not name.official and not name.rank:
            yield name.start, name.end
    for match in analysis.first_names:
        around = analysis.text[max(match.start() - 25, 0) : match.end() + 12]
        if _CALLED.search(Analysis(around).folded):
            yield match.span()


_CALLED = pattern("people", "called")
_SEX_OFFENCE = pattern("people", "sex_offence")


def sex_offence_places(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """Where the text tells of a sexual offence that happened."""
    for match in _SEX_OFFENCE.finditer(analysis.folded):
        if _happened(analysis.passage_of(match), _SEX_OFFENCE):
            yield match.span()


def sex_offence_mention(analysis: Analysis) -> Iterator[Finding]:
    """A sexual offence that happened."""
    for start, end in sex_offence_places(analysis):
        yield analysis.finding(
            "sex_offence_mention",
            Severity.WARN,
            start,
            end,
            _(
                "« {words} » : rien ne doit faire reconnaître la victime (lieu précis, âge, "
                "métier, lien de parenté)."
            ),
        )


def victim_identified(analysis: Analysis) -> Iterator[Finding]:
    """The victim of a sexual offence, named or shown."""
    sentence = _(
        "« {words} » : la loi interdit de faire reconnaître la victime d’une infraction sexuelle. "
        "Retirez le nom, ou l’image."
    )
    offence = _SEX_OFFENCE.search(analysis.folded)
    if not offence or cues_of(analysis.sentence_of(offence)).law:
        return
    named = next(_persons(analysis), None)
    if named:
        yield analysis.finding_in_text("victim_identified", Severity.BLOCK, *named, sentence)
    elif analysis.context.image_count and _SHE.search(analysis.folded):
        for start, end in islice(sex_offence_places(analysis), 1):
            yield analysis.finding("victim_identified", Severity.BLOCK, start, end, sentence)


_SHE = pattern("people", "she")
_UNIT_MEMBER = pattern("people", "unit_member")


def protected_unit(analysis: Analysis) -> Iterator[Finding]:
    """A member of a unit whose people the law protects, named or shown."""
    units = analysis.context.lists.units
    for match in re.finditer(r"(?<![\w-])[A-Z]{3,5}(?![\w])", analysis.text):
        if match[0].lower() not in units:
            continue
        sentence = _(
            "« {words} » : la loi protège l’identité des membres de cette unité. Retirez le nom, "
            "ou l’image."
        )
        named = next(_members(analysis), None)
        if named:
            yield analysis.finding_in_text("protected_unit", Severity.BLOCK, *named, sentence)
            return
        if analysis.context.image_count and _UNIT_MEMBER.search(analysis.folded):
            yield analysis.finding_in_text(
                "protected_unit", Severity.BLOCK, *match.span(), sentence
            )
            return


def _members(analysis: Analysis) -> Iterator[tuple[int, int]]:
    for name in analysis.names:
        yield name.start, name.end
    for match in analysis.first_names:
        before = Analysis(analysis.text[max(match.start() - 30, 0) : match.start()]).folded
        after = Analysis(analysis.text[match.end() : match.end() + 30]).folded
        if (
            _UNIT_MEMBER.search(before)
            or _UNIT_MEMBER.search(after)
            or re.search(r"\b(?:avec|a|de|merci|bravo|rencontre[rz]?|et|interview d[e']) $", before)
        ):
            yield match.span()


_ANIMAL = pattern("people", "animal")
_RACE = pattern("people", "race")


def race(analysis: Analysis) -> Iterator[Finding]:
    """Somebody described by a « race »."""
    for match in _RACE.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        if _ANIMAL.search(sentence) or cues_of(sentence).law:
            continue
        yield analysis.finding(
            "race",
            Severity.BLOCK,
            *match.span(),
            _("« {words} » : on ne décrit personne par une « race ». Retirez ces mots."),
        )


_ORIGIN = pattern("people", "origin")
_OF_COLLEAGUES = pattern("people", "of_colleagues")


def origin(analysis: Analysis) -> Iterator[Finding]:
    """Origin, religion, orientation or health of somebody."""
    for match in _ORIGIN.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        if _OF_COLLEAGUES.search(sentence) or cues_of(sentence).law:
            continue
        yield analysis.finding(
            "origin",
            Severity.WARN,
            *match.span(),
            _(
                "« {words} » : l’origine, la religion, l’orientation ou la santé n’apportent rien "
                "et désignent un groupe. Retirez ces mots."
            ),
        )


_BLAMING = pattern("people", "blaming")
_NOT_BLAMING = pattern("people", "not_blaming")


def victim_blaming(analysis: Analysis) -> Iterator[Finding]:
    """Words that make a victim answer for what was done to them."""
    for match in _BLAMING.finditer(analysis.folded):
        if _NOT_BLAMING.search(analysis.sentence_of(match)):
            continue
        yield analysis.finding(
            "victim_blaming",
            Severity.WARN,
            *match.span(),
            _(
                "« {words} » rend la victime responsable. Dites ce que l’on peut faire, pas ce "
                "qu’elle aurait dû faire."
            ),
        )
