"""Lessons learned: notes on a message, a debate or a month, which two people weigh; and the
editions of what was kept of them. The lesson that teaches people to write is `approvals.lesson`.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import append_only

BY_ITS_PEOPLE = """
IF reviewer_role(NEW.account_id, NEW.written_by_id) IS NULL
   OR NEW.draft_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_draft d
    WHERE d.id = NEW.draft_id AND d.account_id = NEW.account_id
) THEN
    RAISE EXCEPTION 'the people of an account write what they learned, of what is its own'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lesson_by_its_people';
END IF;
RETURN NEW;
"""

WEIGHED_BY_OTHERS = """
IF NOT EXISTS (
    SELECT 1 FROM insights_lessonlearned l
    WHERE l.id = NEW.lesson_id AND l.written_by_id <> NEW.weighed_by_id
      AND reviewer_role(l.account_id, NEW.weighed_by_id) IS NOT NULL
) THEN
    RAISE EXCEPTION 'other people of the account weigh a lesson than who wrote it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lesson_weighed_by_others';
END IF;
IF EXISTS (SELECT 1 FROM insights_lessonoutcome o WHERE o.lesson_id = NEW.lesson_id) THEN
    RAISE EXCEPTION 'a lesson that two people weighed alike is weighed no more'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lesson_weighed_while_open';
END IF;
RETURN NEW;
"""

# `lesson_agreed(lesson, verdict)` is a function of the database, in `insights/sql/functions.sql`.
DECIDED_BY_TWO = """
IF NOT lesson_agreed(NEW.lesson_id, NEW.verdict) THEN
    RAISE EXCEPTION 'two people of the account agree on a lesson, one of them a supervisor'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lesson_decided_by_two';
END IF;
RETURN NEW;
"""

EDITION = """
IF NOT EXISTS (SELECT 1 FROM accounts_person p
               WHERE p.id = NEW.published_by_id AND p.is_administrator AND p.ended_at IS NULL)
THEN
    RAISE EXCEPTION 'an administrator publishes an edition'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_by_administrator';
END IF;
IF NEW.number <> (SELECT coalesce(max(e.number), 0) + 1 FROM insights_instructionedition e) THEN
    RAISE EXCEPTION 'editions are numbered one after another'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_numbered_next';
END IF;
IF jsonb_typeof(NEW.instructions) IS DISTINCT FROM 'array'
   OR jsonb_array_length(NEW.instructions) = 0
   OR (SELECT count(*) <> count(DISTINCT i.value ->> 'lesson')
       FROM jsonb_array_elements(NEW.instructions) i)
   OR EXISTS (
    SELECT 1 FROM jsonb_array_elements(NEW.instructions) i WHERE NOT EXISTS (
        SELECT 1 FROM insights_lessonlearned l
        JOIN insights_lessonoutcome o ON o.lesson_id = l.id AND o.verdict = 'kept'
        WHERE l.id::text = i.value ->> 'lesson' AND l.instruction <> ''
          AND l.theme = i.value ->> 'theme' AND l.instruction = i.value ->> 'text'))
THEN
    RAISE EXCEPTION 'an edition holds instructions that were kept, word for word'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_of_kept_instructions';
END IF;
RETURN NEW;
"""


class LessonTheme(models.TextChoices):
    WRITING = "writing", _("rédaction")
    REVIEWING = "reviewing", _("relecture")
    DELAYS = "delays", _("délais")
    IMAGES = "images", _("images")
    X = "x", _("relations avec X")
    ORGANISATION = "organisation", _("organisation")
    OTHER = "other", _("autre")


class LessonSubject(models.TextChoices):
    """What a lesson is about."""

    MESSAGE = "message", _("le message")
    DEBATE = "debate", _("son débat")
    MONTH = "month", _("un mois du compte")


class LessonVerdict(models.TextChoices):
    KEPT = "kept", _("retenu")
    SET_ASIDE = "set_aside", _("écarté")


class LessonLearned(models.Model):
    """What somebody of an account learned; `month` is the first day of the month that it is about,
    if it is about one. The proposed instruction, once kept, may be published to every account.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=7, choices=LessonSubject.choices)
    draft = models.ForeignKey(
        "approvals.Draft", on_delete=models.PROTECT, null=True, related_name="+"
    )
    month = models.DateField(null=True)
    theme = models.CharField(_("thème"), max_length=12, choices=LessonTheme.choices)
    note = models.CharField(_("ce qui s’est passé, ce qu’on en retient"), max_length=2000)
    instruction = models.CharField(
        _("instruction proposée"), max_length=500, blank=True, default="", db_default=""
    )
    written_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    subject__in=[LessonSubject.MESSAGE, LessonSubject.DEBATE],
                    draft__isnull=False,
                    month__isnull=True,
                )
                | models.Q(subject=LessonSubject.MONTH, draft__isnull=True, month__isnull=False)
                & models.Q(month__day=1),
                name="lesson_about_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(theme__in=LessonTheme.values), name="lesson_theme_known"
            ),
            models.CheckConstraint(condition=~models.Q(note=""), name="lesson_says_something"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lesson_by_its_people",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=BY_ITS_PEOPLE,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.theme}"

    @property
    def verdict(self) -> str:
        """What two people decided, or nothing yet."""
        outcome = getattr(self, "outcome", None)
        return outcome.verdict if outcome is not None else ""


class Weighing(models.Model):
    """What somebody of the account thinks of a lesson, and why; of one person the last counts."""

    lesson = models.ForeignKey(LessonLearned, on_delete=models.PROTECT, related_name="weighings")
    weighed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    weighed_at = models.DateTimeField(db_default=Now(), editable=False)
    verdict = models.CharField(max_length=9, choices=LessonVerdict.choices)
    reason = models.CharField(_("motif"), max_length=1000)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=LessonVerdict.values), name="weighing_verdict_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="weighing_has_reason"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lesson_weighed_by_others",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=WEIGHED_BY_OTHERS,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.verdict}"


class LessonOutcome(models.Model):
    """What two people agreed on: the lesson is kept or set aside for good."""

    lesson = models.OneToOneField(LessonLearned, on_delete=models.PROTECT, related_name="outcome")
    verdict = models.CharField(max_length=9, choices=LessonVerdict.choices)
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="lesson_decided_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=DECIDED_BY_TWO,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.verdict}"


class InstructionEdition(models.Model):
    """One edition of the kept instructions, for every account. `instructions` holds them as they
    were: the id of the lesson, its theme and the text.
    """

    number = models.PositiveIntegerField(primary_key=True)
    published_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    instructions = models.JSONField()

    class Meta:
        ordering = ["-number"]
        triggers = [
            pgtrigger.Trigger(
                name="edition",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=EDITION,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"edition {self.number}"
