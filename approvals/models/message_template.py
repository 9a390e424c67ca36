"""Templates: texts with slots that an account approved once, from which drafts begin."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from approvals.models.draft import Category
from approvals.models.lists import Temporary
from approvals.recurrence import Every, next_dates
from approvals.slots import Slot, read_slots

# The bounds of approvals/slots.py, in SQL.
PROPOSED = r"""
IF reviewer_role(NEW.account_id, NEW.added_by_id) IS NULL OR NEW.approved_by_id IS NOT NULL
   OR NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_messagetemplate t
    WHERE t.id = NEW.replaces_id AND t.account_id = NEW.account_id
      AND t.approved_at IS NOT NULL AND t.ended_at IS NULL
) THEN
    RAISE EXCEPTION 'a template is proposed by the people of its account, in place of one of theirs'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'template_proposed';
END IF;
IF jsonb_typeof(NEW.slots) IS DISTINCT FROM 'array' OR jsonb_array_length(NEW.slots) > 8
   OR regexp_replace(NEW.text, '\[[^\[\]\n]{1,40}\]', '', 'g') ~ '[\[\]]'
   OR ARRAY(SELECT DISTINCT m[1] FROM regexp_matches(NEW.text, '\[([^\[\]\n]{1,40})\]', 'g') m
            ORDER BY 1)
      IS DISTINCT FROM ARRAY(SELECT s.value ->> 'name' FROM jsonb_array_elements(NEW.slots) s
                             ORDER BY 1)
   OR EXISTS (
    SELECT 1 FROM jsonb_array_elements(NEW.slots) s WHERE NOT coalesce(
        jsonb_typeof(s.value -> 'maximum') = 'number'
        AND jsonb_typeof(s.value -> 'choices') = 'array'
        AND CASE s.value ->> 'kind'
            WHEN 'text' THEN (s.value ->> 'maximum')::numeric BETWEEN 1 AND 200
            WHEN 'number' THEN (s.value ->> 'maximum')::numeric BETWEEN 1 AND 99999
            WHEN 'choice' THEN (
                SELECT count(DISTINCT c.value) BETWEEN 2 AND 12
                    AND bool_and(length(c.value) BETWEEN 1 AND 60)
                FROM jsonb_array_elements_text(s.value -> 'choices') c)
            ELSE s.value ->> 'kind' IN ('place', 'date', 'hour') END, false)
) THEN
    RAISE EXCEPTION 'the slots of a template are those of its text, each bounded'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'slots_parse';
END IF;
RETURN NEW;
"""

# At the moment of the approval both have their right, and one supervises; who proposed it and left
# leaves it to a supervisor.
APPROVED_BY_TWO = """
IF NEW.ended_at IS NOT NULL OR reviewer_role(NEW.account_id, NEW.approved_by_id) IS NULL
   OR NOT coalesce('supervision' IN (reviewer_role(NEW.account_id, NEW.added_by_id),
                                     reviewer_role(NEW.account_id, NEW.approved_by_id)), false)
THEN
    RAISE EXCEPTION 'two people of the account approve a template, one of them a supervisor'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'template_approved_by_two';
END IF;
RETURN NEW;
"""


class MessageTemplate(Temporary):
    """`added_by` proposed it. Its words do not change: other ones are another row, which replaces
    this one once it is approved.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    title = models.CharField(_("nom"), max_length=80)
    category = models.CharField(_("catégorie"), max_length=20, choices=Category.choices)
    text = models.TextField(_("texte"))
    # The JSON of approvals.slots.
    slots = models.JSONField(default=list)
    every = models.CharField(max_length=5, choices=Every.choices, default="", blank=True)
    first_on = models.DateField(null=True)
    at_hour = models.TimeField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    approved_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)

    class Meta(Temporary.Meta):
        abstract = False
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~models.Q(approved_by=models.F("added_by")),
                name="template_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values)
                & ~models.Q(title="")
                & ~models.Q(text=""),
                name="template_of_category",
            ),
            models.CheckConstraint(
                condition=models.Q(every="", first_on=None, at_hour=None)
                | models.Q(every__in=Every.values, first_on__isnull=False, at_hour__isnull=False),
                name="template_recurs_wholly",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=models.Q(ended_at__isnull=True),
                name="template_replaced_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "title"],
                condition=models.Q(ended_at__isnull=True),
                name="templates_of_account",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="proposed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=PROPOSED
            ),
            pgtrigger.Trigger(
                name="approved_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__approved_by__isnull=True, new__approved_by__isnull=False
                ),
                func=APPROVED_BY_TWO,
            ),
            pgtrigger.ReadOnly(
                name="same_words", exclude=["approved_by", "approved_at", "ended_by", "ended_at"]
            ),
            pgtrigger.Protect(
                name="approved_stays_approved",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_at__isnull=False)
                & (
                    pgtrigger.Q(old__approved_at__df=pgtrigger.F("new__approved_at"))
                    | pgtrigger.Q(old__approved_by_id__df=pgtrigger.F("new__approved_by_id"))
                ),
            ),
            pgtrigger.Protect(
                name="ended_stays_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.pk}"

    @property
    def filled_with(self) -> tuple[Slot, ...]:
        return read_slots(self.slots)

    @property
    def is_usable(self) -> bool:
        return self.approved_at is not None and self.ended_at is None

    def next_dates(self, now: dt.datetime, count: int = 3) -> list[dt.date]:
        """Those whose hour has not passed, by the account's clock; none of what does not recur."""
        if not self.every or self.first_on is None or self.at_hour is None:
            return []
        local = now.astimezone(self.account.zone)
        passed = local.time() >= self.at_hour
        from_day = local.date() + dt.timedelta(days=1 if passed else 0)
        return next_dates(self.every, self.first_on, from_day, count)

    def dates_until(self, now: dt.datetime, last: dt.date) -> list[dt.date]:
        """The same up to a day, included."""
        months = (last.year - now.year) * 12 + last.month - now.month + 2
        return [date for date in self.next_dates(now, max(months, 0)) if date <= last]
