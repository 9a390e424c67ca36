"""Each try to send a part, and what X replied."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import append_only, never_deleted
from publishing.models.states import Reason

# An attempt begins in preparation, with nothing known of it.
BEGINS_PREPARING = """
IF NEW.phase <> 'preparing' OR NEW.outcome <> '' OR NEW.posting_at IS NOT NULL
   OR NEW.answered_at IS NOT NULL THEN
    RAISE EXCEPTION 'an attempt begins in preparation'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_begins_preparing';
END IF;
RETURN NEW;
"""

# The database's own pre-send check, in the transaction that commits « posting »: whatever the code
# above believes, nothing leaves against a rule, before or after its hour, out of its order, while
# it is being taken off X, or a second time without the two people who said so.
RULES_AT_POSTING = """
IF NEW.phase <> 'posting' OR OLD.phase = 'posting' THEN
    RETURN NEW;
END IF;
SELECT pub.id, pub.state, pub.due_at, pub.account_id, p.state AS part_state, p.position, r.digest,
       a.tolerance_minutes
INTO sent
FROM publishing_part p
JOIN publishing_publication pub ON pub.id = p.publication_id
JOIN accounts_account a ON a.id = pub.account_id
JOIN approvals_release re ON re.id = pub.release_id
JOIN approvals_revision r ON r.id = re.revision_id
WHERE p.id = NEW.part_id;
violation := first_violation(sent.id);
IF violation = 'frozen' THEN
    RAISE EXCEPTION 'nothing leaves under a freeze'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_not_frozen';
END IF;
IF violation = 'altered' THEN
    RAISE EXCEPTION 'nothing leaves but what was signed, at the hour that was signed or confirmed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_as_signed';
END IF;
IF violation = 'hidden_character' THEN
    RAISE EXCEPTION 'nothing leaves with a character that nobody sees'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_without_hidden_character';
END IF;
IF violation = 'objection' THEN
    RAISE EXCEPTION 'nothing leaves while somebody objects to it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_without_objection';
END IF;
IF violation = 'parent_gone' THEN
    RAISE EXCEPTION 'nothing leaves in reply to what is no longer on X'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_in_reply_to_what_stands';
END IF;
IF violation = 'reserve' THEN
    RAISE EXCEPTION 'nothing leaves during an electoral reserve but what protects people'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_outside_reserve';
END IF;
IF violation NOT IN ('', 'author_left', 'signer_left') THEN
    RAISE EXCEPTION 'nothing leaves of an account that X does not let speak'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_connected';
END IF;
IF violation IS DISTINCT FROM '' OR sent.state <> 'sending' OR NEW.digest <> sent.digest
   OR sent.account_id <> NEW.account_id THEN
    RAISE EXCEPTION 'nothing leaves without a standing quorum on its digest'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_with_quorum';
END IF;
IF sent.part_state <> 'pending' OR sent.due_at > clock_timestamp()
   OR sent.position = 0 AND clock_timestamp() > sent.due_at
                            + make_interval(mins => sent.tolerance_minutes)
   OR EXISTS (SELECT 1 FROM publishing_part before
              WHERE before.publication_id = sent.id AND before.position < sent.position
                AND before.state <> 'out')
   OR EXISTS (SELECT 1 FROM publishing_retraction x
              WHERE x.publication_id = sent.id AND x.ended_at IS NULL)
   OR NEW.confirmation_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM publishing_confirmation c
          WHERE c.id = NEW.confirmation_id AND c.publication_id = sent.id
            AND c.state = 'confirmed' AND c.kind IN ('send_again', 'go_on'))
THEN
    RAISE EXCEPTION 'a part leaves in its turn, at its hour, and again only by confirmation'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_in_its_turn';
END IF;
RETURN NEW;
"""

# What an attempt came to is what X answered, and is not said otherwise later: `at_most_one_post`
# counts on it. Without an answer it is uncertain, or never left.
AS_ANSWERED = """
IF NEW.phase = 'answered' AND NEW.outcome IS DISTINCT FROM OLD.outcome AND NOT (
    (OLD.phase = 'preparing' AND NEW.outcome IN ('not_sent', 'refused'))
    OR (OLD.phase = 'posting' AND NEW.outcome = 'uncertain')
    OR (OLD.phase <> 'preparing' AND OLD.outcome IN ('', 'uncertain') AND EXISTS (
        SELECT 1 FROM publishing_answer a
        WHERE a.attempt_id = NEW.id AND a.outcome = NEW.outcome))
) THEN
    RAISE EXCEPTION 'an attempt came to what X answered'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'outcome_as_answered';
END IF;
RETURN NEW;
"""

# The database says when a POST began, and no moment is ahead: closing stale attempts counts on
# both.
OF_NOW = """
IF TG_OP = 'UPDATE' AND NEW.phase = 'posting' AND OLD.phase = 'preparing' THEN
    NEW.posting_at := statement_timestamp();
