"""The chapter « éléments d’instruction »: what was kept and proposed, and its editions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from insights.models import InstructionEdition, LessonLearned, LessonTheme, LessonVerdict
from insights.ordering import in_order_of_themes


def kept_lessons() -> list[LessonLearned]:
    """The lessons of every account that were kept with a proposed instruction, by theme: of them
    only the instruction is anybody else's to read.
    """
    rows = LessonLearned.objects.filter(outcome__verdict=LessonVerdict.KEPT).exclude(instruction="")
    return list(in_order_of_themes(rows.select_related("account")))


def kept_instructions() -> list[dict[str, Any]]:
    """As an edition holds them."""
    return [
        {"lesson": lesson.pk, "theme": lesson.theme, "text": lesson.instruction}
        for lesson in kept_lessons()
    ]


def newest_edition() -> InstructionEdition | None:
    return InstructionEdition.objects.order_by("-number").first()


def by_theme(instructions: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The name of each theme, and its texts."""
    return [
        (str(theme.label), texts)
        for theme in LessonTheme
        if (texts := [one["text"] for one in instructions if one["theme"] == theme])
    ]
