"""Whether a sentence tells of one case or of things in general: the law, advice, figures, a trade.

« Le vol est puni de trois ans » and « un homme arrêté pour vol » share their words; what stands
around them tells them apart. All patterns read folded text and take bounded steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from approvals.checks.vocabulary import pattern

_WHEN = pattern("cues", "when")
_PEOPLE = pattern("cues", "people")
_PAST = pattern("cues", "past")
_POLICE_ACTS = pattern("cues", "police_acts")
_LAW = pattern("cues", "law")
_DEFINITION = pattern("cues", "definition")
_TRADE = pattern("cues", "trade")
_FIGURES = pattern("cues", "figures")
_ADVICE = pattern("cues", "advice")
_NEGATED = pattern("cues", "negated")


@dataclass(frozen=True, slots=True)
class Cues:
    """What a sentence shows of itself; each is whether there is at least one such sign."""

    when: bool
    people: bool
    past: bool
    police: bool
    law: bool
    definition: bool
    trade: bool
    figures: bool
    advice: bool

    @property
    def particular(self) -> bool:
        """Something that happened, to somebody."""
        return self.when or self.people or self.past or self.police

    @property
    def general(self) -> bool:
        return self.law or self.definition or self.trade or self.figures or self.advice


@lru_cache(maxsize=256)
def cues_of(sentence: str) -> Cues:
    return Cues(
        when=bool(_WHEN.search(sentence)),
        people=bool(_PEOPLE.search(sentence)),
        past=bool(_PAST.search(sentence)),
        police=bool(_POLICE_ACTS.search(sentence)),
        law=bool(_LAW.search(sentence)),
        definition=bool(_DEFINITION.search(sentence)),
        trade=bool(_TRADE.search(sentence)),
        figures=bool(_FIGURES.search(sentence)),
        advice=bool(_ADVICE.search(sentence)),
    )


def is_negated(folded: str, start: int) -> bool:
    """Whether a « no » stands just before: « aucune interpellation », « n’a pas été arrêté »."""
    return bool(_NEGATED.search(folded[max(start - 40, 0) : start]))