END IF;
IF greatest(NEW.preparing_at, NEW.renewed_at, NEW.posting_at) > clock_timestamp() THEN
    RAISE EXCEPTION 'an attempt is of now'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_of_now';
END IF;
RETURN NEW;
"""

# X answers what was sent to it.
ANSWER_TO_A_POST = """
IF NOT EXISTS (SELECT 1 FROM publishing_attempt t
               WHERE t.id = NEW.attempt_id AND t.phase <> 'preparing'
                 AND t.posting_at IS NOT NULL) THEN
    RAISE EXCEPTION 'X answers an attempt that was posted'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_to_a_post';
END IF;
RETURN NEW;
"""


class Phase(models.TextChoices):
    PREPARING = "preparing", _("en préparation")
    POSTING = "posting", _("appel à X")
    ANSWERED = "answered", _("terminé")


class Outcome(models.TextChoices):
    NONE = "", _("pas encore connu")
    ACCEPTED = "accepted", _("accepté")
    REFUSED = "refused", _("refusé")
    NOT_SENT = "not_sent", _("pas envoyé")
    UNCERTAIN = "uncertain", _("à vérifier")


class Attempt(models.Model):
    """One try. Committed as `posting` just before the POST; `digest` is what the worker itself
    recomputed over the bytes at hand. `confirmation` is the authority of a second send.
    """

    part = models.ForeignKey("publishing.Part", on_delete=models.PROTECT, related_name="attempts")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.PREPARING)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    reason = models.CharField(max_length=20, choices=Reason.choices, default="", blank=True)
    digest = models.CharField(max_length=64)
    worker = models.CharField(max_length=100, default="", blank=True)
    preparing_at = models.DateTimeField(db_default=Now())
    renewed_at = models.DateTimeField(db_default=Now())
    posting_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    confirmation = models.ForeignKey(
        "publishing.Confirmation", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["part", "number"]
        constraints = [
            models.UniqueConstraint(fields=["part", "number"], name="attempt_numbered_once"),
            # Rule 7: at most one POST that may have been accepted, for each confirmation at most
            # one more.
            models.UniqueConstraint(
                fields=["part", "confirmation"],
                condition=models.Q(outcome__in=["", "accepted", "uncertain"]),
                nulls_distinct=False,
                name="at_most_one_post",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(phase="posting"),
                name="one_post_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(phase="answered") ^ models.Q(outcome=""),
                name="answered_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["phase", "renewed_at"],
                condition=~models.Q(phase="answered"),
                name="attempts_in_flight",
            ),
            # The latest of an account is found without the others.
            models.Index(fields=["account", "posting_at"], name="attempts_of_account"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="phases",
                field="phase",
                transitions=[
                    ("preparing", "posting"),
                    ("preparing", "answered"),
                    ("posting", "answered"),
                ],
            ),
            pgtrigger.Trigger(
                name="begins_preparing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=BEGINS_PREPARING,
            ),
            pgtrigger.Trigger(
                name="rules_at_posting",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("sent", "record"), ("violation", "text")],
                func=RULES_AT_POSTING,
            ),
            pgtrigger.Trigger(
                name="of_now",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=OF_NOW,
            ),
            pgtrigger.Trigger(
                name="as_answered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=AS_ANSWERED,
            ),
            pgtrigger.ReadOnly(
                name="same_try", fields=["part", "account", "number", "confirmation"]
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}#{self.number}: {self.phase} {self.outcome}"


class IsObject(models.Func):
    """Whether a JSON value is an object."""

    template = "jsonb_typeof(%(expressions)s) = 'object'"
    output_field = models.BooleanField()


class Answer(models.Model):
    """What X replied to one attempt, one row, added once. `body` is kept for operators and never
    shown raw; `retry_after` is how many seconds X asked to wait, a day at most, and `limits` what
    its headers say, as whole numbers: the gateway judged both.
    """

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="answer")
    at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    status = models.PositiveSmallIntegerField(null=True)
    x_id = models.CharField(max_length=30, default="", blank=True)
    retry_after = models.FloatField(null=True)
    limits = models.JSONField(default=dict)
    body = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(retry_after=None)
                | models.Q(retry_after__gt=0, retry_after__lte=86_400),
                name="answer_waits_a_day_at_most",
            ),
            models.CheckConstraint(condition=IsObject("limits"), name="answer_limits_named"),
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=models.Q(outcome="accepted"), name="answers_accepted"
            ),
            # Each lookup asks whether X gave what it found to another.
            models.Index(fields=["x_id"], condition=~models.Q(x_id=""), name="answers_of_post"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answer_to_a_post",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=ANSWER_TO_A_POST,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.outcome}"
