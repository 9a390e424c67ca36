"""The states of a draft and its one table of moves."""

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
class Move:
    """One line of the table: what the act is called, from where to where. `CAPABILITIES` says
    by whom.
    """

    act: str
    before: frozenset[str]
    after: str | None


S = DraftState
MOVES: dict[str, Move] = {
    move.act: move
    for move in (
        Move("submit", frozenset({S.WRITING}), S.IN_REVIEW),
        Move("edit", frozenset({S.WRITING, S.IN_REVIEW}), S.WRITING),
        Move("take_back", frozenset({S.IN_REVIEW}), S.WRITING),
        Move("ask_for_changes", frozenset({S.IN_REVIEW}), S.WRITING),
        Move("release", frozenset({S.IN_REVIEW}), S.RELEASED),
        Move("reject", frozenset({S.IN_REVIEW}), S.REJECTED),
        Move("abandon", frozenset({S.WRITING, S.IN_REVIEW}), S.ABANDONED),
        Move("recall", frozenset({S.RELEASED}), S.WRITING),
        Move(
            "adopt",
            frozenset({S.WRITING, S.IN_REVIEW, S.RELEASED}),
            None,
        ),
    )
}

# (from, to) pairs, for the database's own table of moves.
TRANSITIONS: list[tuple[str, str]] = sorted(
    {
        (str(before), str(move.after))
        for move in MOVES.values()
        for before in move.before
        if move.after is not None and before != move.after
    }
)
