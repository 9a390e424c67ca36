"""Departmental accounts, their three seats and their supervisions."""

from __future__ import annotations

import zoneinfo

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models.triggers import never_deleted

# A person's row is locked first, so that two appointments at once see each other.
ONE_ROLE = """
IF NEW.ended_at IS NOT NULL THEN
    RETURN NEW;
END IF;
PERFORM 1 FROM accounts_person WHERE id = NEW.person_id FOR UPDATE;
IF EXISTS (
    SELECT 1 FROM accounts_person
    WHERE id = NEW.person_id AND (is_administrator OR ended_at IS NOT NULL)
) THEN
    RAISE EXCEPTION 'an administrator or an ended person holds no seat and no supervision'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'person_roles_apart';
END IF;
IF EXISTS (
    SELECT 1 FROM {other}
    WHERE person_id = NEW.person_id AND account_id = NEW.account_id AND ended_at IS NULL
) THEN
    RAISE EXCEPTION 'a person never holds a seat and a supervision of the same account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_or_supervision';
END IF;
IF EXISTS (
    SELECT 1 FROM accounts_cover
    WHERE person_id = NEW.person_id AND account_id = NEW.account_id AND ended_at IS NULL
) THEN
    RAISE EXCEPTION 'who covers holds no seat and no supervision of the same account'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'covers_or_holds';
END IF;
RETURN NEW;
"""


def known_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Ce fuseau horaire n’existe pas."))


class ReplySettings(models.TextChoices):
    """Who may answer on X; the values are X's own."""

    MENTIONED = "mentionedUsers", _("personne, sauf les comptes cités")
    FOLLOWING = "following", _("les comptes suivis")
    EVERYONE = "everyone", _("tout le monde")


class Account(models.Model):
    """A departmental X account. Its row is the lock that orders the acts on it."""

    code = models.CharField(
        _("numéro du département"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^(0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-8]|98[678])$")],
        error_messages={"unique": _("Ce département est déjà enregistré.")},
    )
    name = models.CharField(_("département"), max_length=80)
    handle = models.CharField(
        _("nom du compte sur X"),
        max_length=15,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9_]{1,15}\Z",
                _("15 signes au plus : lettres sans accent, chiffres et _."),
            )
        ],
    )
    time_zone = models.CharField(
        _("fuseau horaire"),
        max_length=40,
        default="Europe/Paris",
        validators=[known_time_zone],
    )
    approvals_required = models.PositiveSmallIntegerField(
        _("nombre d’accords"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
    )
    tolerance_minutes = models.PositiveSmallIntegerField(
        _("retard toléré, en minutes"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    reply_settings = models.CharField(
        _("qui peut répondre"),
        max_length=20,
        choices=ReplySettings.choices,
        default=ReplySettings.MENTIONED,
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                Lower("handle"),
                name="account_handle_once",
                violation_error_message=_("Ce compte X est déjà enregistré."),
            ),
            models.CheckConstraint(
                condition=models.Q(approvals_required__gte=1), name="approvals_at_least_one"
            ),
            models.CheckConstraint(
                condition=models.Q(tolerance_minutes__range=(1, 240)),
                name="tolerance_within_bounds",
            ),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def tolerance_seconds(self) -> float:
        return self.tolerance_minutes * 60


class Tenure(models.Model):
    """A right held by a person on an account, until ended."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    appointed_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        abstract = True


def tenure_triggers(other: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name="one_role",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=ONE_ROLE.format(other=other),
        ),
        # What has ended stays ended, and nobody inherits a right by an update.
        pgtrigger.Protect(
            name="ended_stays_ended",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__ended_at__isnull=False),
        ),
        pgtrigger.Protect(
            name="same_person",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__person_id__df=pgtrigger.F("new__person_id"))
            | pgtrigger.Q(old__account_id__df=pgtrigger.F("new__account_id")),
        ),
        *never_deleted(),
    ]


class Seat(Tenure):
    """One of three numbered places on an account."""

    NUMBERS = (1, 2, 3)

    number = models.PositiveSmallIntegerField(_("siège"))

    class Meta(Tenure.Meta):
        abstract = False
        ordering = ["account", "number", "-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__in=(1, 2, 3)), name="seat_one_of_three"
            ),
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=models.Q(ended_at__isnull=True),
                name="seat_held_once",
                violation_error_message=_("Ce siège est déjà occupé."),
            ),
            models.UniqueConstraint(
                fields=["account", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="seat_one_each",
                violation_error_message=_("Cette personne a déjà un siège sur ce compte."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="seat_active_by_person",
            )
        ]
        triggers = tenure_triggers("accounts_supervision")

    def __str__(self) -> str:
        return f"{self.account} · {self.number}"


class Function(models.TextChoices):
    """What a supervisor is in their service; a rule of approval may ask for its holder's."""

    HEAD = "head", _("chef de service")
    DUTY_OFFICER = "duty_officer", _("officier de permanence")
    JUDICIAL = "judicial", _("référent judiciaire")


class Supervision(Tenure):
    """A person's right to approve or reject on an account, with their function if they have one."""

    function = models.CharField(
        _("fonction"),
        max_length=12,
        choices=Function.choices,
        blank=True,
        default="",
        db_default="",
    )

    class Meta(Tenure.Meta):
        abstract = False
        ordering = ["account", "-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="supervision_once",
                violation_error_message=_("Cette personne supervise déjà ce compte."),
            ),
            models.CheckConstraint(
                condition=models.Q(function__in=["", *Function.values]),
                name="supervision_function_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="supervision_active_by_person",
            )
        ]
        triggers = tenure_triggers("accounts_seat")

    def __str__(self) -> str:
        return f"{self.account} · {self.person}"
