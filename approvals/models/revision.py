"""Revisions: what a submit makes, immutable, numbered, with the digest that people sign."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Function
from accounts.models.triggers import never_deleted
from approvals.digest import SignedContent
from approvals.message import Message
from approvals.models.draft import NOTHING
from approvals.models.image import images_described
from approvals.models.search import searchable

REQUIRED_AS_SET = """
IF NOT EXISTS (
    SELECT 1 FROM approvals_draft d
    CROSS JOIN LATERAL rule_for(d.account_id, NEW.content::jsonb ->> 'category') rule
    WHERE d.id = NEW.draft_id AND rule.required = NEW.required AND rule.by_function = NEW.function
) THEN
    RAISE EXCEPTION 'a revision needs the approvals that its account asks for at submit'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'required_as_set';
END IF;
IF NEW.requested_at IS DISTINCT FROM (NEW.content::jsonb ->> 'requested_at')::timestamptz THEN
    RAISE EXCEPTION 'the hour of a revision is the one that its content names'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'hour_of_content';
END IF;
RETURN NEW;
"""

REPLIES_TO_FOLLOWED = """
IF NEW.content::jsonb -> 'in_reply_to' <> 'null' AND NOT EXISTS (
    SELECT 1 FROM approvals_draft d
    WHERE d.id = NEW.draft_id AND to_jsonb(d.follows_id) = NEW.content::jsonb -> 'in_reply_to'
) THEN
    RAISE EXCEPTION 'a revision replies to the message that its draft follows, or to none'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'replies_to_followed';
END IF;
RETURN NEW;
"""


class CloseReason(models.TextChoices):
    """Why a revision, and its approvals with it, came to an end."""

    EDITED = "edited", _("le texte a été modifié")
    TAKEN_BACK = "taken_back", _("repris par un titulaire")
    CHANGES = "changes", _("une modification a été demandée")
    REJECTED = "rejected", _("rejeté")
    ABANDONED = "abandoned", _("abandonné")
    RECALLED = "recalled", _("rappelé avant l’envoi")


class Sha256(models.Func):
    """Lower-case hexadecimal SHA-256 of a text's UTF-8 bytes."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()


class ContentHasHiddenCharacter(models.Func):
    """Of approvals/sql/functions.sql; says what `approvals.hidden_characters` says."""

    function = "content_has_hidden_character"
    output_field = models.BooleanField()


class Revision(models.Model):
    """`content` is the canonical JSON of `approvals.digest`; the database itself checks that
    `digest` is its SHA-256. `required` is N and `function` that of which one signer is
    to be, if any: both copied at submit from the account's rule for the category.
    """

    draft = models.ForeignKey("approvals.Draft", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    required = models.PositiveSmallIntegerField()
    function = models.CharField(max_length=12, choices=Function.choices, default="", db_default="")
    requested_at = models.DateTimeField(null=True)
    # What the checks of that moment found, with the author's reasons: see `approvals.checking`.
    checks = models.JSONField(default=dict, db_default=NOTHING)
    submitted_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    closing = models.CharField(max_length=12, choices=CloseReason.choices, default="", blank=True)
    # No submit makes one since such characters are refused; older revisions may be.
    has_hidden_character = models.GeneratedField(
        expression=ContentHasHiddenCharacter("content"),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["draft", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="revision_numbered_once"),
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_revision",
            ),
            models.CheckConstraint(
                condition=models.Q(digest=Sha256("content")), name="digest_of_content"
            ),
            models.CheckConstraint(condition=models.Q(required__gte=1), name="required_at_least_1"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="required_as_set",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REQUIRED_AS_SET,
            ),
            pgtrigger.Trigger(
                name="replies_to_followed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REPLIES_TO_FOLLOWED,
            ),
            images_described(),
            searchable(
                "searchable",
                "search_revision(NEW.draft_id, NEW.id, NEW.submitted_by_id, NEW.submitted_at,"
                " NEW.content::jsonb)",
            ),
            pgtrigger.ReadOnly(
                name="immutable",
                exclude=["closed_at", "closed_by", "closing", "has_hidden_character"],
            ),
            pgtrigger.Protect(
                name="closed_stays_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} v{self.number}"

    @property
    def signed(self) -> SignedContent:
        return SignedContent.read(self.content)

    @property
    def messages(self) -> tuple[Message, ...]:
        return self.signed.messages

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]
