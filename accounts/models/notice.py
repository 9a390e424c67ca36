"""What somebody is told, and its deliveries: rows written with the act, never with a text."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.crypto import NotSealedForThis, Secret, seal, unseal


class NoticeKind(models.TextChoices):
    """What it is about: each person chooses by it; the first words when there is no act."""

    PASSWORD = "password", _("Choisir votre mot de passe")
    PASSWORD_CHANGED = "password_changed", _("Votre mot de passe a changé")
    AWAITS_YOU = "awaits_you", _("Quelque chose vous attend")
    ALERT = "alert", _("Une diffusion demande votre attention")
    NEWS = "news", _("Des nouvelles de votre texte")
    MENTION = "mention", _("On vous cite dans un débat")
    REMOVAL = "removal", _("Une date de retrait est atteinte")
    FREEZE = "freeze", _("Un gel est posé ou levé")
    CONNECTION = "connection", _("La connexion à X demande votre attention")
    RIGHT = "right", _("Un droit vous est donné ou retiré")


class NoticeAct(models.TextChoices):
    """What was done, or is to do: the first words of the subject."""

    REVIEW = "review", _("À relire")
    REVIEW_REMINDER = "review_reminder", _("Toujours à relire")
    REVIEW_ESCALATED = "review_escalated", _("Relecture en retard")
    CONFIRM = "confirm", _("À confirmer")
    CHANGES = "changes", _("À reprendre")
    WORDING = "wording", _("Formulation proposée")
    WORDING_TAKEN = "wording_taken", _("Formulation acceptée")
    WORDING_DECLINED = "wording_declined", _("Formulation déclinée")
    TEMPLATE_APPROVED = "template_approved", _("Modèle approuvé")
    LACKS_APPROVALS = "lacks_approvals", _("Accords manquants")
    OBJECTION = "objection", _("Opposition")
    OBJECTION_LIFTED = "objection_lifted", _("Opposition levée")
    REJECTED = "rejected", _("Texte rejeté")
    APPROVED = "approved", _("Texte approuvé")
    MENTIONED = "mentioned", _("Vous êtes cité")
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
    FROZEN = "frozen", _("Envois gelés")
    UNFROZEN = "unfrozen", _("Gel levé")
    RECONNECT = "reconnect", _("À reconnecter à X")
    ACCOUNT_STOPPED = "account_stopped", _("Compte refusé par X")
    ALL_STOPPED = "all_stopped", _("X refuse tous les envois")
    RIGHT_GIVEN = "right_given", _("Droit donné")
    RIGHT_ENDED = "right_ended", _("Droit retiré")


# Links that set a password: by mail to who cannot sign in yet, whatever they chose, nowhere else.
BY_MAIL_ALONE = (NoticeKind.PASSWORD, NoticeKind.PASSWORD_CHANGED)


class Channel(models.TextChoices):
    """How a notice leaves the application; in it, the bell shows all. See accounts.channels."""

    MAIL = "mail", _("Courriel")
    PUSH = "push", _("Notification sur un appareil")
    CHAT = "chat", _("Messagerie Matrix (Tchap) ou webhook")


class DeliveryFailure(models.TextChoices):
    """Why a delivery will not be tried any more, as pages say it."""

    REFUSED = "refused", _("le serveur de courriel a refusé l’adresse ou le message")
    EXPIRED = "expired", _("le serveur de courriel ne l’a pas pris à temps")
    GONE = "gone", _("l’appareil ou la messagerie n’existe plus")
    REPLACED = "replaced", _("un avis plus récent sur la même page l’a remplacé")


class Notice(models.Model):
    """One thing that one person is told. `path` is the page to open, on our own site."""

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
    # When it is too late to do what the notice asks.
    until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # When its page was opened, all were marked as read, or a newer one took its place.
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(
                fields=["person", "path"],
                condition=models.Q(read_at__isnull=True),
                name="notice_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person_id}"


class Delivery(models.Model):
    """A notice on its way by one channel. `next_try_at` is null once nothing more is tried."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    # The notice's own.
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Beside the mailbox: one delivery for each.
    address = models.ForeignKey(
        "accounts.Address", on_delete=models.PROTECT, null=True, related_name="+"
    )
    next_try_at = models.DateTimeField(db_default=Now(), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # When the server took it, and only then.
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(
        max_length=20, choices=DeliveryFailure.choices, default="", db_default="", blank=True
    )
    # The code of a server that refused: its words could hold an address.
    answer_code = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "address"],
                nulls_distinct=False,
                name="delivered_once_each",
            ),
            models.CheckConstraint(
                condition=models.Q(channel=Channel.MAIL, address__isnull=True)
                | ~models.Q(channel=Channel.MAIL) & models.Q(address__isnull=False),
                name="address_unless_mail",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True)
                | models.Q(failure="", next_try_at__isnull=True),
                name="sent_is_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="delivery_due",
            ),
            models.Index(
                fields=["person", "channel", "-id"],
                condition=models.Q(next_try_at__isnull=True),
                name="delivery_done_with",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} by {self.channel}"

    @property
    def content(self) -> dict[str, str]:
        """Where it goes. Raises NotSealedForThis."""
        if self.address is None:
            raise NotSealedForThis
        return self.address.content


class Address(models.Model):
    """Where a channel reaches somebody beside their mailbox: a browser's subscription, a room, a
    webhook. What is sealed is what its channel parsed, as JSON.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    sealed = models.BinaryField()
    # Tells the same one given twice, without opening it.
    fingerprint = models.CharField(max_length=64)
    # The host: what its owner knows it by.
    label = models.CharField(max_length=255)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "fingerprint"],
                condition=models.Q(ended_at__isnull=True),
                name="address_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(channel=Channel.MAIL), name="address_beside_mailbox"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.channel}"

    @property
    def content(self) -> dict[str, str]:
        """Raises NotSealedForThis for what was sealed for somebody else."""
        secret = unseal(self.sealed, owner=owner_of(self.person_id), keys=settings.NOTICE_KEYS)
        opened: dict[str, str] = json.loads(secret.reveal())
        return opened

    @staticmethod
    def sealed_for(person_id: int, content: dict[str, str]) -> bytes:
        secret = Secret(json.dumps(content))
        return seal(secret, owner=owner_of(person_id), keys=settings.NOTICE_KEYS)


def owner_of(person_id: int) -> str:
    return f"address of person {person_id}"


class ChannelChoice(models.Model):
    """What somebody wants to be told by one channel, and when not. Without one: all, always."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Values of NoticeKind.
    kinds = models.JSONField()
    # Nothing leaves from one hour to the other, each day, but an urgent one that may pass.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    urgent_passes = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="one_choice_a_channel"),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="quiet_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.channel}"

    def quiet_until_after(self, now: dt.datetime) -> dt.datetime | None:
        """When the quiet hours that this moment falls into end; None outside them."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        zone = ZoneInfo(self.time_zone)
        local = now.astimezone(zone)
        over_midnight = self.quiet_from > self.quiet_until
        after, before = local.time() >= self.quiet_from, local.time() < self.quiet_until
        if not ((after or before) if over_midnight else (after and before)):
            return None
        day = local.date() + dt.timedelta(days=1 if over_midnight and after else 0)
        return dt.datetime.combine(day, self.quiet_until, tzinfo=zone)
