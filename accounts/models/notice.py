"""Owed notices: a row written with the act, delivered by a worker, never with a text."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """What the mail says; templates/accounts/mail/<kind>.txt says it."""

    PASSWORD = "password", _("Choisir votre mot de passe")
    PASSWORD_CHANGED = "password_changed", _("Votre mot de passe a changé")
    AWAITS_YOU = "awaits_you", _("Quelque chose vous attend")
    ALERT = "alert", _("Une diffusion demande votre attention")
    NEWS = "news", _("Des nouvelles de votre texte")


class NoticeAct(models.TextChoices):
    """What was done, or is to do: the first words of the subject."""

    REVIEW = "review", _("À relire")
    CONFIRM = "confirm", _("À confirmer")
    CHANGES = "changes", _("À reprendre")
    LACKS_APPROVALS = "lacks_approvals", _("Accords manquants")
    OBJECTION = "objection", _("Opposition")
    OBJECTION_LIFTED = "objection_lifted", _("Opposition levée")
    REJECTED = "rejected", _("Texte rejeté")
    APPROVED = "approved", _("Texte approuvé")
    RECALLED = "recalled", _("Texte rappelé")
    PUBLISHED = "published", _("Diffusé sur X")
    RETRACTED = "retracted", _("Retiré de X")
    HELD = "held", _("Envoi suspendu")
    MISSED = "missed", _("Pas parti à son heure")
    UNCERTAIN = "uncertain", _("À vérifier sur X")
    REFUSED = "refused", _("Refusé par X")
    GIVEN_UP = "given_up", _("Abandonné après vérification")
    PARTIAL = "partial", _("Fil interrompu")
    GONE = "gone", _("N’est plus sur X")
    DIFFERS = "differs", _("Diffère sur X")
    REMOVAL = "removal", _("À retirer de X")
    STILL_ON_X = "still_on_x", _("Encore visible sur X")


class MailFailure(models.TextChoices):
    """Why a mail will not leave any more, as pages say it."""

    REFUSED = "refused", _("le serveur de courriel a refusé l’adresse ou le message")
    EXPIRED = "expired", _("le serveur de courriel ne l’a pas pris à temps")


class Notice(models.Model):
    """One mail queued for one person. `path` is the page to open, on our own site."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    path = models.CharField(max_length=200, default="/")
    act = models.CharField(
        max_length=20, choices=NoticeAct.choices, default="", db_default="", blank=True
    )
    urgent = models.BooleanField(default=False, db_default=False)
    # When it is too late to do what the mail asks.
    until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    next_try_at = models.DateTimeField(db_default=Now(), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # When the mail server took it, and only then.
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(
        max_length=20, choices=MailFailure.choices, default="", db_default="", blank=True
    )
    # The code of a server that refused: its words could hold an address.
    smtp_code = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(sent_at__isnull=True),
                name="notice_owed",
            ),
            models.Index(
                fields=["person", "-id"],
                condition=models.Q(sent_at__isnull=False) | ~models.Q(failure=""),
                name="notice_done_with",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person_id}"
