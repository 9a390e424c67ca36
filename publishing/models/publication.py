"""A release's status on X, one to one, and each post of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from approvals.message import Message
from approvals.models.search import searchable
from publishing.models.states import TRANSITION_PAIRS, PartState, PublicationState, Reason

if TYPE_CHECKING:
    from publishing.models.decision import Confirmation
    from publishing.models.retraction import Retraction

NOTHING_OUT_TO_RECALL = """
IF NEW.state = 'recalled' AND OLD.state <> 'recalled' AND (
    EXISTS (SELECT 1 FROM publishing_part p WHERE p.publication_id = NEW.id
              AND p.state IN ('posting', 'out', 'uncertain', 'deleted'))
    OR EXISTS (SELECT 1 FROM publishing_attempt a JOIN publishing_part p ON p.id = a.part_id
               WHERE p.publication_id = NEW.id AND a.phase = 'posting')
) THEN
    RAISE EXCEPTION 'only what has no part out, or perhaps out, can be recalled'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'recall_before_any_part';
END IF;
IF NEW.state = 'published' AND OLD.state <> 'published' AND coalesce((
    SELECT bool_or(p.state <> 'out') FROM publishing_part p WHERE p.publication_id = NEW.id
), true) THEN
    RAISE EXCEPTION 'published is said when every part is out'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'published_when_all_out';
END IF;
RETURN NEW;
"""

# What was missed, may be on X, or stopped in its middle goes on by a decision of two: for what was
# missed, one of since, and the hour that it gave.
DECIDED_BY_TWO = """
IF (OLD.state = 'missed' AND NEW.state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM publishing_confirmation c
        WHERE c.publication_id = NEW.id AND c.state = 'confirmed' AND c.kind = 'new_time'
          AND c.decided_at >= OLD.since AND NEW.due_at = coalesce(c.due_at, c.decided_at)))
   OR (OLD.state = 'uncertain' AND NEW.state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM publishing_confirmation c
        WHERE c.publication_id = NEW.id AND c.state = 'confirmed' AND c.kind = 'send_again'
          AND NEW.due_at = coalesce(c.due_at, c.decided_at)))
   OR (OLD.state = 'partial' AND NEW.state = 'sending' AND NOT EXISTS (
        SELECT 1 FROM publishing_confirmation c
        WHERE c.publication_id = NEW.id AND c.state = 'confirmed' AND c.kind = 'go_on'
          AND NEW.due_at = coalesce(c.due_at, c.decided_at)))
THEN
    RAISE EXCEPTION 'what was missed, uncertain or stopped goes on by a confirmation only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'goes_on_by_two';
END IF;
RETURN NEW;
"""


def draft_of(publication: str) -> str:
    """The draft of this publication, in SQL."""
    joined = "approvals_release re JOIN approvals_revision r ON r.id = re.revision_id"
    published = f"(SELECT release_id FROM publishing_publication WHERE id = {publication})"  # noqa: S608
    return f"(SELECT r.draft_id FROM {joined} WHERE re.id = {published})"  # noqa: S608


class Reading(models.TextChoices):
    """What reading a published post back from X showed."""

    UNREAD = "", _("pas encore relu")
    SEEN = "seen", _("relu sur X")
    GONE = "gone", _("n’est plus sur X")
    DIFFERS = "differs", _("diffère")


# Not what was sent.
BAD = (Reading.GONE, Reading.DIFFERS)
# What stands until somebody acts; a retraction that X does not carry out alerts besides.
ALERTS = (
    models.Q(state__in=["held", "missed", "uncertain"])
    | models.Q(state__in=["refused", "partial"], acknowledged_at=None)
    | models.Q(state="published", reading__in=["gone", "differs"], acknowledged_at=None)
)


class Publication(models.Model):
    """`due_at` starts as the requested time, or the moment of release. `next_try_at` is when the
    scan looks at it again; `since` is when it came into its state.
    """

    release = models.OneToOneField(
        "approvals.Release", on_delete=models.PROTECT, related_name="publication"
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    state = models.CharField(
        max_length=12, choices=PublicationState.choices, default=PublicationState.WAITING
    )
    reason = models.CharField(max_length=20, choices=Reason.choices, default="", blank=True)
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    not_sent = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    # The last day that it may stay on X, as signed: of a disappearance or a call for witnesses.
    removal_on = models.DateField(null=True, editable=False)
    reading = models.CharField(max_length=8, choices=Reading.choices, default="", blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PublicationState.values),
                name="publication_state_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "account"],
                condition=models.Q(state="waiting"),
                name="publications_due",
            ),
            models.Index(fields=["account", "state", "due_at"], name="publications_of_account"),
            models.Index(
                fields=["account", "due_at"],
                condition=~models.Q(state="recalled"),
                name="publications_of_calendar",
            ),
            models.Index(
                fields=["state"],
                condition=~models.Q(state__in=["published", "recalled", "retracted"]),
                name="publications_open",
            ),
            # What people and machines look at all the time is found without counting the rest.
            models.Index(fields=["account"], condition=ALERTS, name="publications_alerting"),
            models.Index(
                fields=["removal_on"],
                condition=models.Q(state__in=["published", "partial"], removal_on__isnull=False),
                name="publications_to_remove",
            ),
            models.Index(
                fields=["-published_at"],
                condition=models.Q(state="published"),
                name="publications_out",
            ),
            models.Index(
                fields=["account", "-published_at", "-id"],
                condition=models.Q(published_at__isnull=False),
                name="publications_register",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="begins_waiting",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="waiting"),
            ),
            pgtrigger.FSM(name="allowed_transitions", field="state", transitions=TRANSITION_PAIRS),
            pgtrigger.Trigger(
                name="truthful",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=NOTHING_OUT_TO_RECALL,
            ),
            pgtrigger.Trigger(
                name="goes_on_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=DECIDED_BY_TWO,
            ),
            searchable(
                "searchable",
                f"search_add({draft_of('NEW.id')}, 'acknowledgement', NULL,"
                " NEW.acknowledged_by_id, NEW.acknowledged_at, NEW.acknowledged_reason)",
                changed=("acknowledged_reason",),
            ),
            pgtrigger.ReadOnly(name="same_order", fields=["release", "account", "removal_on"]),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.state}"

    @property
    def draft_id(self) -> int:
        """For addresses, and for the trail."""
        return self.release.revision.draft_id

    @property
    def standing_retraction(self) -> Retraction | None:
        return next((one for one in self.retractions.all() if one.ended_at is None), None)

    @property
    def open_confirmation(self) -> Confirmation | None:
        return next((one for one in self.confirmations.all() if one.state == "open"), None)


# A part is out when X said so to one of its attempts, or a lookup or two people found it there.
OUT_WITH_EVIDENCE = """
IF TG_OP = 'INSERT' AND (NEW.state <> 'pending' OR NEW.x_id IS NOT NULL) THEN
    RAISE EXCEPTION 'a part begins pending'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'part_begins_pending';
