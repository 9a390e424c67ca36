"""Debate and signatures: comments, reviews, and the release that a met quorum makes."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import append_only
from accounts.roles import Role
from approvals.models.search import searchable

# `reviewer_role(account, person)` and `quorum_met(revision)` are functions of the database, in
# approvals/sql/functions.sql: reviews, releases and each send ask them.
REVIEW_ENTITLED = """
    SELECT r.digest, r.closed_at, r.draft_id, d.account_id INTO revision
    FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
    WHERE r.id = NEW.revision_id;
    IF revision.closed_at IS NOT NULL OR revision.digest <> NEW.digest THEN
        RAISE EXCEPTION 'a review is of the open revision and of exactly its digest'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_of_this_digest';
    END IF;
    IF NEW.role IS DISTINCT FROM reviewer_role(revision.account_id, NEW.reviewer_id)
       OR (NEW.verdict = 'reject' AND NEW.role <> 'supervision') THEN
        RAISE EXCEPTION 'reviews are those of the account''s active seat holders and supervisors'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_entitled';
    END IF;
    IF (NEW.verdict = 'approve' OR NEW.role = 'seat') AND EXISTS (
        SELECT 1 FROM approvals_contributor c
        WHERE c.draft_id = revision.draft_id AND c.person_id = NEW.reviewer_id
    ) THEN
        RAISE EXCEPTION 'no seat holder reviews, and nobody approves, what they wrote or changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_not_by_contributor';
    END IF;
    SELECT v.opened_at INTO opened FROM approvals_revisionview v
    WHERE v.revision_id = NEW.revision_id AND v.person_id = NEW.reviewer_id;
    IF opened IS NULL THEN
        RAISE EXCEPTION 'nobody gives a verdict on a text that was not on their screen'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_after_view';
    END IF;
    IF NEW.verdict = 'approve' AND (
        jsonb_array_length(NEW.checklist -> 'mandatory') > 0
        AND (NEW.checklist -> 'ticked') @> (NEW.checklist -> 'mandatory')
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'an approval has every mandatory point of its checklist ticked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_with_checklist';
    END IF;
    NEW.seconds_since_opened := greatest(floor(extract(epoch FROM clock_timestamp() - opened)), 0);
    RETURN NEW;
"""

OPENED_NOW = """
IF NEW.opened_at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN
    RAISE EXCEPTION 'a text is opened at the moment at which somebody opens it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'opened_now';
END IF;
RETURN NEW;
"""

QUORUM_OF_RELEASE = """
IF NEW.released_at NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() THEN
    RAISE EXCEPTION 'a release is of the moment at which it is made'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'released_now';
END IF;
IF NOT quorum_met(NEW.revision_id) OR NOT EXISTS (
    SELECT 1 FROM approvals_revision r JOIN approvals_draft d ON d.id = r.draft_id
    WHERE r.id = NEW.revision_id AND r.digest = NEW.digest AND d.account_id = NEW.account_id
      AND d.state = 'in_review'
) THEN
    RAISE EXCEPTION 'a release exists only with a met quorum'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'release_with_quorum';
END IF;
IF (SELECT has_hidden_character FROM approvals_revision WHERE id = NEW.revision_id) THEN
    RAISE EXCEPTION 'nothing is released with a character that nobody sees'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'release_without_hidden_character';
END IF;
RETURN NEW;
"""


class Verdict(models.TextChoices):
    APPROVE = "approve", _("approuvé")
    CHANGES = "changes", _("modification demandée")
    REJECT = "reject", _("rejeté")


class Comment(models.Model):
    """A word in the debate of a draft, about the revision open at that time if there was one."""

    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey("approvals.Revision", on_delete=models.PROTECT, null=True)
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    body = models.TextField(_("message"), max_length=4000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        triggers = [
            searchable(
                "searchable",
                "search_add(NEW.draft_id, 'comment', NEW.revision_id, NEW.author_id,"
                " NEW.created_at, NEW.body)",
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.pk}"


class Review(models.Model):
    """One reviewer's verdict on one revision. An approval is replaced by a later row of the
    same person, which closes the revision with it.
    """

    revision = models.ForeignKey(
        "approvals.Revision", on_delete=models.PROTECT, related_name="reviews"
    )
    reviewer = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(_("motif"), max_length=4000, blank=True, default="")
    digest = models.CharField(max_length=64)
    role = models.CharField(max_length=12)
    # As `approvals.checklist.recorded` makes it; empty in reviews of before.
    checklist = models.JSONField(default=dict, db_default={})
    # The database writes it, from the reviewer's RevisionView; empty in reviews of before.
    seconds_since_opened = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "reviewer", "verdict"], name="verdict_once_each"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="approve") | ~models.Q(reason=""),
                name="refusal_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entitled",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("revision", "record"), ("opened", "timestamptz")],
                func=REVIEW_ENTITLED,
            ),
            searchable(
                "searchable",
                "search_add((SELECT draft_id FROM approvals_revision WHERE id = NEW.revision_id),"
                " 'review', NEW.revision_id, NEW.reviewer_id, NEW.created_at,"
                " NEW.reason)",
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.verdict}"

    @property
    def role_label(self) -> str:
        """What the reviewer was on the account, in words."""
        return str(Role(self.role).label)


class RevisionView(models.Model):
    """That somebody had a revision before their eyes, and since when; no verdict goes before."""

    revision = models.ForeignKey(
        "approvals.Revision", on_delete=models.PROTECT, related_name="views_of_revision"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "person"], name="opened_first_once")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="opened_now",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=OPENED_NOW,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.person_id}"


class Release(models.Model):
    """The signed order to publish one revision; the database refuses it without its quorum."""

    revision = models.OneToOneField(
        "approvals.Revision", on_delete=models.PROTECT, related_name="release"
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    digest = models.CharField(max_length=64)
    released_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="with_quorum",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=QUORUM_OF_RELEASE,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"release of {self.revision_id}"
