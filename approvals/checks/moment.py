"""What is true only for a while: an operation under way, « demain », the electoral reserve."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.timefmt import format_date
from approvals.checks.analysis import Analysis
from approvals.checks.cues import cues_of
from approvals.checks.finding import Finding, Severity
from approvals.checks.vocabulary import pattern

_LIVE = pattern("moment", "live")
_NOT_LIVE = pattern("moment", "not_live")


def live_operation(analysis: Analysis) -> Iterator[Finding]:
    """An operation told while it is under way."""
    for match in _LIVE.finditer(analysis.folded):
        sentence = analysis.sentence_of(match)
        cues = cues_of(sentence)
        if _NOT_LIVE.search(sentence) or cues.trade or (cues.past and "retranche" in match[0]):
            continue
        yield analysis.finding(
            "live_operation",
            Severity.WARN,
            *match.span(),
            _(
                "« {words} » renseigne sur une opération en cours : ni position, ni effectif, ni "
                "technique. Attendez qu’elle soit finie."
            ),
        )


_RELATIVE = pattern("moment", "relative")
_NOT_A_DAY = pattern("moment", "not_a_day")


def relative_days(analysis: Analysis) -> Iterator[re.Match[str]]:
    """The words of the text that say a day by the day on which one reads them."""
    for match in _RELATIVE.finditer(analysis.folded):
        around = analysis.folded[max(match.start() - 25, 0) : match.end() + 20]
        cues = cues_of(analysis.sentence_of(match))
        if not (_NOT_A_DAY.search(around) or cues.definition or cues.law):
            yield match


def relative_date(analysis: Analysis) -> Iterator[Finding]:
    """« demain » says another day once the text waits: asked when it leaves on another day than it
    was written, or when nobody knows.
    """
    context = analysis.context
    if context.sent_on is not None and context.sent_on == context.written_on:
        return
    for match in relative_days(analysis):
        yield analysis.finding(
            "relative_date",
            Severity.WARN,
            *match.span(),
            _(
                "« {words} » change de sens avec le jour : écrivez la date, ou vérifiez qu’elle "
                "sera encore juste à l’envoi."
            ),
        )


def electoral_reserve(analysis: Analysis) -> Iterator[Finding]:
    """What an electoral reserve keeps back on the day of sending."""
    reserve = analysis.context.reserve
    if reserve is None:
        return
    sentence = _(
        "Période de réserve électorale ({label}) jusqu’au {day} : seuls partent les conseils de "
        "prévention, les disparitions, les appels à témoins et la circulation. Choisissez un jour "
        "plus tard."
    )
    day = lazy(format_date, str)(reserve.ends_on, "j F Y")
    said = format_lazy(sentence, label=reserve.label, day=day)
    yield Finding("electoral_reserve", Severity.BLOCK, 0, 0, "", said)
