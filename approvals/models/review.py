"""Debate and signatures: comments, reviews, and the release that a met quorum makes."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import append_only, never_deleted
from accounts.roles import Role
from approvals.models.search import searchable
from approvals.passage import MAX_QUOTE

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


COMMENT_IN_PLACE = """
IF NEW.revision_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_revision r WHERE r.id = NEW.revision_id AND r.draft_id = NEW.draft_id
) OR NEW.thread_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approvals_comment c
    WHERE c.id = NEW.thread_id AND c.draft_id = NEW.draft_id AND c.thread_id IS NULL
) THEN
    RAISE EXCEPTION 'a comment is about a revision of its draft, or answers one that began a thread'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'comment_of_draft';
END IF;
IF NEW.quote <> '' AND NOT EXISTS (
    SELECT 1 FROM approvals_revision r WHERE r.id = NEW.revision_id
      AND substr(r.content::jsonb -> 'parts' -> NEW.position ->> 'text',
                 NEW.quote_start + 1, NEW.quote_end - NEW.quote_start) = NEW.quote
) THEN
    RAISE EXCEPTION 'what a comment quotes stands there in its revision'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_of_revision';
END IF;
RETURN NEW;
"""

MENTIONED_SEES_DRAFT = """
IF NOT EXISTS (
    SELECT 1 FROM approvals_comment c JOIN approvals_draft d ON d.id = c.draft_id
    WHERE c.id = NEW.comment_id AND reviewer_role(d.account_id, NEW.person_id) IS NOT NULL
) THEN
    RAISE EXCEPTION 'a comment mentions people who see its draft'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mentioned_sees_draft';
END IF;
RETURN NEW;
"""

RESOLVED_BY_MEMBER = """
SELECT d.account_id INTO account
FROM approvals_comment c JOIN approvals_draft d ON d.id = c.draft_id
WHERE c.id = NEW.thread_id AND c.thread_id IS NULL;
IF account IS NULL OR reviewer_role(account, NEW.resolved_by_id) IS NULL
   OR NEW.reopened_by_id IS NOT NULL AND reviewer_role(account, NEW.reopened_by_id) IS NULL THEN
    RAISE EXCEPTION 'a thread is resolved and reopened by the people of its account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'resolved_by_member';
END IF;
RETURN NEW;
"""


class Verdict(models.TextChoices):
    APPROVE = "approve", _("approuvé")
    CHANGES = "changes", _("modification demandée")
    REJECT = "reject", _("rejeté")


class Comment(models.Model):
    """A word in the debate of a draft, about the revision that its author read if there was one.
    It begins a thread, or answers the one that began `thread`.
    """

    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey("approvals.Revision", on_delete=models.PROTECT, null=True)
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    body = models.TextField(_("message"), max_length=4000)
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    # A message of the revision, and what of its text is quoted: `approvals.passage.Passage`.
    position = models.PositiveSmallIntegerField(null=True)
    quote_start = models.PositiveSmallIntegerField(null=True)
    quote_end = models.PositiveSmallIntegerField(null=True)
    quote = models.TextField(max_length=MAX_QUOTE, default="", db_default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position=None) | models.Q(revision__isnull=False, thread=None),
                name="passage_begins_thread",
            ),
            models.CheckConstraint(
                condition=models.Q(quote="", quote_start=None, quote_end=None)
                | ~models.Q(quote="")
                & models.Q(position__isnull=False, quote_end__gt=models.F("quote_start")),
                name="quote_has_place",
            ),
        ]
        triggers = [
            searchable(
                "searchable",
                "search_add(NEW.draft_id, 'comment', NEW.revision_id, NEW.author_id,"
                " NEW.created_at, NEW.body)",
            ),
            pgtrigger.Trigger(
                name="in_place",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=COMMENT_IN_PLACE,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.pk}"


class Mention(models.Model):
    """Somebody whom a comment names, and who sees its draft: see `approvals.mentions`."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="mentioned_once")]
        triggers = [
            pgtrigger.Trigger(
                name="mentioned_sees_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=MENTIONED_SEES_DRAFT,
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.person_id}"


class Resolution(models.Model):
    """That somebody called a thread of the debate resolved, until somebody reopened it."""

    thread = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="resolutions")
    resolved_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(db_default=Now(), editable=False)
    reopened_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["thread"],
                condition=models.Q(reopened_at__isnull=True),
                name="thread_resolved_once",
            ),
            models.CheckConstraint(
                condition=models.Q(reopened_at__isnull=True, reopened_by__isnull=True)
                | models.Q(reopened_at__isnull=False, reopened_by__isnull=False),
                name="thread_reopened_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="by_member",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("account", "bigint")],
                func=RESOLVED_BY_MEMBER,
            ),
            pgtrigger.ReadOnly(name="immutable", exclude=["reopened_by", "reopened_at"]),
            pgtrigger.Protect(
                name="reopened_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reopened_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.resolved_by_id}"


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
        # What was approved lately, of an account and of all: the checks compare a text with it.
        indexes = [
            models.Index(fields=["account", "-released_at"], name="released_of_account"),
            models.Index(fields=["-released_at"], name="released_lately"),
        ]
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
