"""Decisions that people take together: confirmations; and freezes."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted
from approvals.models.search import searchable
from publishing.models.publication import draft_of

LIFTED_BY_TWO = """
IF NEW.lifted_at IS NOT NULL AND OLD.lifted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM publishing_confirmation c
    WHERE c.freeze_id = NEW.id AND c.kind = 'lift' AND c.state = 'confirmed'
) THEN
    RAISE EXCEPTION 'a freeze is lifted by two people'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lifted_by_two';
END IF;
RETURN NEW;
"""

# At the moment of the answer both have their right, and one supervises; a freeze of all is the
# administrators'.
BY_TWO = """
IF NEW.state = 'open' OR (TG_OP = 'UPDATE' AND NEW.state <> 'confirmed') THEN
    RETURN NEW;
END IF;
SELECT coalesce(
    (SELECT account_id FROM publishing_publication WHERE id = NEW.publication_id),
    (SELECT account_id FROM publishing_freeze WHERE id = NEW.freeze_id)) INTO of_account;
IF TG_OP = 'INSERT' OR NEW.expires_at <= clock_timestamp()
   OR NOT coalesce(
    NEW.decided_at BETWEEN now() - interval '1 minute' AND clock_timestamp(), false)
   OR NOT coalesce(
    CASE WHEN of_account IS NULL THEN (
        SELECT count(*) = 2 FROM accounts_person
        WHERE id IN (NEW.proposed_by_id, NEW.decided_by_id)
          AND is_administrator AND ended_at IS NULL)
    ELSE reviewer_role(of_account, NEW.proposed_by_id) IS NOT NULL
        AND reviewer_role(of_account, NEW.decided_by_id) IS NOT NULL
        AND 'supervision' IN (reviewer_role(of_account, NEW.proposed_by_id),
                              reviewer_role(of_account, NEW.decided_by_id))
    END, false)
THEN
    RAISE EXCEPTION 'a proposal is open first, and confirmed in time by two who may'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'confirmed_by_two';
END IF;
RETURN NEW;
"""


class Freeze(models.Model):
    """No POST leaves, for one account, or for all when `account` is empty; until lifted."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True)
    reason = models.TextField(_("motif"))
    frozen_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    since = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    # The freeze of a restored copy: not lifted before the final lookups on X were made.
    restored_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="one_standing_freeze",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="lifted_stays_lifted",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="lifted_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=LIFTED_BY_TWO,
            ),
            pgtrigger.ReadOnly(name="same_freeze", fields=["account", "reason", "frozen_by"]),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"freeze of {self.account_id or 'all'}"


class ConfirmationKind(models.TextChoices):
    LIFT = "lift", _("lever le gel")
    NEW_TIME = "new_time", _("donner un nouvel horaire")
    SEND_AGAIN = "send_again", _("ce n’y est pas : renvoyer")
    GIVE_UP = "give_up", _("abandonner")
    FOUND = "found", _("c’est sur X")
    GO_ON = "go_on", _("poursuivre le fil")
    RECALL = "recall", _("rappeler")


class ConfirmationState(models.TextChoices):
    OPEN = "open", _("proposée")
    CONFIRMED = "confirmed", _("confirmée")
    DECLINED = "declined", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")
    EXPIRED = "expired", _("expirée")
    LAPSED = "lapsed", _("sans objet")


class Confirmation(models.Model):
    """Two different people: one proposes with a reason, the other confirms. One open per subject,
    which is either a publication or a freeze.
    """

    kind = models.CharField(max_length=12, choices=ConfirmationKind.choices)
    publication = models.ForeignKey(
        "publishing.Publication",
        on_delete=models.PROTECT,
        null=True,
        related_name="confirmations",
    )
    freeze = models.ForeignKey(
        Freeze, on_delete=models.PROTECT, null=True, related_name="confirmations"
    )
    reason = models.TextField(_("motif"))
    due_at = models.DateTimeField(null=True)
    x_id = models.CharField(max_length=30, default="", blank=True)
    state = models.CharField(
        max_length=10, choices=ConfirmationState.choices, default=ConfirmationState.OPEN
    )
    proposed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(publication__isnull=True) ^ models.Q(freeze__isnull=True),
                name="confirmation_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["publication", "freeze"],
                condition=models.Q(state="open"),
                nulls_distinct=False,
                name="one_open_confirmation",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | (
                    models.Q(decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("proposed_by"))
                ),
                name="confirmed_by_another",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_stays_decided",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="open"),
            ),
            pgtrigger.Trigger(
                name="by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("of_account", "bigint")],
                func=BY_TWO,
            ),
            searchable(
                "searchable",
                f"search_add({draft_of('NEW.publication_id')}, 'confirmation', NULL,"
                " NEW.proposed_by_id, NEW.proposed_at, NEW.reason)",
            ),
            # A proposal ends in its hour.
            pgtrigger.Protect(
                name="not_extended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__expires_at__gt=pgtrigger.F("old__expires_at")),
            ),
            pgtrigger.ReadOnly(
                name="same_proposal",
                fields=["kind", "publication", "freeze", "reason", "due_at", "x_id", "proposed_by"],
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
