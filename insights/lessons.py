"""The lessons learned of accounts over a period, by theme, to be read by reports: nobody's name.
What teaches people to write is `approvals.lesson`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from accounts.models import Account
from insights.models import LessonLearned, LessonTheme, LessonVerdict, Weighing
from insights.ordering import in_order_of_themes

PENDING = "pending"


@dataclass(frozen=True)
class Opinion:
    """What one of those who weighed it said last."""

    verdict: LessonVerdict
    reason: str


@dataclass(frozen=True)
class Lesson:
    """`state` is a LessonVerdict or PENDING; about a draft or its debate, or a month."""

    pk: int
    account_id: int
    handle: str
    theme: LessonTheme
    subject: str
    draft_id: int | None
    month: dt.date | None
    note: str
    instruction: str
    written_at: dt.datetime
    state: str
    decided_at: dt.datetime | None
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True)
class ThemeLessons:
    theme: LessonTheme
    kept: tuple[Lesson, ...]
    set_aside: tuple[Lesson, ...]
    pending: tuple[Lesson, ...]


def lessons_by_theme(
    accounts: Collection[Account], start: dt.datetime, end: dt.datetime
) -> tuple[ThemeLessons, ...]:
    """Of each theme that has some. They are of the period that they are about: a draft's of when it
    was begun, a month's of all that it touches; `end` is not included. Two queries.
    """
    first = start.date().replace(day=1)
    about = Q(draft__created_at__gte=start, draft__created_at__lt=end) | Q(
        month__gte=first, month__lt=end.date()
    )
    weighed = Prefetch("weighings", Weighing.objects.order_by("pk"))
    rows = LessonLearned.objects.filter(about, account__in=accounts)
    rows = rows.select_related("account", "outcome").prefetch_related(weighed)
    lessons = [_lesson(row) for row in in_order_of_themes(rows)]
    return tuple(
        ThemeLessons(theme, *(_of(lessons, theme, state) for state in (*LessonVerdict, PENDING)))
        for theme in LessonTheme
        if any(lesson.theme == theme for lesson in lessons)
    )


def _of(lessons: list[Lesson], theme: LessonTheme, state: str) -> tuple[Lesson, ...]:
    return tuple(one for one in lessons if (one.theme, one.state) == (theme, state))


def _lesson(row: LessonLearned) -> Lesson:
    outcome = getattr(row, "outcome", None)
    last = {weighing.weighed_by_id: weighing for weighing in row.weighings.all()}
    return Lesson(
        pk=row.pk,
        account_id=row.account_id,
        handle=row.account.handle,
        theme=LessonTheme(row.theme),
        subject=row.subject,
        draft_id=row.draft_id,
        month=row.month,
        note=row.note,
        instruction=row.instruction,
        written_at=row.written_at,
        state=row.verdict or PENDING,
        decided_at=outcome.decided_at if outcome is not None else None,
        opinions=tuple(
            Opinion(LessonVerdict(one.verdict), one.reason)
            for one in sorted(last.values(), key=lambda one: one.pk)
        ),
    )
