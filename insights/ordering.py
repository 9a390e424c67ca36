"""Lessons in the order of their themes."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, Value, When

from insights.models import LessonLearned, LessonTheme


def in_order_of_themes(rows: QuerySet[LessonLearned]) -> QuerySet[LessonLearned]:
    """As `LessonTheme` has them, then as they were written."""
    whens = [When(theme=theme, then=Value(place)) for place, theme in enumerate(LessonTheme)]
    return rows.order_by(Case(*whens, output_field=IntegerField()), "pk")
