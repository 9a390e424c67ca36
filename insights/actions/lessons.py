"""Lessons learned: written by somebody, weighed by two others, published as instructions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require_office, require_role
from accounts.actions.base import action, lock_account, require_text
from accounts.clock import db_now
from accounts.errors import Invalid, NotFound
from accounts.models import Account, Person
from approvals.models import Draft
from insights.capabilities import CAPABILITIES
from insights.errors import EditionMovedOn, LessonDecided, SameEdition
from insights.instructions import kept_instructions, newest_edition
from insights.models import (
    InstructionEdition,
    LessonLearned,
    LessonOutcome,
    LessonSubject,
    LessonTheme,
    LessonVerdict,
    Weighing,
)

MAX_NOTE, MAX_INSTRUCTION = 2000, 500


@action
def write_lesson(
    *,
    actor: Person,
    account: Account,
    subject: str,
    theme: str,
    note: str,
    instruction: str = "",
    draft: Draft | None = None,
    month: dt.date | None = None,
) -> LessonLearned:
    """A lesson about a draft of the account or its debate, or about a month that has begun. Raises
    NotFound, Invalid.
    """
    account = lock_account(account.pk)
    CAPABILITIES["write_lesson"].require(require_role(actor, account))
    if draft is not None and draft.account_id != account.pk:
        raise NotFound
    if (subject == LessonSubject.MONTH) is (month is None) or (draft is None) is (month is None):
        raise Invalid(field="subject")
    if month is not None and month > db_now().astimezone(account.zone).date():
        raise Invalid(_("Ce mois n’a pas commencé."), field="month")
    if theme not in LessonTheme.values:
        raise Invalid(_("Choisissez un thème."), field="theme")
    lesson = LessonLearned.objects.create(
        account=account,
        subject=subject,
        draft=draft,
        month=month,
        theme=theme,
        note=require_text(note, field="note", max_length=MAX_NOTE),
        instruction=require_text(instruction, field="instruction", max_length=MAX_INSTRUCTION)
        if instruction.strip()
        else "",
        written_by=actor,
    )
    draft_id = draft.pk if draft is not None else None
    audit.record("lesson.written", actor=actor, account=account, subject=lesson, draft_id=draft_id)
    return lesson


@action
def weigh_lesson(*, actor: Person, lesson_id: int, verdict: str, reason: str) -> Weighing:
    """What the actor thinks of somebody else's lesson, in place of what they thought before; as
    soon as two agree, one of them a supervisor, it is decided. Raises NotFound, OwnLesson, Invalid,
    LessonDecided.
    """
    lesson = LessonLearned.objects.filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFound
    lock_account(lesson.account_id)
    own = lesson.written_by_id == actor.pk
    CAPABILITIES["weigh_lesson"].require(require_role(actor, lesson.account_id), contributor=own)
    if LessonOutcome.objects.filter(lesson=lesson).exists():
        raise LessonDecided
    if verdict not in LessonVerdict.values:
        raise Invalid(_("Dites si ce retour est à retenir ou à écarter."), field="verdict")
    weighing = Weighing.objects.create(
        lesson=lesson, weighed_by=actor, verdict=verdict, reason=require_text(reason)
    )
    audit.record(
        "lesson.weighed",
        actor=actor,
        account=lesson.account_id,
        subject=weighing,
        lesson=lesson.pk,
    )
    if two_agree(lesson, verdict):
        outcome = LessonOutcome.objects.create(lesson=lesson, verdict=verdict)
        audit.record(
            "lesson.decided",
            actor=None,
            account=lesson.account_id,
            subject=outcome,
            lesson=lesson.pk,
        )
    return weighing


def two_agree(lesson: LessonLearned, verdict: str) -> bool:
    """As the trigger `lesson_decided_by_two` asks it too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lesson_agreed(%s, %s)", [lesson.pk, verdict])
        return bool(cursor.fetchone()[0])


@action
def publish_edition(
    *, actor: Person, number: int, lesson_ids: Collection[int]
) -> InstructionEdition:
    """The kept instructions of these lessons are edition `number`, for every account. Raises
    Forbidden, Invalid, EditionMovedOn, SameEdition.
    """
    require_office(CAPABILITIES["publish_instructions"], actor)
    newest = newest_edition()
    if number != (newest.number + 1 if newest else 1):
        raise EditionMovedOn
    chosen = [one for one in kept_instructions() if one["lesson"] in set(lesson_ids)]
    if not chosen:
        raise Invalid(_("Choisissez au moins une instruction."), field="lessons")
    if newest is not None and newest.instructions == chosen:
        raise SameEdition
    edition = InstructionEdition.objects.create(
        number=number, published_by=actor, instructions=chosen
    )
    audit.record("instructions.published", actor=actor, subject=edition, edition=number)
    return edition
