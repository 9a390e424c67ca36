"""Wordings: another text that somebody proposes for one message of what is in review."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from approvals.models.draft import Draft
from approvals.models.search import searchable

PROPOSED_IN_REVIEW = """
IF NEW.outcome <> '' OR NOT EXISTS (
    SELECT 1 FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
    WHERE r.id = NEW.revision_id AND r.closed_at IS NULL AND d.state = 'in_review'
      AND r.content::jsonb -> 'parts' -> NEW.position ->> 'text' = NEW.before
      AND reviewer_role(d.account_id, NEW.author_id) IS NOT NULL
) THEN
    RAISE EXCEPTION 'a wording is proposed by the people of the account, of a text in review'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'wording_of_text_in_review';
END IF;
RETURN NEW;
"""

DECIDED_FROM_A_SEAT = """
SELECT d.account_id, d.state, d.parts -> NEW.position ->> 'text' AS text INTO draft
FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
WHERE r.id = NEW.revision_id;
IF (reviewer_role(draft.account_id, NEW.decided_by_id) = 'seat') IS NOT TRUE THEN
    RAISE EXCEPTION 'an active seat holder of the account takes or declines a wording'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'wording_decided_from_a_seat';
END IF;
IF NEW.outcome = 'taken' AND (
    draft.state IN ('writing', 'in_review') AND draft.text = NEW.before
) IS NOT TRUE THEN
    RAISE EXCEPTION 'a wording is taken in place of the very text for which it was proposed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'wording_of_this_text';
END IF;
RETURN NEW;
"""

# Whoever proposed what is taken approves this draft no more: four eyes.
PROPOSER_CONTRIBUTES = """
INSERT INTO approvals_contributor (draft_id, person_id)
SELECT r.draft_id, NEW.author_id FROM approvals_revision r WHERE r.id = NEW.revision_id
ON CONFLICT ON CONSTRAINT contributor_once DO NOTHING;
RETURN NULL;
"""


class WordingOutcome(models.TextChoices):
    TAKEN = "taken", _("acceptée")
    DECLINED = "declined", _("déclinée")


class Wording(models.Model):
    """`after` is proposed in place of `before`, the text of the message at `position` of its
    revision, until somebody who writes the draft takes or declines it.
    """

    revision = models.ForeignKey(
        "approvals.Revision", on_delete=models.PROTECT, related_name="wordings"
    )
    position = models.PositiveSmallIntegerField()
    before = models.TextField()
    after = models.TextField()
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    outcome = models.CharField(
        max_length=10, choices=WordingOutcome.choices, default="", db_default="", blank=True
    )
    decided_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(after="") & ~models.Q(after=models.F("before")),
                name="wording_is_another",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_by=None, decided_at=None)
                | models.Q(
                    outcome__in=WordingOutcome.values,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="wording_decided_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="proposed_in_review",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=PROPOSED_IN_REVIEW,
            ),
            pgtrigger.Trigger(
                name="decided_from_a_seat",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("draft", "record")],
                func=DECIDED_FROM_A_SEAT,
            ),
            pgtrigger.Trigger(
                name="proposer_contributes",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__outcome=WordingOutcome.TAKEN.value),
                func=PROPOSER_CONTRIBUTES,
            ),
            searchable(
                "searchable",
                "search_add((SELECT draft_id FROM approvals_revision WHERE id = NEW.revision_id),"
                " 'wording', NEW.revision_id, NEW.author_id, NEW.created_at, NEW.after)",
            ),
            pgtrigger.ReadOnly(name="immutable", exclude=["outcome", "decided_by", "decided_at"]),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__outcome=""),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.pk}"

    def fits(self, draft: Draft) -> bool:
        """Whether the message for which it was proposed still reads as it did."""
        return draft.texts[self.position : self.position + 1] == [self.before]
