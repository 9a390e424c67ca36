"""The states of a draft and its one table of transitions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    WRITING = "writing", _("en rédaction")
    IN_REVIEW = "in_review", _("en relecture")
    RELEASED = "released", _("bon à diffuser")
    REJECTED = "rejected", _("rejeté")
    ABANDONED = "abandoned", _("abandonné")


@dataclass(frozen=True)
class Transition:
    """One line of the table: what the act is called, from where to where. `CAPABILITIES` says
    by whom.
    """

    act: str
    before: frozenset[str]
    after: str | None


TRANSITIONS: dict[str, Transition] = {
    transition.act: transition
    for transition in (
        Transition("submit", frozenset({DraftState.WRITING}), DraftState.IN_REVIEW),
        Transition(
            "edit", frozenset({DraftState.WRITING, DraftState.IN_REVIEW}), DraftState.WRITING
        ),
        Transition("take_back", frozenset({DraftState.IN_REVIEW}), DraftState.WRITING),
        Transition("ask_for_changes", frozenset({DraftState.IN_REVIEW}), DraftState.WRITING),
        Transition("release", frozenset({DraftState.IN_REVIEW}), DraftState.RELEASED),
        Transition("reject", frozenset({DraftState.IN_REVIEW}), DraftState.REJECTED),
        Transition(
            "abandon", frozenset({DraftState.WRITING, DraftState.IN_REVIEW}), DraftState.ABANDONED
        ),
        Transition("recall", frozenset({DraftState.RELEASED}), DraftState.WRITING),
        Transition(
            "adopt",
            frozenset({DraftState.WRITING, DraftState.IN_REVIEW, DraftState.RELEASED}),
            None,
        ),
    )
}

# (from, to) pairs, for the database's own table of transitions.
TRANSITION_PAIRS: list[tuple[str, str]] = sorted(
    {
        (str(before), str(transition.after))
        for transition in TRANSITIONS.values()
        for before in transition.before
        if transition.after is not None and before != transition.after
    }
)
