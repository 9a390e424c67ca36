"""What a text should be told about before anyone approves it.

A check is a pure function of an `Analysis` that yields findings; each takes time in proportion to
the text. `VERSION` grows with any change of what they find: it is stored with each revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.checks import (
    characters,
    drafting,
    guilt,
    hashtags,
    judicial,
    links,
    moment,
    people,
    personal_data,
    places,
    repetition,
    tone,
)
from approvals.checks.analysis import Analysis, Context
from approvals.checks.finding import MAX_OF_ONE_KIND, ORDER, Finding, Severity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

__all__ = ["CHECKS", "VERSION", "Analysis", "Context", "Finding", "Severity", "check_text", "run"]

VERSION = 3

CHECKS: tuple[Callable[[Analysis], Iterator[Finding]], ...] = (
    characters.empty,
    characters.too_long,
    characters.invisible,
    characters.homoglyph,
    characters.styled,
    drafting.draft_words,
    drafting.forbidden_word,
    drafting.test_words,
    drafting.exercise,
    judicial.judicial,
    guilt.guilt_formula,
    guilt.guilt_words,
    people.minor_identified,
    people.minor_mention,
    people.victim_identified,
    people.sex_offence_mention,
    people.victim_blaming,
    people.protected_unit,
    people.race,
    people.origin,
    personal_data.plate,
    personal_data.phone,
    personal_data.nir,
    personal_data.rio,
    personal_data.address,
    links.bad_url,
    links.foreign_domain,
    links.mention,
    links.link_without_scheme,
    links.link_cut,
    hashtags.hashtag_broken,
    hashtags.hashtag_style,
    moment.live_operation,
    moment.relative_date,
    moment.electoral_reserve,
    places.other_department,
    repetition.same_as_before,
    repetition.nearly_same_as_before,
    repetition.same_as_others,
    tone.personal_voice,
    tone.politics,
    tone.long_sentence,
    tone.text_speak,
    tone.reacting_face,
    tone.spelling,
)

# Which checks read which list: a trial of an entry runs these only.
READERS: dict[str, tuple[Callable[[Analysis], Iterator[Finding]], ...]] = {
    "shorteners": (links.bad_url, links.foreign_domain),
    "domains": (links.bad_url, links.foreign_domain),
    "accounts": (links.mention,),
    "units": (people.protected_unit,),
    "words": (drafting.forbidden_word,),
}

NO_CONTEXT = Context()


# What blocks in an image's description too: X gets it, and who cannot see the image hears it. That
# somebody is young or hurt is what a description is for, so that those checks are the text's alone.
OF_DESCRIPTIONS: tuple[Callable[[Analysis], Iterator[Finding]], ...] = (
    characters.invisible,
    drafting.forbidden_word,
    judicial.judicial,
    guilt.guilt_formula,
    people.race,
    personal_data.plate,
    personal_data.phone,
    personal_data.nir,
    personal_data.rio,
)


def run(
    checks: Iterable[Callable[[Analysis], Iterator[Finding]]], analysis: Analysis
) -> list[Finding]:
    """What these checks find, of one kind the first only."""
    return [f for check in checks for f in islice(check(analysis), MAX_OF_ONE_KIND)]


def check_text(text: str, context: Context = NO_CONTEXT) -> list[Finding]:
    """Everything found in a text: what blocks first, then in the order of the text."""
    found = run(CHECKS, Analysis(text, context))
    return sorted(found, key=lambda finding: (ORDER[finding.severity], finding.start))


def check_description(
    number: int, description: str, context: Context = NO_CONTEXT
) -> list[Finding]:
    """What blocks in the description of a message's image; no place of the text is marked."""
    return _beside(
        description, context, _("Description de l’image {number}. {sentence}"), number=number
    )


def check_captions(words: str, context: Context = NO_CONTEXT) -> list[Finding]:
    """The same of what the captions of its video say."""
    return _beside(words, context, _("Sous-titres de la vidéo. {sentence}"))


def _beside(words: str, context: Context, where: StrOrPromise, **details: object) -> list[Finding]:
    return [
        replace(
            finding,
            start=0,
            end=0,
            also=(),
            check=f"{finding.check}_in_description",
            sentence=format_lazy(where, sentence=finding.sentence, **details),
        )
        for finding in run(OF_DESCRIPTIONS, Analysis(words, context))
        if finding.severity == Severity.BLOCK
    ]
