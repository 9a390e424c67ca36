"""Shortcuts of the tests about lessons learned."""

from __future__ import annotations

import datetime as dt

from insights.actions.lessons import publish_edition, weigh_lesson, write_lesson
from insights.models import InstructionEdition, LessonLearned

INSTRUCTION = "Relire à voix haute avant de soumettre."


def a_lesson(cast, by="claire", **more) -> LessonLearned:
    """Of 44, about a month unless a draft is named."""
    typed = {
        "subject": "month",
        "month": dt.date(2014, 1, 1) if "draft" not in more else None,
        "theme": "reviewing",
        "note": "Deux relectures ont manqué la même faute.",
        "instruction": INSTRUCTION,
        **more,
    }
    return write_lesson(actor=getattr(cast, by), account=cast.nantes, **typed)


def weigh(cast, lesson, who, verdict="kept"):
    return weigh_lesson(
        actor=getattr(cast, who), lesson_id=lesson.pk, verdict=verdict, reason="Vu deux fois."
    )


def kept_lesson(cast, **more) -> LessonLearned:
    lesson = a_lesson(cast, **more)
    for who in ("marc", "helene"):
        weigh(cast, lesson, who)
    return LessonLearned.objects.get(pk=lesson.pk)


def edition_of(cast, *lessons, number=1) -> InstructionEdition:
    return publish_edition(
        actor=cast.ada, number=number, lesson_ids=[lesson.pk for lesson in lessons]
    )