END IF;
IF TG_OP = 'INSERT' OR NEW.x_id IS NULL OR NEW.x_id IS NOT DISTINCT FROM OLD.x_id
   OR EXISTS (SELECT 1 FROM publishing_answer w JOIN publishing_attempt t ON t.id = w.attempt_id
              WHERE t.part_id = NEW.id AND w.outcome = 'accepted' AND w.x_id = NEW.x_id)
   OR EXISTS (SELECT 1 FROM publishing_lookup l
              WHERE l.part_id = NEW.id AND l.result = 'found' AND l.x_id = NEW.x_id)
   OR EXISTS (SELECT 1 FROM publishing_confirmation c
              WHERE c.publication_id = NEW.publication_id AND c.kind = 'found'
                AND c.state = 'confirmed' AND c.x_id = NEW.x_id)
THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'a part is out when X said so, or showed it'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'out_with_evidence';
"""

# What is or was on X is never sent again. What may be is only once X said to its last attempt that
# it did not take it, or by a decision of two.
SENT_AGAIN_BY_TWO = """
IF OLD.state IN ('out', 'deleted') AND NEW.state NOT IN ('out', 'deleted') THEN
    RAISE EXCEPTION 'a part that was on X is out, or deleted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'was_on_x';
END IF;
IF OLD.state IN ('uncertain', 'refused') AND NEW.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM publishing_confirmation c
    WHERE c.publication_id = NEW.publication_id AND c.state = 'confirmed'
      AND c.kind IN ('new_time', 'send_again', 'go_on')
) AND NOT EXISTS (
    SELECT 1 FROM publishing_attempt t JOIN publishing_answer w ON w.attempt_id = t.id
    WHERE t.part_id = NEW.id AND w.outcome = 'not_sent' AND t.number = (
        SELECT max(number) FROM publishing_attempt WHERE part_id = NEW.id)
) THEN
    RAISE EXCEPTION 'what may be on X is sent again by a confirmation only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sent_again_by_two';
END IF;
RETURN NEW;
"""


class Part(models.Model):
    """One post. Its text is the revision's: nothing here could differ from what was approved.
    `media` remembers uploads as {sha256: {"id": str, "expires": epoch seconds}}.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=PartState.choices, default=PartState.PENDING)
    x_id = models.CharField(max_length=30, null=True, unique=True)  # noqa: DJ001
    out_at = models.DateTimeField(null=True)
    uncertain_since = models.DateTimeField(null=True)
    # Lookups of the present uncertainty, and an older equal post that X may have meant.
    lookups_made = models.PositiveSmallIntegerField(default=0)
    lookalike_id = models.CharField(max_length=30, default="", blank=True)
    media = models.JSONField(default=dict)

    class Meta:
        ordering = ["publication", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="part_numbered_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["out", "deleted"]) | models.Q(x_id__isnull=False),
                name="out_has_its_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publication"],
                condition=models.Q(state="uncertain"),
                name="parts_uncertain",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="same_place", fields=["publication", "position"]),
            pgtrigger.Trigger(
                name="out_with_evidence",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=OUT_WITH_EVIDENCE,
            ),
            pgtrigger.Trigger(
                name="sent_again_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=SENT_AGAIN_BY_TWO,
            ),
            pgtrigger.Protect(
                name="x_id_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__x_id__isnull=False)
                & pgtrigger.Q(old__x_id__df=pgtrigger.F("new__x_id")),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}.{self.position}: {self.state}"

    @property
    def message(self) -> Message:
        """As it was signed."""
        messages: tuple[Message, ...] = self.publication.release.revision.messages
        return messages[self.position]

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def maybe_posted(self) -> bool:
        """It may have been accepted, or left before a restore, and nobody found it."""
        if self.state in (PartState.OUT, PartState.DELETED):
            return False
        return (
            self.state == PartState.UNCERTAIN
            or any(a.outcome in ("uncertain", "accepted") for a in self.attempts.all())
            or any(lookup.kind == "given_up" for lookup in self.lookups.all())
        )

    @property
    def has_images(self) -> bool:
        return bool(self.message.images)
