"""Texts that X has seen before: its own accounts' and those of other departments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from approvals.checks.analysis import Analysis
from approvals.checks.finding import Finding, Severity

# What two texts share of their runs of three words, from which on they read as one.
NEARLY_EQUAL = 0.8
MIN_WORDS = 6


def same_as_before(analysis: Analysis) -> Iterator[Finding]:
    """What X had word for word of the drafts that this one came from."""
    text = analysis.text.strip()
    if text and any(text == before.strip() for before in analysis.context.had):
        yield Finding(
            "same_as_before",
            Severity.ADVICE,
            *(0, 0, ""),
            _(
                "X a déjà eu ce texte mot pour mot, et n’accepte pas deux fois le même texte "
                ": changez ce qui doit l’être."
            ),
        )


def nearly_same_as_before(analysis: Analysis) -> Iterator[Finding]:
    """Nearly a text that the account approved lately."""
    if any(are_nearly_equal(analysis.text, before) for before in analysis.context.recent):
        yield Finding(
            "nearly_same_as_before",
            Severity.ADVICE,
            *(0, 0, ""),
            _("Ce compte a approuvé presque le même texte ce mois-ci : X peut refuser un doublon."),
        )


def same_as_others(analysis: Analysis) -> Iterator[Finding]:
    """Nearly the text of another department: X takes a campaign for spam."""
    if any(are_nearly_equal(analysis.text, other) for other in analysis.context.elsewhere):
        yield Finding(
            "same_as_others",
            Severity.ADVICE,
            *(0, 0, ""),
            _(
                "Un autre département a presque le même texte : X y voit du spam. Adaptez-le à "
                "votre territoire."
            ),
        )


def are_nearly_equal(one: str, other: str) -> bool:
    """Whether two texts share most of their runs of three words."""
    first, second = _runs(one), _runs(other)
    if not first or not second:
        return False
    return len(first & second) >= NEARLY_EQUAL * len(first | second)


@lru_cache(maxsize=1024)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in Analysis(text).folded).split()
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(zip(words, words[1:], words[2:], strict=False))
