"""Whom an account invites to follow it, what they answered, and those who asked to be forgotten."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted

BY_ITS_PEOPLE = """
IF (TG_OP = 'INSERT' OR NEW.invited_by_id <> OLD.invited_by_id)
   AND reviewer_role(NEW.account_id, NEW.invited_by_id) IS NULL
THEN
    RAISE EXCEPTION 'the people of an account invite to follow it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invitation_by_its_people';
END IF;
IF TG_OP = 'UPDATE'
   AND (NEW.account_id, NEW.noted_at) IS DISTINCT FROM (OLD.account_id, OLD.noted_at)
THEN
    RAISE EXCEPTION 'an invitation stays with its account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invitation_of_one_account';
END IF;
RETURN NEW;
"""

STAYS_FORGOTTEN = """
IF OLD.forgotten_at IS NOT NULL THEN
    RAISE EXCEPTION 'whoever was forgotten stays forgotten'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invitation_stays_forgotten';
END IF;
IF NEW.forgotten_at IS NOT NULL
   AND (NEW.invited_on, NEW.invited_by_id, NEW.answer, NEW.answered_on)
       IS DISTINCT FROM (OLD.invited_on, OLD.invited_by_id, OLD.answer, OLD.answered_on)
THEN
    RAISE EXCEPTION 'of whoever is forgotten the dates and the answer stay'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invitation_forgotten_keeps_dates';
END IF;
RETURN NEW;
"""


class InvitationAnswer(models.TextChoices):
    PENDING = "pending", _("sans réponse")
    ACCEPTED = "accepted", _("acceptée")
    DECLINED = "declined", _("déclinée")


class Invitation(models.Model):
    """Somebody whom an account invited to follow it. Once forgotten, nothing says who it was."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom"), max_length=120)
    handle = models.CharField(
        _("nom du compte sur X"), max_length=15, blank=True, default="", db_default=""
    )
    quality = models.CharField(_("qualité"), max_length=200, blank=True, default="", db_default="")
    invited_on = models.DateField(_("invité le"))
    invited_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(db_default=Now(), editable=False)
    answer = models.CharField(
        _("réponse"),
        max_length=8,
        choices=InvitationAnswer.choices,
        default=InvitationAnswer.PENDING,
        db_default=InvitationAnswer.PENDING,
    )
    answered_on = models.DateField(_("répondu le"), null=True)
    forgotten_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account",
                Lower("name"),
                Lower("handle"),
                condition=models.Q(forgotten_at=None),
                name="invitation_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & models.Q(forgotten_at=None)
                | models.Q(name="", handle="", quality="", forgotten_at__isnull=False),
                name="invitation_forgotten_nameless",
            ),
            models.CheckConstraint(
                condition=models.Q(handle__regex=r"^[A-Za-z0-9_]*$"), name="invitation_handle_of_x"
            ),
            models.CheckConstraint(
                condition=models.Q(answer=InvitationAnswer.PENDING, answered_on=None)
                | models.Q(
                    answer__in=[InvitationAnswer.ACCEPTED, InvitationAnswer.DECLINED],
                    answered_on__isnull=False,
                    answered_on__gte=models.F("invited_on"),
                ),
                name="invitation_answered_on_a_day",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="invitation_by_its_people",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=BY_ITS_PEOPLE,
            ),
            pgtrigger.Trigger(
                name="invitation_stays_forgotten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=STAYS_FORGOTTEN,
            ),
            *never_deleted(),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_forgotten(self) -> bool:
        return self.forgotten_at is not None
